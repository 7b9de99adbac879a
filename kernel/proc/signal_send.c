/* SPDX-License-Identifier: MIT */
/*
 * Sending signals. What a signal does at once, when it is sent:
 *
 *   - SIGCONT continues a stopped process and drops stop signals that are
 *     pending; those drop a pending SIGCONT;
 *   - one that is ignored is dropped, unless it is blocked: its action may
 *     have changed by the time it is unblocked;
 *   - one that ends the process, and that some thread does not block, marks it
 *     as ending and tells all its threads. So nothing can hold up a kill -9
 *     but the threads' way out of the kernel;
 *   - to a process that is stopped, or about to be, any but SIGKILL and SIGCONT
 *     is queued, and looked at when it goes on;
 *   - any other is queued, and one thread that does not block it is told.
 *
 * Lock: P (signal_impl.h).
 */
#include "kernel/abi/resource.h"
#include "kernel/fs/file.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/signal_impl.h"

_Static_assert(RLIMIT_SIGPENDING < RLIMITS, "it is in the table");

static bool is_harmless_locked(const struct process *process, int sig)
{
    uint64_t handler = signal_handler_locked(process, sig);

    if (handler == HANDLER_DEFAULT)
        return signal_is_protected(process) ||
               (SIGNALS_HARMLESS & SIGNAL_BIT(sig)) != 0;
    return handler == HANDLER_IGNORE;
}

/* The thread that the signal is for, or one that stands for all. */
static bool is_ignored_locked(const struct process *process,
                              const struct thread *thread, int sig)
{
    if (thread == NULL)
        thread = list_first(&process->threads, struct thread, process_link);
    if (((thread->blocked | thread->real_blocked) & SIGNAL_BIT(sig)) != 0)
        return false;
    return is_harmless_locked(process, sig);
}

/* Its default is to end the process, and that is its action. */
static bool is_fatal_locked(const struct process *process, int sig)
{
    return signal_handler_locked(process, sig) == HANDLER_DEFAULT &&
           !signal_is_protected(process) &&
           ((SIGNALS_HARMLESS | SIGNALS_STOPPING) & SIGNAL_BIT(sig)) == 0;
}

static bool wants(const struct thread *thread, int sig)
{
    return (thread->blocked & SIGNAL_BIT(sig)) == 0 && !thread->must_exit;
}

/* The first thread that would take it; NULL: all block it. */
static struct thread *find_taker_locked(struct process *process, int sig)
{
    struct thread *thread;

    list_for_each_entry (thread, &process->threads, process_link)
        if (wants(thread, sig))
            return thread;
    return NULL;
}

void signal_die_locked(struct process *process, int status)
{
    struct thread *thread;

    ASSERT(spin_is_locked(&process->lock));
    if (!process->exiting) {
        process->exiting = true;
        process->group_status = status;
    }
    process->stopping = false;
    list_for_each_entry (thread, &process->threads, process_link) {
        signal_set_work(thread, THREAD_WORK_SIGNAL);
        sched_wake_signal(thread, true);
    }
}

/* Somebody has to look at the signal now. */
static void tell_locked(struct process *process, struct thread *thread, int sig)
{
    if (process->stopping && sig != SIGKILL)
        return; /* its threads look when they go on */
    if (thread == NULL)
        thread = find_taker_locked(process, sig);
    if (thread == NULL || !wants(thread, sig))
        return;
    /* What sigtimedwait waits for, it takes, and nobody dies of it. */
    if ((thread->real_blocked & SIGNAL_BIT(sig)) == 0 &&
        is_fatal_locked(process, sig)) {
        signal_die_locked(process, sig);
        return;
    }
    signal_set_work(thread, THREAD_WORK_SIGNAL);
    sched_wake_signal(thread, false);
}

int signal_send_locked(struct process *process, struct thread *thread, int sig,
                       const struct signal_info *info)
{
    struct signal_queue *queue;
    int err;

    ASSERT(spin_is_locked(&process->lock));
    if (process->nthreads == 0 || process->exiting)
        return 0;
    if (thread != NULL && list_empty(&thread->process_link))
        return 0; /* it has ended */
    if ((SIGNALS_STOPPING & SIGNAL_BIT(sig)) != 0) {
        signal_drop_everywhere_locked(process, SIGNAL_BIT(SIGCONT));
    } else if (sig == SIGCONT) {
        signal_drop_everywhere_locked(process, SIGNALS_STOPPING);
        signal_continue_locked(process);
    }
    if (is_ignored_locked(process, thread, sig))
        return 0;

    queue = thread != NULL ? &thread->pending : &process->pending;
    if (sig < SIGRTMIN && (queue->set & SIGNAL_BIT(sig)) != 0)
        return 0;
    err = signal_queue_add_locked(queue, sig, info,
                                  process->rlimits[RLIMIT_SIGPENDING].soft);
    if (err == 0)
        tell_locked(process, thread, sig);
    return err;
}

void signal_send_process(struct process *process, int sig,
                         const struct signal_info *info)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);

    (void)signal_send_locked(process, NULL, sig, info);
    spin_unlock_irqrestore(&process->lock, flags);
}

int signal_send_thread(struct thread *thread, int sig,
                       const struct signal_info *info)
{
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process->lock);
    int err;

    err = signal_send_locked(process, thread, sig, info);
    spin_unlock_irqrestore(&process->lock, flags);
    return err;
}

void signal_send_current(int sig)
{
    struct process *process = current_process();
    const struct signal_info info = {
        .code = SI_USER,
        .pid = process->pid,
        .uid = process->cred.uid,
    };

    (void)signal_reserve(1);
    (void)signal_send_thread(current_thread(), sig, &info);
}

/* => a handler takes it */
static void force_handler_locked(struct thread *thread, int sig, int code,
                                 uint64_t addr)
{
    struct signal_info info = {.sig = sig, .code = code, .addr = addr};

    signal_set_work(thread, THREAD_WORK_SIGNAL);
    if ((thread->pending.set & SIGNAL_BIT(sig)) != 0)
        return; /* one that was sent comes first; the fault comes again */
    if (!list_empty(&thread->forced.link)) {
        (void)signal_queue_add_locked(&thread->pending, sig, &info, UINT64_MAX);
        return;
    }
    thread->forced = info;
    thread->forced.fixed = true;
    signal_queue_link_locked(&thread->pending, &thread->forced);
}

bool signal_force(int sig, int code, uint64_t addr)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags, handler;
    bool dies;

    (void)signal_reserve(1);
    flags = spin_lock_irqsave(&process->lock);
    handler = signal_handler_locked(process, sig);
    dies = handler == HANDLER_DEFAULT || handler == HANDLER_IGNORE ||
           (thread->blocked & SIGNAL_BIT(sig)) != 0;

    if (dies)
        signal_die_locked(process, sig);
    else
        force_handler_locked(thread, sig, code, addr);
    spin_unlock_irqrestore(&process->lock, flags);
    return dies;
}

void signal_kill_current(int sig)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);

    signal_die_locked(process, sig);
    spin_unlock_irqrestore(&process->lock, flags);
}
