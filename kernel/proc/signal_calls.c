/* SPDX-License-Identifier: MIT */
/*
 * A program's own signals: actions, mask, waiting, the alternate stack. The
 * contracts stand in signal_calls.h.
 *
 * Locks: P.
 */
#include "kernel/proc/signal_calls.h"

#include "kernel/abi/errno.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/signal_impl.h"

/* What sigaction keeps of sa_flags; the rest reads back as 0. */
#define SA_KNOWN                                                               \
    ((uint64_t)SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK |         \
     SA_RESTART | SA_NODEFER | SA_RESETHAND | SA_EXPOSE_TAGBITS | SA_RESTORER)

/* ---- actions ---- */

static bool is_ignoring(int sig, const struct signal_action *action)
{
    return action->handler == HANDLER_IGNORE ||
           (action->handler == HANDLER_DEFAULT &&
            (SIGNALS_HARMLESS & SIGNAL_BIT(sig)) != 0);
}

int signal_set_action(int sig, const struct signal_action *in,
                      struct signal_action *out)
{
    struct process *process = current_process();
    struct signal_action action;
    uint64_t flags;

    if (!signal_is_valid(sig) ||
        (in != NULL && (SIGNALS_UNBLOCKABLE & SIGNAL_BIT(sig)) != 0))
        return -EINVAL;
    flags = spin_lock_irqsave(&process->lock);
    if (out != NULL)
        *out = signal_get_action_locked(process, sig);
    if (in != NULL) {
        action = *in;
        action.flags &= SA_KNOWN;
        action.mask &= ~SIGNALS_UNBLOCKABLE;
        signal_put_action_locked(process, sig, &action);
        if (is_ignoring(sig, &action)) /* POSIX: pending or not, blocked too */
            signal_drop_everywhere_locked(process, SIGNAL_BIT(sig));
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

/* ---- the mask ---- */

/* how and set as sigprocmask has them, applied to `mask`. 0 or -EINVAL. */
static int combine(int how, uint64_t set, uint64_t *mask)
{
    switch (how) {
    case SIG_BLOCK: *mask |= set; return 0;
    case SIG_UNBLOCK: *mask &= ~set; return 0;
    case SIG_SETMASK: *mask = set; return 0;
    default: return -EINVAL;
    }
}

int signal_change_mask(int how, const uint64_t *in, uint64_t *old)
{
    struct process *process = current_process();
    uint64_t mask = current_thread()->blocked, flags;
    int err;

    *old = mask;
    if (in == NULL)
        return 0;
    err = combine(how, *in, &mask);
    if (err != 0)
        return err;
    flags = spin_lock_irqsave(&process->lock);
    signal_set_blocked_locked(mask);
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

uint64_t signal_pending_set(void)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process->lock);
    uint64_t set =
        (thread->pending.set | process->pending.set) & thread->blocked;

    spin_unlock_irqrestore(&process->lock, flags);
    return set;
}

/* ---- waiting ---- */

/* Until a signal comes (-ERESTARTSYS) or deadline has passed (-ETIMEDOUT). */
static int sleep_for_signal(uint64_t deadline)
{
    int err = 0;

    while (err == 0) {
        sched_sleep_prepare(true);
        err = signal_pending() ? -ERESTARTSYS : sched_sleep(deadline);
    }
    sched_sleep_cancel();
    return err;
}

int signal_pause(void)
{
    (void)sleep_for_signal(WAIT_FOREVER);
    return -ERESTARTNOHAND;
}

int signal_suspend(uint64_t mask)
{
    signal_set_temporary_mask(mask);
    return signal_pause();
}

/* Takes a signal of the set if one is there; else, if told to wait, unblocks
 * the set for the time of the wait. */
static int take_or_unblock(uint64_t set, bool waits, struct signal_info *out)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process->lock);
    int sig = signal_take_locked(thread, set, out);

    if (sig == 0 && waits) {
        thread->real_blocked = thread->blocked;
        signal_set_blocked_locked(thread->blocked & ~set);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return sig;
}

/* Ends the wait: blocks the set again, and takes what has come of it. */
static int take_and_block(uint64_t set, struct signal_info *out)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process->lock);
    int sig;

    signal_set_blocked_locked(thread->real_blocked);
    thread->real_blocked = 0;
    sig = signal_take_locked(thread, set, out);
    spin_unlock_irqrestore(&process->lock, flags);
    return sig;
}

int signal_wait(uint64_t set, uint64_t deadline, struct siginfo *out)
{
    struct signal_info info;
    int sig, err = 0;

    set &= ~SIGNALS_UNBLOCKABLE;
    sig = take_or_unblock(set, deadline != 0, &info);
    if (sig == 0 && deadline == 0)
        return -EAGAIN;
    if (sig == 0) {
        err = sleep_for_signal(deadline);
        sig = take_and_block(set, &info);
    }
    if (sig == 0)
        return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
    info.sig = sig;
    signal_info_encode(&info, out);
    return sig;
}

/* ---- the alternate stack ---- */

/* The mode asked for in ss_flags is one that sigaltstack(2) knows. */
static bool is_stack_mode(int32_t flags)
{
    uint32_t mode = (uint32_t)flags & ~SS_AUTODISARM;

    return mode == 0 || mode == SS_ONSTACK || mode == SS_DISABLE;
}

static struct signal_stack show_stack(const struct thread *thread, uint64_t sp)
{
    struct signal_stack stack = thread->altstack;
    uint32_t flags = (uint32_t)stack.flags & SS_AUTODISARM;

    if (stack.size == 0)
        flags |= SS_DISABLE;
    else if (signal_on_stack(thread, sp))
        flags |= SS_ONSTACK;
    stack.flags = (int32_t)flags;
    return stack;
}

int signal_set_stack(const struct signal_stack *in, struct signal_stack *old,
                     uint64_t sp)
{
    struct thread *thread = current_thread();
    struct signal_stack stack;

    if (old != NULL)
        *old = show_stack(thread, sp);
    if (in == NULL)
        return 0;
    if (signal_on_stack(thread, sp))
        return -EPERM;
    if (!is_stack_mode(in->flags))
        return -EINVAL;
    stack = (struct signal_stack){
        .sp = in->sp, .flags = in->flags, .size = in->size};
    if (((uint32_t)in->flags & SS_DISABLE) != 0) {
        stack.sp = 0;
        stack.size = 0;
    } else if (stack.size < MINSIGSTKSZ) {
        return -ENOMEM;
    }
    thread->altstack = stack;
    return 0;
}
