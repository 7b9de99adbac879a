/* SPDX-License-Identifier: MIT */
/*
 * A process's three interval timers (setitimer(2)): ITIMER_REAL counts real
 * time and sends SIGALRM, ITIMER_VIRTUAL user time and SIGVTALRM,
 * ITIMER_PROF user and system time and SIGPROF. The two of processor time
 * move with the scheduler's tick.
 */
#ifndef KERNEL_PROC_ITIMER_H
#define KERNEL_PROC_ITIMER_H

#include "kernel/lib/types.h"

#define ITIMERS 3 /* REAL 0, VIRTUAL 1, PROF 2 */

struct process;

/* In nanoseconds; left 0: off. */
struct itimer_value {
    uint64_t left, interval;
};

/* For a new process: all off. */
void itimer_init(struct process *process);

/* Sets the current process's timer; *old, unless NULL, is what it was. */
void itimer_set(int which, const struct itimer_value *val,
                struct itimer_value *old);
void itimer_get(int which, struct itimer_value *out);

/* All off, for exit. => the process's last thread; may wait for SIGALRM's
 * sender to finish */
void itimer_stop(struct process *process);

/* From the tick: the process ran for so long. => interrupts off */
void itimer_elapsed(struct process *process, bool user, uint64_t ns);

#endif
