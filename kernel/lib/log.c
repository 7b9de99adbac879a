/* SPDX-License-Identifier: MIT */
/*
 * The kernel's log.
 *
 * The ring holds records, oldest first: a header (level, length) and the text.
 * Positions count bytes for ever; the place in the ring is the position modulo
 * its size. A new record pushes out as many old ones as it needs.
 *
 *      tail                            head
 *       |hdr|text.....|hdr|text...|hdr|text|          positions ->
 *
 * The lock is taken with interrupts off, for text comes from any context.
 */
#include "kernel/lib/log.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/format.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/string.h"

#define RING_SIZE (64UL * 1024)
#define TEXT_MAX 1024 /* of one call; longer text is cut */
#define CUT_MARK "...\n"

struct header {
    uint8_t level;
    uint8_t len[2]; /* low byte first */
};

static struct spinlock log_lock;
static char ring[RING_SIZE];
static uint64_t ring_head, ring_tail;            /* L */
static char text_buf[TEXT_MAX];                  /* L: the line being made */
static struct log_sink *sinks;                   /* L: in order of arrival */
static enum log_level console_level = LOG_DEBUG; /* A */
static bool panicking;                           /* A: no locks any more */
/* L: log_lock; A: atomic */

/* Panicking, there is only this CPU, and the lock's holder will not go on. */
static uint64_t lock_log(void)
{
    if (READ_ONCE(panicking))
        return 0;
    return spin_lock_irqsave(&log_lock);
}

static void unlock_log(uint64_t flags)
{
    if (!READ_ONCE(panicking))
        spin_unlock_irqrestore(&log_lock, flags);
}

static void ring_write(const void *data, size_t len)
{
    const char *bytes = data;

    for (size_t i = 0; i < len; i++)
        ring[ring_head++ % RING_SIZE] = bytes[i];
}

/* The record at a position: its header, and where its text starts. */
static uint64_t ring_read_header(uint64_t pos, struct header *header)
{
    char *bytes = (char *)header;

    for (size_t i = 0; i < sizeof(*header); i++)
        bytes[i] = ring[pos++ % RING_SIZE];
    return pos;
}

static size_t header_len(const struct header *header)
{
    return header->len[0] | (size_t)header->len[1] << 8;
}

static void ring_store(enum log_level level, const char *text, size_t len)
{
    struct header header = {(uint8_t)level,
                            {(uint8_t)len, (uint8_t)(len >> 8)}};
    struct header old;

    while (ring_head + sizeof(header) + len - ring_tail > RING_SIZE) {
        ring_tail = ring_read_header(ring_tail, &old);
        ring_tail += header_len(&old);
    }
    ring_write(&header, sizeof(header));
    ring_write(text, len);
}

static bool sink_wants(const struct log_sink *sink, enum log_level level)
{
    return level <= sink->max_level && level <= READ_ONCE(console_level);
}

/* Sends the ring's text [pos, pos + len), in two parts if it wraps. */
static void replay_text(struct log_sink *sink, uint64_t pos, size_t len)
{
    size_t at = pos % RING_SIZE;
    size_t first = MIN(len, RING_SIZE - at);

    sink->write(ring + at, first);
    if (first < len)
        sink->write(ring, len - first);
}

static void replay(struct log_sink *sink)
{
    struct header header;
    uint64_t pos = ring_tail;

    while (pos < ring_head) {
        pos = ring_read_header(pos, &header);
        if (sink_wants(sink, header.level))
            replay_text(sink, pos, header_len(&header));
        pos += header_len(&header);
    }
}

void log_add_sink(struct log_sink *sink)
{
    struct log_sink **link = &sinks;
    uint64_t flags = lock_log();

    sink->next = NULL;
    while (*link != NULL)
        link = &(*link)->next;
    *link = sink;
    replay(sink);
    unlock_log(flags);
}

void log_set_console_level(enum log_level level)
{
    WRITE_ONCE(console_level, level);
}

void log_printf(enum log_level level, const char *fmt, ...)
{
    uint64_t flags = lock_log();
    va_list args;
    size_t len;

    va_start(args, fmt);
    len = (size_t)kvsnprintf(text_buf, sizeof(text_buf), fmt, args);
    va_end(args);
    if (len >= sizeof(text_buf)) {
        len = sizeof(text_buf) - 1;
        strlcpy(text_buf + len - strlen(CUT_MARK), CUT_MARK, sizeof(CUT_MARK));
    }
    if (len > 0) {
        ring_store(level, text_buf, len);
        for (struct log_sink *s = sinks; s != NULL; s = s->next)
            if (sink_wants(s, level))
                s->write(text_buf, len);
    }
    unlock_log(flags);
}

void log_enter_panic(void)
{
    WRITE_ONCE(panicking, true);
}
