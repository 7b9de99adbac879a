/* SPDX-License-Identifier: MIT */
/*
 * The head of each CPU's own data, reached through GS, and preemption.
 *
 * The kernel is preemptible: whenever preempt_count is 0 and interrupts are
 * on, the timer may switch to another thread, which may later resume on
 * another CPU. Code that uses per-CPU data or holds a spinlock keeps the
 * count above 0.
 */
#ifndef KERNEL_LIB_PREEMPT_H
#define KERNEL_LIB_PREEMPT_H

#include "kernel/lib/atomic.h"
#include "kernel/lib/types.h"

struct cpu;
struct lockck_cpu;
struct thread;

/* First member of struct cpu (kernel/cpu/cpu.h), at GS:0. Fields are
 * written by their own CPU only, except need_resched. */
struct cpu_head {
    struct cpu *self;          /* C */
    struct thread *current;    /* changed by the scheduler only */
    uint32_t preempt_count;    /* > 0: no preemption */
    uint32_t need_resched;     /* A: the scheduler should run soon */
    struct lockck_cpu *lockck; /* C: kernel/lib/lockck.h */
};                             /* C: constant; A: atomic */

#define cpu_head_gs ((struct cpu_head __seg_gs *)0)

/* Runs the scheduler, unless preemption or interrupts are off: who turns them
 * on looks again, and so does the interrupt's end.
 * Implemented in kernel/proc/sched.c. */
void preempt_schedule(void);

/* The same at the end of an interrupt that came while preemption was on.
 * => interrupts off, preempt_count 0. kernel/proc/sched.c */
void preempt_schedule_irq(void);

static __always_inline void preempt_disable(void)
{
    cpu_head_gs->preempt_count++;
    compiler_barrier();
}

/* Without the check for a pending switch. */
static __always_inline void preempt_enable_no_resched(void)
{
    compiler_barrier();
    cpu_head_gs->preempt_count--;
}

/* Hands the CPU over if that was asked for. */
static __always_inline void preempt_check(void)
{
    compiler_barrier();
    if (unlikely(cpu_head_gs->need_resched != 0))
        preempt_schedule();
}

static __always_inline void preempt_enable(void)
{
    preempt_enable_no_resched();
    preempt_check();
}

/* Preemption is on (interrupts may still be off). The answer stays right even
 * if the thread migrates. */
static __always_inline bool preempt_enabled(void)
{
    return cpu_head_gs->preempt_count == 0;
}

/* One instruction, hence right even while the thread may migrate. */
static __always_inline struct thread *current_thread(void)
{
    return cpu_head_gs->current;
}

#endif
