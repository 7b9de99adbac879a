/* SPDX-License-Identifier: MIT */
/*
 * The report of a process that its own fault killed.
 *
 * It is made by the dying thread, in its own address space, before it leaves
 * the kernel. A fault that came from user mode finds the thread holding no
 * lock, so the report may sleep: to read the program's symbols, to page in its
 * stack. One that came while the kernel copied user memory is made with less:
 * whatever locks its system call holds must not be asked for again.
 *
 * I1: report_lock guards `text` and the search of symbols.c. A thread that runs
 *     out of memory within its own report (a fault in backtrace_user) comes
 *     back here and must find that it holds the lock.
 */
#include "kernel/proc/report.h"

#include "boot/bootinfo.h"
#include "kernel/cpu/trap.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/format.h"
#include "kernel/lib/log.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/string.h"
#include "kernel/proc/backtrace.h"
#include "kernel/proc/decode.h"
#include "kernel/proc/process.h"
#include "kernel/proc/report_text.h"
#include "mm/mm.h"

#define TEXT_SIZE 8192

static struct mutex report_lock = MUTEX_INIT(report_lock);
static char text[TEXT_SIZE];                 /* M */
static struct symbol symbols[BACKTRACE_MAX]; /* M */
static bool reports_off __ro_after_init;     /* C after boot */
/* M: report_lock; C: constant */

_Static_assert(BACKTRACE_MAX <= SYMBOL_SEARCH_MAX, "all are looked up at once");

void report_init(void)
{
    char value[8];

    reports_off = boot_option("print-fatal-signals", value, sizeof(value)) &&
                  strcmp(value, "0") == 0;
}

/* Collects the lines for the host. */
static void collect_line(struct report_out *out, const char *line)
{
    out->len += (size_t)kscnprintf(out->buf + out->len, out->size - out->len,
                                   "%s\n", line);
}

static void log_line(struct report_out *out, const char *line)
{
    (void)out;
    log_error("%s\n", line);
}

static void report_deed(struct report_out *out,
                        const struct killed_report *killed)
{
    const struct trap_frame *frame = killed->frame;
    char error[DECODE_MAX];

    if (killed->what != NULL && killed->has_address)
        report_line(out, "what happened: %s, at %#lx", killed->what,
                    killed->address);
    else if (killed->what != NULL)
        report_line(out, "what happened: %s", killed->what);
    else if (frame->vector != TRAP_PF)
        report_line(out, "what happened: %s", decode_trap_deed(frame->vector));
    else
        report_line(out, "what happened: it tried to %s %#lx",
                    (frame->error & PF_FETCH) != 0   ? "run code at"
                    : (frame->error & PF_WRITE) != 0 ? "write to"
                                                     : "read from",
                    killed->address);
    if (frame->vector == TRAP_PF) {
        decode_page_fault(frame->error, error, sizeof(error));
        report_line(out, "exception: %s, error code %#lx: %s",
                    decode_trap(frame->vector), frame->error, error);
    } else if (frame->vector < TRAP_EXCEPTIONS) {
        report_line(out, "exception: %s, error code %#lx",
                    decode_trap(frame->vector), frame->error);
    }
}

/* => M held */
static void report_user_backtrace(struct report_out *out,
                                  const struct trap_frame *frame)
{
    vaddr_t addrs[BACKTRACE_MAX];
    size_t n = backtrace_user(frame, addrs);

    report_prepare_symbols(symbols, addrs, n);
    symbols_find_user(symbols, n);
    report_backtrace(out, symbols, n);
}

static void make_report(struct report_out *out, const void *arg)
{
    const struct killed_report *killed = arg;
    const struct process *process = current_process();
    /* A fault in a system call: the program's own registers are those. */
    bool in_call = !trap_from_user(killed->frame);
    const struct trap_frame *frame =
        in_call ? thread_frame(current_thread()) : killed->frame;

    report_line(out, "%s[%d] killed by %s (%s)", process->name, process->pid,
                decode_signal(killed->sig),
                decode_code(killed->sig, killed->code));
    report_deed(out, killed);
    if (in_call)
        report_line(out, "while the kernel worked for its system call %lu",
                    frame->error);
    report_registers(out, frame);
    if (killed->has_address)
        report_address(out, current_thread()->mm, killed->address, in_call);
    if (!in_call)
        report_user_backtrace(out, frame);
}

void report_killed(const struct killed_report *killed)
{
    report_other(make_report, killed);
}

void report_other(void (*make)(struct report_out *out, const void *arg),
                  const void *arg)
{
    struct report_out out = {.line = log_line};

    if (reports_off || mutex_held(&report_lock))
        return;
    mutex_lock(&report_lock);
    if (report_present()) {
        out = (struct report_out){
            .line = collect_line, .buf = text, .size = sizeof(text)};
        make(&out, arg);
        report_write(REPORT_KILLED, text, out.len);
    } else {
        make(&out, arg);
    }
    mutex_unlock(&report_lock);
}
