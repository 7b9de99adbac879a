/* SPDX-License-Identifier: MIT */
/*
 * Interval timers: kernel/proc/itimer.h.
 *
 * Locks: process->lock guards the values. real_timer is armed and cancelled
 * under it; its function takes it, so only itimer_stop, which holds no lock,
 * waits for the function.
 */
#include "kernel/proc/itimer.h"

#include "kernel/abi/signal.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/process.h"
#include "kernel/proc/signal_impl.h"

_Static_assert(ITIMER_REAL == 0 && ITIMER_VIRTUAL == 1 && ITIMER_PROF == 2,
               "cpu_timer's index is which - 1");

static void real_expired(struct timer *timer)
{
    struct process *process = container_of(timer, struct process, real_timer);
    uint64_t flags = spin_lock_irqsave(&process->lock), late;
    const uint64_t interval = process->real_interval;
    /* Turned off or set anew while it was on its way here. */
    bool stale = !process->real_armed || load_acquire(&timer->base) != NULL;

    if (!stale && interval != 0) {
        /* Intervals that have passed unseen count as one signal. */
        late = clock_now() - timer->deadline;
        timer_arm(timer, timer->deadline + (late / interval + 1) * interval);
    }
    if (!stale) {
        process->real_armed = interval != 0;
        (void)signal_send_locked(process, NULL, SIGALRM, NULL);
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

void itimer_init(struct process *process)
{
    timer_setup(&process->real_timer, real_expired);
    process->real_interval = 0;
    process->real_armed = false;
    for (unsigned i = 0; i < ARRAY_SIZE(process->cpu_timer); i++)
        process->cpu_timer[i] = process->cpu_interval[i] = 0;
}

static void get_locked(struct process *process, int which,
                       struct itimer_value *out)
{
    uint64_t now;

    ASSERT(spin_is_locked(&process->lock));
    if (which != ITIMER_REAL) {
        out->left = process->cpu_timer[which - 1];
        out->interval = process->cpu_interval[which - 1];
        return;
    }
    out->left = 0;
    out->interval = process->real_interval;
    if (process->real_armed) {
        now = clock_now();
        out->left = 1; /* due this moment, but not off */
        if (process->real_timer.deadline > now)
            out->left = process->real_timer.deadline - now;
    }
}

void itimer_get(int which, struct itimer_value *out)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);

    get_locked(process, which, out);
    spin_unlock_irqrestore(&process->lock, flags);
}

void itimer_set(int which, const struct itimer_value *val,
                struct itimer_value *old)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);

    if (old != NULL)
        get_locked(process, which, old);
    if (which != ITIMER_REAL) {
        process->cpu_timer[which - 1] = val->left;
        process->cpu_interval[which - 1] = val->interval;
    } else {
        timer_cancel(&process->real_timer);
        process->real_interval = val->interval;
        process->real_armed = val->left != 0;
        if (val->left != 0)
            timer_arm(&process->real_timer, clock_now() + val->left);
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

void itimer_stop(struct process *process)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);

    process->real_interval = 0;
    process->real_armed = false;
    spin_unlock_irqrestore(&process->lock, flags);
    timer_cancel_sync(&process->real_timer);
}

/* Takes ns off one timer of processor time. True if it has expired. */
static bool count_down_locked(struct process *process, unsigned i, uint64_t ns)
{
    if (process->cpu_timer[i] == 0)
        return false;
    if (process->cpu_timer[i] > ns) {
        process->cpu_timer[i] -= ns;
        return false;
    }
    process->cpu_timer[i] = process->cpu_interval[i];
    return true;
}

void itimer_elapsed(struct process *process, bool user, uint64_t ns)
{
    bool virtual_due, prof_due;

    if (likely((READ_ONCE(process->cpu_timer[0]) |
                READ_ONCE(process->cpu_timer[1])) == 0))
        return;
    spin_lock(&process->lock);
    virtual_due = user && count_down_locked(process, ITIMER_VIRTUAL - 1, ns);
    prof_due = count_down_locked(process, ITIMER_PROF - 1, ns);
    spin_unlock(&process->lock);
    if (virtual_due)
        signal_send_process(process, SIGVTALRM, NULL);
    if (prof_due)
        signal_send_process(process, SIGPROF, NULL);
}
