/* SPDX-License-Identifier: MIT */
/*
 * What a person reads when something has gone wrong: the report of a process
 * that its own fault killed, of memory that ran out, and of a panic (DESIGN,
 * section 7).
 *
 * Killed processes' reports go to the host as REPORT_KILLED when the tool runs
 * the machine, else to the log; `print-fatal-signals=0` on the command line
 * turns them off. Panics go to the log, and to the host as REPORT_PANIC.
 *
 * panic() itself is declared in kernel/lib/assert.h.
 */
#ifndef KERNEL_PROC_REPORT_H
#define KERNEL_PROC_REPORT_H

#include "kernel/lib/types.h"

struct report_out; /* report_text.h */
struct trap_frame;

/* Boot: looks at the command line. => the command line is complete */
void report_init(void);

struct killed_report {
    const struct trap_frame *frame; /* the exception, or the system call */
    int sig, code;                  /* as in siginfo_t */
    uint64_t address;               /* that could not be used, if … */
    bool has_address;
    const char *what; /* a clause for a person; NULL: as frame->vector says */
};

/* The current process dies of this. => thread context; no spinlock held */
void report_killed(const struct killed_report *killed);

/* A report about something else, whose lines `make` adds. None if the current
 * thread is making one already. => thread context; no spinlock held */
void report_other(void (*make)(struct report_out *out, const void *arg),
                  const void *arg);

/* As panic, for a trap that the kernel cannot go on from: shows its registers
 * and, if has_address, how the CPU walked to `address`. */
__noreturn __printf(4, 5) void report_panic_trap(const struct trap_frame *frame,
                                                 bool has_address,
                                                 vaddr_t address,
                                                 const char *fmt, ...);

/* Stops the other CPUs; set by whoever starts them. NULL: there are none. */
extern void (*report_stop_others)(void);

#endif
