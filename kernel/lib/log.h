/* SPDX-License-Identifier: MIT */
/*
 * The kernel's log: lines go to a ring in memory and to every registered
 * sink (serial console, screen).
 */
#ifndef KERNEL_LIB_LOG_H
#define KERNEL_LIB_LOG_H

#include "kernel/lib/types.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* A place that log text goes to. write() is called in any context, with
 * interrupts off and the log's lock held; it must not log. */
struct log_sink {
    void (*write)(const char *text, size_t len);
    enum log_level max_level; /* more verbose lines are left out */
    struct log_sink *next;    /* L: owned by log.c */
};

/* Adds a sink for ever; it first receives what the ring still holds. */
void log_add_sink(struct log_sink *sink);

/* Lines more verbose than this stay in the ring only (`quiet`). */
void log_set_console_level(enum log_level level);

/* printf for the log; text may be part of a line. => any context */
__printf(2, 3) void log_printf(enum log_level level, const char *fmt, ...);

#define log_error(...) log_printf(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_printf(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_printf(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_printf(LOG_DEBUG, __VA_ARGS__)

/* From now on write without taking locks: the caller is panicking and has
 * stopped the other CPUs. */
void log_enter_panic(void);

#endif
