/* SPDX-License-Identifier: MIT */
/*
 * Software timers. Each CPU has a timer_base: its armed timers in a tree by
 * deadline, the end of the running thread's turn, and what the hardware has
 * been told.
 *
 * The hardware is programmed lazily: only when something is due earlier than
 * what it has been told. A deadline that goes away leaves an interrupt that
 * finds nothing to do and programs the next one.
 *
 * I1: hardware <= first timer's deadline, and <= slice_end.
 *
 * Locks: timer_base.lock (B), with interrupts off; a timer's function is
 * called without it.
 */
#include "kernel/proc/timer.h"

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/spinlock.h"
#include "kernel/proc/sched.h"

#define NEVER UINT64_MAX

struct timer_base {
    struct spinlock lock;
    struct rbtree tree;    /* B: struct timer by deadline */
    struct timer *first;   /* B: the earliest; NULL: none */
    struct timer *running; /* B: whose function is being called */
    uint64_t slice_end;    /* O */
    uint64_t hardware;     /* O: what timer_set was last told */
} __aligned(64);           /* B: lock; O: own CPU, interrupts off */

static struct timer_base bases[MAX_CPUS];

void timer_init_cpu(unsigned cpu)
{
    struct timer_base *base = &bases[cpu];

    spin_init(&base->lock);
    rb_init(&base->tree, NULL);
    base->first = NULL;
    base->running = NULL;
    base->slice_end = NEVER;
    base->hardware = NEVER;
}

void timer_setup(struct timer *timer, void (*fn)(struct timer *timer))
{
    timer->base = NULL;
    timer->fn = fn;
}

/* Keeps I1 when something new is due at `deadline`. => interrupts off */
static void want_interrupt(struct timer_base *base, uint64_t deadline)
{
    if (deadline >= base->hardware)
        return;
    base->hardware = deadline;
    timer_set(deadline);
}

void timer_set_slice_end(uint64_t deadline)
{
    struct timer_base *base = &bases[cpu_id()];

    base->slice_end = deadline;
    want_interrupt(base, deadline);
}

void timer_shorten_slice(uint64_t deadline)
{
    if (deadline < bases[cpu_id()].slice_end)
        timer_set_slice_end(deadline);
}

static void insert_locked(struct timer_base *base, struct timer *timer)
{
    struct rbnode *parent = NULL, *node = base->tree.root;
    int dir = 0;

    ASSERT(spin_is_locked(&base->lock));
    while (node != NULL) {
        parent = node;
        dir = timer->deadline >= rb_entry(node, struct timer, node)->deadline;
        node = node->child[dir];
    }
    rb_insert(&base->tree, &timer->node, parent, dir);
    if (base->first == NULL || timer->deadline < base->first->deadline)
        base->first = timer;
    store_release(&timer->base, base);
}

static void remove_locked(struct timer_base *base, struct timer *timer)
{
    struct rbnode *next;

    ASSERT(spin_is_locked(&base->lock));
    if (base->first == timer) {
        next = rb_next(&timer->node);
        base->first = next ? rb_entry(next, struct timer, node) : NULL;
    }
    rb_remove(&base->tree, &timer->node);
    store_release(&timer->base, (struct timer_base *)NULL);
}

/* Locks the base that the timer is armed on; NULL if it is on none.
 * => interrupts off */
static struct timer_base *lock_base(struct timer *timer)
{
    struct timer_base *base;

    while ((base = load_acquire(&timer->base)) != NULL) {
        spin_lock(&base->lock);
        if (load_acquire(&timer->base) == base)
            break;
        spin_unlock(&base->lock);
    }
    return base;
}

bool timer_cancel(struct timer *timer)
{
    uint64_t flags;
    struct timer_base *base;

    if (load_acquire(&timer->base) == NULL)
        return false;
    flags = irq_save();
    base = lock_base(timer);
    if (base != NULL) {
        remove_locked(base, timer);
        spin_unlock(&base->lock);
    }
    irq_restore(flags);
    return base != NULL;
}

void timer_cancel_sync(struct timer *timer)
{
    bool busy;

    do {
        timer_cancel(timer);
        busy = false;
        for (unsigned i = 0; i < cpu_count; i++)
            if (load_acquire(&bases[i].running) == timer)
                busy = true;
        if (busy)
            __builtin_ia32_pause();
    } while (busy);
}

void timer_arm(struct timer *timer, uint64_t deadline)
{
    uint64_t flags = irq_save();
    struct timer_base *base;

    timer_cancel(timer);
    base = &bases[cpu_id()];
    spin_lock(&base->lock);
    timer->deadline = deadline;
    insert_locked(base, timer);
    want_interrupt(base, deadline);
    spin_unlock(&base->lock);
    irq_restore(flags);
}

/* Calls the functions of all timers that are due and asks for the next
 * interrupt. => interrupts off */
static void run_due(struct timer_base *base, uint64_t now)
{
    struct timer *timer;

    spin_lock(&base->lock);
    while ((timer = base->first) != NULL && timer->deadline <= now) {
        /* In this order: who sees it disarmed sees it running too. */
        store_release(&base->running, timer);
        remove_locked(base, timer);
        spin_unlock(&base->lock);
        timer->fn(timer);
        spin_lock(&base->lock);
        store_release(&base->running, (struct timer *)NULL);
    }
    if (timer != NULL)
        want_interrupt(base, timer->deadline);
    spin_unlock(&base->lock);
}

void timer_interrupt(void)
{
    struct timer_base *base = &bases[cpu_id()];
    uint64_t now = clock_now();

    base->hardware = NEVER;
    if (now >= base->slice_end) {
        base->slice_end = NEVER;
        sched_tick(now);
    }
    run_due(base, now);
    want_interrupt(base, base->slice_end);
}
