/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's edges: starting it on a CPU, the idle loop, the tick, and
 * its figures. Model, invariants and locks: sched.c.
 */
#include "kernel/proc/sched.h"

#include "kernel/cpu/time.h"
#include "kernel/cpu/trap.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/process.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/thread.h"

#define LOAD_PERIOD_NS (5 * NSEC_PER_SEC)
#define LOAD_SHIFT 16 /* loads are fixed-point numbers */

/* The boot CPU's context before the scheduler started. */
static struct thread boot_idle;

static struct timer load_timer;
static uint64_t loads[3]; /* 1, 5, 15 minutes; written by load_timer only */

static void start_queue(unsigned cpu, struct thread *idle)
{
    struct run_queue *rq = &queues[cpu];

    spin_init(&rq->lock);
    list_init(&rq->queue);
    rq->idle = idle;
    rq->running = idle;
    idle->cpu = cpu;
    idle->affinity = 1UL << cpu;
    rq->start_time = rq->tick_time = idle->run_start = clock_now();
    timer_init_cpu(cpu);
}

/* Decays each load towards the number of threads that run, by
 * exp(-5 s / period), in 1/65536ths: 1, 5 and 15 minutes. */
static void load_sample(struct timer *timer)
{
    static const uint64_t decay[3] = {60296, 64453, 65173};
    uint64_t running = (uint64_t)sched_running() << LOAD_SHIFT;

    for (unsigned i = 0; i < ARRAY_SIZE(loads); i++) {
        uint64_t rest = (1UL << LOAD_SHIFT) - decay[i];

        WRITE_ONCE(loads[i],
                   (loads[i] * decay[i] + running * rest) >> LOAD_SHIFT);
    }
    timer_arm(timer, timer->deadline + LOAD_PERIOD_NS);
}

void sched_init(void)
{
    struct thread *idle = &boot_idle;

    ASSERT(cpu_id() == 0);
    thread_init_idle(idle);
    idle->head.stack_top = cpu_gs->stack_top;
    start_queue(0, idle);
    cpu_gs->idle = idle;
    cpu_head_gs->current = idle;
    timer_setup(&load_timer, load_sample);
    timer_arm(&load_timer, clock_now() + LOAD_PERIOD_NS);
}

int sched_prepare_cpu(unsigned cpu, struct thread **idle)
{
    int err = thread_create(&kernel_process, false, idle);

    if (err == 0)
        start_queue(cpu, *idle);
    return err;
}

void sched_idle_loop(void)
{
    ASSERT(current_thread() == cpu_gs->idle);
    for (;;) {
        irq_save();
        if (cpu_head_gs->need_resched == 0 && queues[cpu_id()].nqueued == 0)
            cpu_idle_wait();
        irq_restore(RFLAGS_IF_BIT);
        schedule(SWITCH_YIELD);
    }
}

/* What the tick interrupted: an interrupt from user mode has its frame at the
 * top of the thread's stack. */
static bool was_in_user_mode(struct thread *thread)
{
    uint64_t vector;

    if (thread->mm == NULL)
        return false;
    vector = thread_frame(thread)->vector;
    return vector >= TRAP_EXCEPTIONS && vector < TRAP_SYSCALL;
}

void sched_tick(uint64_t now)
{
    struct run_queue *rq = &queues[cpu_id()];
    struct thread *thread = current_thread();
    uint64_t elapsed = now - rq->tick_time;
    bool user = was_in_user_mode(thread);

    if (thread == rq->idle)
        return;
    spin_lock(&rq->lock);
    queue_charge_locked(rq, now);
    rq->tick_time = now;
    if (user) {
        thread->user_sample += elapsed;
        rq->user_sample += elapsed;
    } else {
        thread->system_sample += elapsed;
        rq->system_sample += elapsed;
    }
    if (rq->nqueued != 0) {
        queue_resched(cpu_id());
    } else {
        thread->slice_left = slice_length(thread);
        timer_set_slice_end(now + (uint64_t)thread->slice_left);
    }
    spin_unlock(&rq->lock);
    if (thread->mm != NULL)
        itimer_elapsed(thread->process, user, elapsed);
}

/* ---- attributes and figures ---- */

int sched_set_affinity(struct thread *thread, uint64_t mask)
{
    struct run_queue *rq;
    uint64_t flags;
    bool misplaced;

    if ((mask & cpu_online_mask()) == 0)
        return -EINVAL;
    flags = irq_save();
    rq = queue_lock_of(thread);
    thread->affinity = mask;
    misplaced = (mask >> thread->cpu & 1) == 0;
    if (misplaced && thread->queued) {
        queue_remove_locked(rq, thread);
        queue_move_locked(rq, thread);
    } else {
        if (misplaced && rq->running == thread)
            queue_resched(thread->cpu);
        spin_unlock(&rq->lock);
    }
    irq_restore(flags);
    preempt_check();
    return 0;
}

/* The share of `time` that a user sample has in all samples. */
static uint64_t user_share(uint64_t time, uint64_t user, uint64_t system)
{
    uint64_t ratio;

    if (user + system == 0)
        return time;
    /* A 16-bit fraction, so that nothing overflows. */
    ratio = (user << 16) / (user + system);
    return (time >> 16) * ratio + ((time & 0xffff) * ratio >> 16);
}

/* Splits run_time as the tick's samples fall; neither part ever shrinks. */
static void split_time_locked(struct thread *thread)
{
    uint64_t time = thread->run_time;
    uint64_t user =
        user_share(time, thread->user_sample, thread->system_sample);

    user = MAX(user, thread->user_time);
    user = MIN(user, time - thread->system_time);
    thread->user_time = user;
    thread->system_time = time - user;
}

void sched_add_usage(struct thread *thread, struct usage *usage)
{
    uint64_t flags = irq_save();
    struct run_queue *rq = queue_lock_of(thread);

    if (rq->running == thread)
        queue_charge_locked(rq, clock_now());
    split_time_locked(thread);
    usage->user += thread->user_time;
    usage->system += thread->system_time;
    usage->voluntary_switches += thread->voluntary_switches;
    usage->involuntary_switches += thread->involuntary_switches;
    spin_unlock_irqrestore(&rq->lock, flags);
    usage->minor_faults += READ_ONCE(thread->minor_faults);
    usage->major_faults += READ_ONCE(thread->major_faults);
}

unsigned sched_running(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < cpu_count; i++)
        n += READ_ONCE(queues[i].nqueued) +
             (READ_ONCE(queues[i].running) != queues[i].idle);
    return n;
}

uint64_t sched_switches(void)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < cpu_count; i++)
        n += READ_ONCE(queues[i].switches);
    return n;
}

void sched_cpu_times(unsigned cpu, struct cpu_times *out)
{
    struct run_queue *rq = &queues[cpu];
    uint64_t flags = spin_lock_irqsave(&rq->lock);
    uint64_t now = clock_now(), busy;

    if (rq->running == rq->idle)
        queue_charge_locked(rq, now);
    out->idle = rq->idle->run_time;
    busy = now - rq->start_time - out->idle;
    out->user = user_share(busy, rq->user_sample, rq->system_sample);
    out->system = busy - out->user;
    spin_unlock_irqrestore(&rq->lock, flags);
}

void sched_loads(uint64_t out[3])
{
    for (unsigned i = 0; i < ARRAY_SIZE(loads); i++)
        out[i] = READ_ONCE(loads[i]);
}

char sched_state_letter(const struct thread *thread)
{
    switch (READ_ONCE(thread->state)) {
    case THREAD_RUNNABLE: return 'R';
    case THREAD_INTERRUPTIBLE: return 'S';
    case THREAD_DEAD: return 'Z';
    default: return 'D';
    }
}
