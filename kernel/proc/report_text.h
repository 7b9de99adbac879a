/* SPDX-License-Identifier: MIT */
/*
 * The parts that both kinds of reports are made of, line by line; for
 * report.c and report_panic.c.
 */
#ifndef KERNEL_PROC_REPORT_TEXT_H
#define KERNEL_PROC_REPORT_TEXT_H

#include "kernel/lib/types.h"
#include "kernel/proc/symbols.h"

struct trap_frame;

#define REPORT_LINE_MAX 256

/* Where a report goes: each line, without its end, is given to `line`. */
struct report_out {
    void (*line)(struct report_out *out, const char *text);
    char *buf; /* the sink's own */
    size_t len, size;
};

__printf(2, 3) void report_line(struct report_out *out, const char *fmt, ...);

void report_registers(struct report_out *out, const struct trap_frame *frame);

/* mm_explain of an address in the current thread's address space. */
struct mm;
void report_address(struct report_out *out, struct mm *mm, vaddr_t address,
                    bool try_only);

/* A backtrace whose names have been looked up. */
void report_backtrace(struct report_out *out, const struct symbol *symbols,
                      size_t n);

/* Where names are looked up: a return address belongs to the call before it,
 * which may be its function's last instruction. */
void report_prepare_symbols(struct symbol *symbols, const vaddr_t *addrs,
                            size_t n);

#endif
