/* SPDX-License-Identifier: MIT */
/*
 * Signals on the way back to user mode: what a thread finds there that has
 * THREAD_WORK_SIGNAL set.
 *
 *     to end?        thread_exit
 *     to stop?       sleep until SIGCONT, then look again
 *     a signal?      its default action, then look again; or a handler's
 *                    frame, and off to the handler (the next round, which
 *                    trap_user_work makes, may put another one on top)
 *     none left      finish the system call that was broken off, put the mask
 *                    back that sigsuspend and its like had replaced
 *
 * A system call that was broken off (-ERESTART*) goes on from its start with
 * the arguments still in their registers: rip goes back over SYSCALL, rax
 * becomes the number again.
 *
 * Locks: P. Read next: signal_frame.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/syscall.h"
#include "kernel/cpu/trap.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/report.h"
#include "kernel/proc/signal_impl.h"

#define SYSCALL_INSTRUCTION_LEN 2

/* ---- system calls that were broken off ---- */

static void repeat_call(struct trap_frame *frame, uint64_t number)
{
    frame->rip -= SYSCALL_INSTRUCTION_LEN;
    frame->rax = number;
    frame->vector = TRAP_REPLACED; /* done: not to be looked at again */
}

/* No handler has run. */
static void finish_call(struct trap_frame *frame)
{
    if (frame->vector != TRAP_SYSCALL)
        return;
    switch (-(int64_t)frame->rax) {
    case ERESTARTSYS:
    case ERESTARTNOHAND:
    case ERESTARTNOINTR: repeat_call(frame, frame->error); break;
    case ERESTART_RESTARTBLOCK: repeat_call(frame, SYS_restart_syscall); break;
    default: break;
    }
}

/* A handler is about to run. */
static void finish_call_for_handler(struct trap_frame *frame, uint64_t flags)
{
    if (frame->vector != TRAP_SYSCALL)
        return;
    switch (-(int64_t)frame->rax) {
    case ERESTARTSYS:
        if ((flags & SA_RESTART) != 0) {
            repeat_call(frame, frame->error);
            break;
        }
        frame->rax = (uint64_t)-EINTR;
        break;
    case ERESTARTNOINTR: repeat_call(frame, frame->error); break;
    case ERESTARTNOHAND:
    case ERESTART_RESTARTBLOCK: frame->rax = (uint64_t)-EINTR; break;
    default: break;
    }
}

/* ---- choosing ---- */

/* PID 1 does what it has handlers for; the rest leaves it alone. */
static bool is_dropped(const struct process *process, int sig)
{
    return signal_is_protected(process) ||
           (SIGNALS_HARMLESS & SIGNAL_BIT(sig)) != 0;
}

static void act_by_default(struct process *process, int sig)
{
    uint64_t flags;

    if (is_dropped(process, sig))
        return;
    if ((SIGNALS_STOPPING & SIGNAL_BIT(sig)) != 0) {
        signal_begin_stop(sig);
        return;
    }
    flags = spin_lock_irqsave(&process->lock);
    signal_die_locked(process, sig);
    spin_unlock_irqrestore(&process->lock, flags);
}

/* Takes the next signal and notes its action. 0: none is left, and nobody has
 * sent one since. */
static int take_next_locked(struct thread *thread, struct delivery *d)
{
    struct process *process = thread->process;
    int sig = signal_take_locked(thread, ~thread->blocked, &d->info);

    if (sig == 0) {
        signal_clear_work(thread, THREAD_WORK_SIGNAL);
        return 0;
    }
    d->info.sig = sig;
    d->action = signal_get_action_locked(process, sig);
    if ((SIGNALS_STOPPING & SIGNAL_BIT(sig)) != 0 &&
        d->action.handler == HANDLER_DEFAULT)
        process->stop_signal = sig;
    if (d->action.handler > HANDLER_IGNORE &&
        (d->action.flags & SA_RESETHAND) != 0) {
        struct signal_action reset = d->action;

        reset.handler = HANDLER_DEFAULT;
        signal_put_action_locked(process, sig, &reset);
    }
    return sig;
}

/* The next signal that has a handler; does what is to be done without one.
 * False: none is left. */
static bool next_handled(struct delivery *d)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;

    for (;;) {
        uint64_t flags = spin_lock_irqsave(&process->lock);
        bool ends = process->exiting || thread->must_exit;
        int status = process->exiting ? process->group_status : 0;
        bool stops = process->stopping;
        int sig = ends || stops ? 0 : take_next_locked(thread, d);

        spin_unlock_irqrestore(&process->lock, flags);
        if (ends)
            thread_exit(status);
        if (stops) {
            signal_stop_here();
            continue;
        }
        if (sig == 0)
            return false;
        if (d->action.handler > HANDLER_IGNORE)
            return true;
        if (d->action.handler == HANDLER_DEFAULT)
            act_by_default(process, sig);
    }
}

/* ---- handlers ---- */

/* The frame could not be written: SIGSEGV, and if that is what was to be
 * handled, there is no way on. */
static void give_up(struct trap_frame *frame, int sig, uint64_t where)
{
    struct killed_report report = {
        .frame = frame,
        .sig = SIGSEGV,
        .code = SI_KERNEL,
        .address = where,
        .has_address = true,
        .what = "the kernel could not write the frame of a signal's handler",
    };

    if (sig == SIGSEGV)
        signal_kill_current(SIGSEGV);
    else if (!signal_force(SIGSEGV, SI_KERNEL, 0))
        return;
    report_killed(&report);
}

static void run_handler(struct trap_frame *frame, const struct delivery *d)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t before =
        thread->restore_mask ? thread->saved_mask : thread->blocked;
    uint64_t mask = thread->blocked | d->action.mask;
    uint64_t where, flags;

    finish_call_for_handler(frame, d->action.flags);
    if (signal_frame_build(frame, d, before, &where) != 0) {
        give_up(frame, d->info.sig, where);
        return;
    }
    if ((d->action.flags & SA_NODEFER) == 0)
        mask |= SIGNAL_BIT(d->info.sig);
    flags = spin_lock_irqsave(&process->lock);
    signal_set_blocked_locked(mask);
    spin_unlock_irqrestore(&process->lock, flags);
    thread->restore_mask = false;
    signal_clear_work(thread, THREAD_WORK_MASK);
}

static void restore_mask(void)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags;

    if (!thread->restore_mask)
        return;
    thread->restore_mask = false;
    signal_clear_work(thread, THREAD_WORK_MASK);
    flags = spin_lock_irqsave(&process->lock);
    signal_set_blocked_locked(thread->saved_mask);
    spin_unlock_irqrestore(&process->lock, flags);
}

void signal_deliver(struct trap_frame *frame)
{
    struct delivery d;

    if (next_handled(&d)) {
        run_handler(frame, &d);
        return;
    }
    finish_call(frame);
    restore_mask();
}
