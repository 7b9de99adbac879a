/* SPDX-License-Identifier: MIT */
/*
 * Signals at rest: queues, what came with each, actions and masks.
 *
 * A queue is a set of signals and a list of infos. A signal in the set without
 * an info is the kernel's own (SI_KERNEL), or one for whose info there was no
 * memory. Signals below SIGRTMIN are queued once; the others as often as they
 * are sent.
 *
 * I1: an info in the list => its signal is in the set.
 * I2: something pending, not blocked => THREAD_WORK_SIGNAL is set for a thread
 *     that may take it, from before the sender lets go of P until the thread
 *     has looked, under P, on its way back to user mode.
 *
 * P and T are taken in interrupts, so nobody may wait for the allocator with
 * one of them held. Infos are therefore allocated before (signal_reserve), and
 * those that are done with are set aside, to be used again or freed later.
 *
 * Locks: P for all of it; spare_lock, innermost, for the spare infos.
 * Read next: signal_send.c, signal_deliver.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/fs/file.h"
#include "kernel/lib/string.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/signal_impl.h"
#include "mm/slab.h"

static struct slab_cache *info_cache; /* C after boot */

#define SPARES_KEPT 64 /* more are freed as soon as somebody may */

/* Infos that are done with. S: spare_lock, with interrupts off. */
static struct spinlock spare_lock = SPINLOCK_INIT;
static struct list spares = LIST_INIT(spares); /* S */
static unsigned nspares;                       /* S */

void signal_init(void)
{
    info_cache = slab_cache_create("signal_info", sizeof(struct signal_info),
                                   sizeof(uint64_t));
}

/* ---- infos ---- */

/* A spare one, if there are more than `keep`. */
static struct signal_info *spare_take(unsigned keep)
{
    uint64_t flags = spin_lock_irqsave(&spare_lock);
    struct signal_info *info = NULL;

    if (nspares > keep) {
        info = list_first(&spares, struct signal_info, link);
        list_remove(&info->link);
        nspares--;
    }
    spin_unlock_irqrestore(&spare_lock, flags);
    return info;
}

/* => any context */
static void info_set_aside(struct signal_info *info)
{
    uint64_t flags;

    if (info->fixed)
        return;
    flags = spin_lock_irqsave(&spare_lock);
    list_push_back(&spares, &info->link);
    nspares++;
    spin_unlock_irqrestore(&spare_lock, flags);
}

/* The current thread's next signal may well come from itself: it keeps one
 * info that it is done with. => thread context */
static void info_keep(struct signal_info *info)
{
    struct thread *thread = current_thread();

    if (thread->ninfos > 0 || info->fixed) {
        info_set_aside(info);
        return;
    }
    list_push_back(&thread->infos, &info->link);
    thread->ninfos++;
}

bool signal_reserve(unsigned n)
{
    struct thread *thread = current_thread();

    while (thread->ninfos < n) {
        struct signal_info *info = spare_take(0);

        if (info == NULL)
            info = slab_alloc(info_cache);
        if (info == NULL)
            return false;
        info->fixed = false; /* if it is never used */
        list_push_back(&thread->infos, &info->link);
        thread->ninfos++;
    }
    return true;
}

void signal_trim(bool all)
{
    const unsigned keep = all ? 0 : SPARES_KEPT;
    struct signal_info *info;

    while (READ_ONCE(nspares) > keep && (info = spare_take(keep)) != NULL)
        slab_free(info_cache, info);
}

/* From what the current thread has in reserve. */
static struct signal_info *info_take(void)
{
    struct thread *thread = current_thread();
    struct signal_info *info;

    if (thread->ninfos == 0)
        return NULL;
    info = list_first(&thread->infos, struct signal_info, link);
    list_remove(&info->link);
    thread->ninfos--;
    return info;
}

void signal_thread_release(struct thread *thread)
{
    struct signal_info *info, *next;

    signal_queue_flush(&thread->pending);
    list_for_each_entry_safe (info, next, &thread->infos, link)
        info_set_aside(info);
    list_init(&thread->infos);
    thread->ninfos = 0;
    signal_trim(false);
}

/* Takes an info off its queue for good. */
static void info_unlink_locked(struct signal_queue *queue,
                               struct signal_info *info)
{
    list_remove(&info->link);
    queue->count--;
}

/* ---- queues ---- */

void signal_queue_init(struct signal_queue *queue)
{
    queue->set = 0;
    queue->count = 0;
    list_init(&queue->infos);
}

void signal_queue_flush(struct signal_queue *queue)
{
    struct signal_info *info, *next;

    list_for_each_entry_safe (info, next, &queue->infos, link) {
        info_unlink_locked(queue, info);
        info_set_aside(info);
    }
    queue->set = 0;
}

void signal_queue_link_locked(struct signal_queue *queue,
                              struct signal_info *info)
{
    list_push_back(&queue->infos, &info->link);
    queue->count++;
    queue->set |= SIGNAL_BIT(info->sig);
}

/* A plain signal tells enough without its info; a queued one does not. */
static bool info_matters(int sig, const struct signal_info *info)
{
    return sig >= SIGRTMIN && info->code != SI_USER;
}

int signal_queue_add_locked(struct signal_queue *queue, int sig,
                            const struct signal_info *info, uint64_t limit)
{
    struct signal_info *copy = NULL;

    if (info != NULL && sig != SIGKILL &&
        (queue->count < limit || (sig < SIGRTMIN && info->code >= 0)))
        copy = info_take();
    if (copy == NULL) {
        if (info != NULL && sig != SIGKILL && info_matters(sig, info))
            return -EAGAIN;
        queue->set |= SIGNAL_BIT(sig);
        return 0;
    }
    *copy = *info;
    copy->sig = sig;
    copy->fixed = false;
    signal_queue_link_locked(queue, copy);
    return 0;
}

void signal_queue_drop_locked(struct signal_queue *queue, uint64_t set)
{
    struct signal_info *info, *next;

    if ((queue->set & set) == 0)
        return;
    list_for_each_entry_safe (info, next, &queue->infos, link) {
        if ((SIGNAL_BIT(info->sig) & set) == 0)
            continue;
        info_unlink_locked(queue, info);
        info_set_aside(info);
    }
    queue->set &= ~set;
}

void signal_drop_everywhere_locked(struct process *process, uint64_t set)
{
    struct thread *thread;

    ASSERT(spin_is_locked(&process->lock));
    signal_queue_drop_locked(&process->pending, set);
    list_for_each_entry (thread, &process->threads, process_link)
        signal_queue_drop_locked(&thread->pending, set);
}

/* ---- taking ---- */

static int first_signal(uint64_t set)
{
    if ((set & SIGNALS_SYNCHRONOUS) != 0)
        set &= SIGNALS_SYNCHRONOUS;
    return __builtin_ctzl(set) + 1;
}

static void take_from_locked(struct signal_queue *queue, int sig,
                             struct signal_info *out)
{
    struct signal_info *info, *found = NULL;
    bool more = false;

    list_for_each_entry (info, &queue->infos, link) {
        if (info->sig != sig)
            continue;
        more = found != NULL;
        if (more)
            break;
        found = info;
    }
    if (!more)
        queue->set &= ~SIGNAL_BIT(sig);
    if (found == NULL) {
        *out = (struct signal_info){.sig = sig, .code = SI_KERNEL};
        return;
    }
    info_unlink_locked(queue, found);
    *out = *found;
    info_keep(found);
}

int signal_take_locked(struct thread *thread, uint64_t set,
                       struct signal_info *out)
{
    struct process *process = thread->process;
    struct signal_queue *queue = &thread->pending;
    int sig;

    ASSERT(spin_is_locked(&process->lock));
    if ((queue->set & set) == 0)
        queue = &process->pending;
    if ((queue->set & set) == 0)
        return 0;
    sig = first_signal(queue->set & set);
    take_from_locked(queue, sig, out);
    return sig;
}

bool signal_pending(void)
{
    return (READ_ONCE(current_thread()->head.work) & THREAD_WORK_SIGNAL) != 0;
}

bool signal_fatal_pending(void)
{
    const struct thread *thread = current_thread();

    return READ_ONCE(thread->process->exiting) || READ_ONCE(thread->must_exit);
}

/* ---- actions ---- */

struct signal_action signal_get_action_locked(const struct process *process,
                                              int sig)
{
    if ((process->action_set & SIGNAL_BIT(sig)) == 0)
        return (struct signal_action){HANDLER_DEFAULT, 0, 0, 0};
    return process->actions[sig - 1];
}

void signal_put_action_locked(struct process *process, int sig,
                              const struct signal_action *action)
{
    bool plain = action->handler == HANDLER_DEFAULT && action->flags == 0 &&
                 action->restorer == 0 && action->mask == 0;

    process->actions[sig - 1] = *action;
    if (plain)
        process->action_set &= ~SIGNAL_BIT(sig);
    else
        process->action_set |= SIGNAL_BIT(sig);
}

void signal_reset_for_exec(struct process *process)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);

    for (uint64_t set = process->action_set; set != 0; set &= set - 1) {
        int sig = __builtin_ctzl(set) + 1;
        struct signal_action action = {
            .handler = process->actions[sig - 1].handler,
        };

        if (action.handler != HANDLER_IGNORE)
            action.handler = HANDLER_DEFAULT;
        signal_put_action_locked(process, sig, &action);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (process == current_process())
        current_thread()->altstack = (struct signal_stack){0};
}

/* ---- masks ---- */

void signal_retarget_locked(struct process *process,
                            const struct thread *except, uint64_t set)
{
    struct thread *thread;

    ASSERT(spin_is_locked(&process->lock));
    set &= process->pending.set;
    list_for_each_entry (thread, &process->threads, process_link) {
        if (set == 0)
            break;
        if (thread == except || (set & ~thread->blocked) == 0)
            continue;
        set &= thread->blocked;
        signal_set_work(thread, THREAD_WORK_SIGNAL);
        sched_wake_signal(thread, false);
    }
}

void signal_set_blocked_locked(uint64_t mask)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t before = thread->blocked;

    ASSERT(spin_is_locked(&process->lock));
    mask &= ~SIGNALS_UNBLOCKABLE;
    WRITE_ONCE(thread->blocked, mask);
    if (process->nthreads > 1 && (mask & ~before) != 0)
        signal_retarget_locked(process, thread, mask & ~before);
    if (((thread->pending.set | process->pending.set) & ~mask) != 0)
        signal_set_work(thread, THREAD_WORK_SIGNAL);
    else if (!process->exiting && !process->stopping && !thread->must_exit)
        signal_clear_work(thread, THREAD_WORK_SIGNAL);
}

void signal_set_temporary_mask(uint64_t mask)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process->lock);

    if (!thread->restore_mask) {
        thread->saved_mask = thread->blocked;
        thread->restore_mask = true;
        signal_set_work(thread, THREAD_WORK_MASK);
    }
    signal_set_blocked_locked(mask);
    spin_unlock_irqrestore(&process->lock, flags);
}
