/* SPDX-License-Identifier: MIT */
/*
 * Software timers: a function called from the timer interrupt at or soon after
 * a deadline. Each CPU keeps its own, sorted, and programs its one-shot
 * timer for the earliest.
 */
#ifndef KERNEL_PROC_TIMER_H
#define KERNEL_PROC_TIMER_H

#include "kernel/lib/rbtree.h"
#include "kernel/lib/types.h"

struct timer_base;

struct timer {
    struct rbnode node;      /* B */
    uint64_t deadline;       /* B: as clock_now() counts */
    struct timer_base *base; /* A: whose tree it is in; NULL: not armed */
    /* C: => interrupts off, no timer lock held; may arm the timer again */
    void (*fn)(struct timer *timer);
}; /* A: changed under B; B: the base's lock; C: constant */

/* Boot, each CPU: before its first thread runs. */
void timer_init_cpu(unsigned cpu);

void timer_setup(struct timer *timer, void (*fn)(struct timer *timer));

/* Arms the timer on this CPU; if it was armed already, moves it.
 * => any context */
void timer_arm(struct timer *timer, uint64_t deadline);

/* Not armed afterwards. False if it was not armed before: its function has
 * been called or is being called now. => any context */
bool timer_cancel(struct timer *timer);

/* As timer_cancel, and its function is not running any more either.
 * => no lock held that the function takes */
void timer_cancel_sync(struct timer *timer);

/* The scheduler's own deadline on this CPU (UINT64_MAX: none).
 * => interrupts off */
void timer_set_slice_end(uint64_t deadline);
/* The same, if it is earlier than what was set. */
void timer_shorten_slice(uint64_t deadline);

#endif
