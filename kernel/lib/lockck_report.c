/* SPDX-License-Identifier: MIT */
/*
 * lockck's reports: a sentence, and the places that it speaks of, each with a
 * title and a backtrace. Made once, under lockck's own lock.
 */
#include "kernel/lib/lockck_graph.h"
#include "kernel/lib/format.h"

#define NAMES 2 /* in one sentence */
#define HERE_TRACE 12

static struct lockck_report report;
static uint32_t here[HERE_TRACE];

void lockck_begin_report(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    kvsnprintf(report.what, sizeof(report.what), fmt, args);
    va_end(args);
    report.n = 0;
}

const char *lockck_node_name(uint8_t node)
{
    static char names[NAMES][LOCKCK_NAME];
    static unsigned next;
    char *name = names[next++ % NAMES];
    unsigned subclass;
    const struct lock_class *class = lockck_node_class(node, &subclass);

    if (class->name != NULL)
        ksnprintf(name, LOCKCK_NAME, "%s%s", class->name,
                  subclass != 0 ? ", nested" : "");
    else
        lockck_name_object(class->lock, name, LOCKCK_NAME);
    return name;
}

/* Puts name in the place of the one %s. */
static void fill_title(char *title, const char *fmt, const char *name)
{
    size_t before = 0;

    while (fmt[before] != '%' && fmt[before] != '\0')
        before++;
    ksnprintf(title, LOCKCK_LINE, "%.*s%s%s", (int)before, fmt, name,
              fmt[before] == '%' ? fmt + before + 2 : "");
}

void lockck_report_trace(const char *fmt, uint8_t node, const uint32_t *trace,
                         unsigned len)
{
    struct lockck_part *part = &report.part[report.n];

    if (report.n == LOCKCK_PARTS)
        return;
    report.n++;
    fill_title(part->title, fmt, node != 0 ? lockck_node_name(node) : "");
    part->trace = trace;
    part->len = len;
}

void lockck_report_frame(const char *fmt, uint8_t node, const uint64_t *frame)
{
    lockck_trace(frame, here, HERE_TRACE);
    lockck_report_trace(fmt, node, here, HERE_TRACE);
}

void lockck_end_report(void)
{
    lockck_stop();
    lockck_panic(&report);
}
