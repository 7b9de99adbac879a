/* SPDX-License-Identifier: MIT */
/*
 * Job control: stopping and continuing a process, what its parent is told,
 * and the terminal's part in it.
 *
 *                begin_stop              the last thread stops
 *     running ------------> stopping ---------------------------> stopped
 *        ^                     |      (parent: CLD_STOPPED)          |
 *        '---------------------'<------------------------------------'
 *               SIGCONT, or the end     (parent: CLD_CONTINUED)
 *
 * "stopping" is process->stopping; "stopped" is stop_complete besides. Each
 * thread counts itself in nstopped while it sleeps in signal_stop_here. SIGCONT
 * only clears `stopping` (it may come from an interrupt); the first thread
 * that wakes tells the parent.
 *
 * Locks: T before P; the parent's P is never taken under the child's.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/dev/dev.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/signal_impl.h"

#define NSEC_PER_TICK (NSEC_PER_SEC / USER_HZ)

/* ---- the parent ---- */

static void fill_times(struct process *child, struct signal_info *info)
{
    uint64_t flags = spin_lock_irqsave(&child->lock);
    struct usage usage = child->dead_usage;
    struct thread *thread;

    list_for_each_entry (thread, &child->threads, process_link)
        sched_add_usage(thread, &usage);
    spin_unlock_irqrestore(&child->lock, flags);
    info->utime = usage.user / NSEC_PER_TICK;
    info->stime = usage.system / NSEC_PER_TICK;
}

/* The parent's action lets the signal through. => the parent's P held */
static bool is_wanted_locked(const struct process *parent, int sig, bool ended)
{
    struct signal_action action = signal_get_action_locked(parent, sig);

    if (sig != SIGCHLD)
        return true;
    return action.handler != HANDLER_IGNORE &&
           (ended || (action.flags & SA_NOCLDSTOP) == 0);
}

void signal_notify_parent_locked(struct process *child, int code, int status)
{
    bool ended = code == CLD_EXITED || code == CLD_KILLED || code == CLD_DUMPED;
    int sig = ended ? child->exit_signal : SIGCHLD;
    struct process *parent = child->parent;
    struct signal_info info = {
        .code = code,
        .pid = child->pid,
        .uid = child->cred.uid,
        .status = status,
    };
    uint64_t flags;

    ASSERT(spin_is_locked(&process_tree_lock));
    if (parent == NULL)
        return;
    fill_times(child, &info);
    flags = spin_lock_irqsave(&parent->lock);
    /* clone(2) takes any number; what is no signal is not sent. */
    if (signal_is_valid(sig) && is_wanted_locked(parent, sig, ended))
        (void)signal_send_locked(parent, NULL, sig, &info);
    spin_unlock_irqrestore(&parent->lock, flags);
    wake_up_all(&parent->child_wait);
}

bool signal_child_unwanted_locked(struct process *child)
{
    struct process *parent = child->parent;
    struct signal_action action;
    uint64_t flags;

    ASSERT(spin_is_locked(&process_tree_lock));
    if (parent == NULL || child->exit_signal != SIGCHLD)
        return false;
    flags = spin_lock_irqsave(&parent->lock);
    action = signal_get_action_locked(parent, SIGCHLD);
    spin_unlock_irqrestore(&parent->lock, flags);
    return action.handler == HANDLER_IGNORE ||
           (action.flags & SA_NOCLDWAIT) != 0;
}

/* ---- groups ---- */

bool signal_group_is_orphaned_locked(const struct pid *group,
                                     const struct process *leaving)
{
    struct process *process;

    ASSERT(spin_is_locked(&process_tree_lock));
    list_for_each_entry (process, &group->group, group_link) {
        const struct process *parent = process->parent;

        if (process == leaving || process->state != PROCESS_ALIVE ||
            parent == NULL || parent->pid == INIT_PID)
            continue;
        if (parent->group != group && parent->session == process->session)
            return false;
    }
    return true;
}

int signal_send_group(int group, int sig, const struct signal_info *info)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *pid = pid_find_locked(group);
    struct process *process;
    int n = 0;

    if (pid != NULL) {
        list_for_each_entry (process, &pid->group, group_link) {
            process->ngroup_signals++;
            signal_send_process(process, sig, info);
            n++;
        }
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return n;
}

/* ---- stopping ---- */

/* All threads have stopped: says so once. True if the parent is to be told.
 * => T and P held */
static bool complete_stop_locked(struct process *process)
{
    if (!process->stopping || process->stop_complete || process->exiting ||
        process->nthreads == 0 ||
        process->nstopped != (unsigned)process->nthreads)
        return false;
    process->stop_complete = true;
    process->report = STOP_STOPPED;
    return true;
}

void signal_begin_stop(int sig)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    bool allowed = sig == SIGSTOP ||
                   !signal_group_is_orphaned_locked(process->group, NULL);
    struct thread *thread;

    spin_lock(&process->lock);
    /* SIGCONT has taken stop_signal back if it came after the stop signal was
     * taken off its queue. */
    if (allowed && process->stop_signal == sig && !process->exiting &&
        !process->stopping) {
        process->stopping = true;
        process->stop_complete = false;
        list_for_each_entry (thread, &process->threads, process_link) {
            signal_set_work(thread, THREAD_WORK_SIGNAL);
            if (thread != current_thread())
                sched_wake_signal(thread, false);
        }
    }
    spin_unlock(&process->lock);
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

void signal_continue_locked(struct process *process)
{
    ASSERT(spin_is_locked(&process->lock));
    if (!process->stopping) {
        if (!process->stop_complete)
            process->stop_signal = 0; /* see signal_begin_stop */
        return;
    }
    process->stopping = false;
    wake_up_all(&process->stop_wait);
}

/* Counts the current thread in. False if the stop is over already. */
static bool enter_stop(struct process *process)
{
    bool stops, complete = false;
    uint64_t flags;
    int sig;

    (void)signal_reserve(1);
    flags = spin_lock_irqsave(&process_tree_lock);
    spin_lock(&process->lock);
    stops = process->stopping && !process->exiting;
    sig = process->stop_signal;
    if (stops) {
        process->nstopped++;
        complete = complete_stop_locked(process);
    }
    spin_unlock(&process->lock);
    if (complete)
        signal_notify_parent_locked(process, CLD_STOPPED, sig);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return stops;
}

static void leave_stop(struct process *process)
{
    uint64_t flags;
    bool continued;

    (void)signal_reserve(1);
    flags = spin_lock_irqsave(&process_tree_lock);
    spin_lock(&process->lock);
    process->nstopped--;
    continued =
        process->stop_complete && !process->stopping && !process->exiting;
    if (continued) {
        process->stop_complete = false;
        process->report = STOP_CONTINUED;
    }
    spin_unlock(&process->lock);
    if (continued)
        signal_notify_parent_locked(process, CLD_CONTINUED, SIGCONT);
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

static bool may_go_on(const struct thread *thread)
{
    const struct process *process = thread->process;

    return !READ_ONCE(process->stopping) || READ_ONCE(process->exiting) ||
           READ_ONCE(thread->must_exit);
}

void signal_stop_here(void)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    struct waiter waiter;

    if (!enter_stop(process))
        return;
    waiter_join(&process->stop_wait, &waiter);
    for (;;) {
        WRITE_ONCE(waiter.woken, false);
        sched_sleep_prepare_killable();
        if (may_go_on(thread))
            break;
        (void)sched_sleep(WAIT_FOREVER);
    }
    sched_sleep_cancel();
    waiter.served = true;
    waiter_leave(&process->stop_wait, &waiter);
    leave_stop(process);
}

void signal_thread_left_locked(struct process *process)
{
    bool complete;
    uint64_t flags;
    int sig;

    ASSERT(spin_is_locked(&process_tree_lock));
    flags = spin_lock_irqsave(&process->lock);
    signal_retarget_locked(process, NULL, UINT64_MAX);
    complete = complete_stop_locked(process);
    sig = process->stop_signal;
    spin_unlock_irqrestore(&process->lock, flags);
    if (complete)
        signal_notify_parent_locked(process, CLD_STOPPED, sig);
}

/* ---- the terminal ---- */

void tty_signal_pgrp(int pgrp, int sig)
{
    (void)signal_send_group(pgrp, sig, NULL);
}

static bool is_held_off(int sig)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);
    bool held =
        (current_thread()->blocked & SIGNAL_BIT(sig)) != 0 ||
        signal_get_action_locked(process, sig).handler == HANDLER_IGNORE;

    spin_unlock_irqrestore(&process->lock, flags);
    return held;
}

int tty_check_background(int foreground_pgrp, int session, int sig)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    bool foreground = process->session == NULL ||
                      process->session->nr != session || foreground_pgrp == 0 ||
                      process->group->nr == foreground_pgrp;
    bool orphaned =
        !foreground && signal_group_is_orphaned_locked(process->group, NULL);
    int group = foreground ? 0 : process->group->nr;

    spin_unlock_irqrestore(&process_tree_lock, flags);
    if (foreground)
        return 0;
    if (is_held_off(sig))
        return sig == SIGTTIN ? -EIO : 0;
    if (orphaned)
        return -EIO;
    (void)signal_send_group(group, sig, NULL);
    /* The call is repeated in any case, once the process goes on. */
    signal_set_work(current_thread(), THREAD_WORK_SIGNAL);
    return -ERESTARTSYS;
}
