/* SPDX-License-Identifier: MIT */
/*
 * Sending signals to others: who is meant, and whether the caller may.
 *
 * Locks: process_tree_lock (T) while processes are looked up and sent to, so
 * that a signal to a group reaches all its members or none; P inside it. Infos
 * are reserved before.
 */
#include "kernel/abi/errno.h"
#include "kernel/proc/family.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/signal_calls.h"
#include "kernel/proc/signal_impl.h"

#define ROOT_UID 0
#define EVERYBODY (-1) /* no group's number */

/* Who says that it sends. */
static struct signal_info sender_info(int sig, int code)
{
    const struct process *process = current_process();

    return (struct signal_info){
        .sig = sig,
        .code = code,
        .pid = process->pid,
        .uid = process->cred.uid,
    };
}

/* kill(2): the real or effective UID of the sender equals the real or saved
 * one of the target; or SIGCONT within a session; or the superuser. */
static bool may_signal_locked(const struct process *target, int sig)
{
    const struct process *self = current_process();
    const struct credentials *own = &self->cred, *its = &target->cred;

    return target == self || own->euid == ROOT_UID || own->euid == its->suid ||
           own->euid == its->uid || own->uid == its->suid ||
           own->uid == its->uid ||
           (sig == SIGCONT && target->session == self->session);
}

/* To one process, or to its thread. => T held */
static int send_one_locked(struct process *process, struct thread *thread,
                           const struct signal_info *info)
{
    uint64_t flags;
    int err;

    ASSERT(spin_is_locked(&process_tree_lock));
    if (info->sig != 0 && !signal_is_valid(info->sig))
        return -EINVAL;
    if (!may_signal_locked(process, info->sig))
        return -EPERM;
    if (info->sig == 0)
        return 0;
    flags = spin_lock_irqsave(&process->lock);
    err = signal_send_locked(process, thread, info->sig, info);
    spin_unlock_irqrestore(&process->lock, flags);
    return err;
}

/* The process that has this number as PID, or as TID of one of its threads. */
static struct process *find_process_locked(int nr)
{
    struct pid *pid = pid_find_locked(nr);

    if (pid == NULL)
        return NULL;
    if (pid->process != NULL)
        return pid->process;
    return pid->thread != NULL ? pid->thread->process : NULL;
}

static int send_to_process(int nr, const struct signal_info *info)
{
    struct process *process;
    uint64_t flags;
    int err;

    (void)signal_reserve(1);
    flags = spin_lock_irqsave(&process_tree_lock);
    process = find_process_locked(nr);
    err = process == NULL ? -ESRCH : send_one_locked(process, NULL, info);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return err;
}

/* The group of that number; 0: one's own. */
static struct pid *find_group_locked(int group)
{
    return group == 0 ? current_process()->group : pid_find_locked(group);
}

/* How many processes kill(2) means by `group`, EVERYBODY included. */
static unsigned count_locked(int group)
{
    const struct pid *pid;
    const struct process *process;
    unsigned n = 0;

    if (group == EVERYBODY)
        return process_counts.nprocesses;
    pid = find_group_locked(group);
    if (pid != NULL)
        list_for_each_entry (process, &pid->group, group_link)
            n++;
    return n;
}

/* Takes T when there is room for an info for each of them, or no memory. */
static uint64_t lock_with_room(int group)
{
    bool may_be_had = true;

    for (;;) {
        uint64_t flags = spin_lock_irqsave(&process_tree_lock);
        unsigned n = count_locked(group);

        if (current_thread()->ninfos >= n || !may_be_had)
            return flags;
        spin_unlock_irqrestore(&process_tree_lock, flags);
        may_be_had = signal_reserve(n);
    }
}

/* 0 if any got it; else why the last one did not. group 0: one's own. */
static int send_to_group(int group, const struct signal_info *info)
{
    uint64_t flags = lock_with_room(group);
    struct pid *pid = find_group_locked(group);
    struct process *process;
    bool sent = false;
    int err = -ESRCH;

    if (pid != NULL) {
        list_for_each_entry (process, &pid->group, group_link) {
            process->ngroup_signals++;
            err = send_one_locked(process, NULL, info);
            sent |= err == 0;
        }
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return sent ? 0 : err;
}

/* Everybody but init and oneself; whom one may not signal is passed over. */
static int send_to_all(const struct signal_info *info)
{
    uint64_t flags = lock_with_room(EVERYBODY);
    int result = -ESRCH;

    for (struct pid *pid = pid_next_locked(INIT_PID); pid != NULL;
         pid = pid_next_locked(pid->nr)) {
        int err;

        if (pid->process == NULL || pid->process == current_process())
            continue;
        pid->process->ngroup_signals++;
        err = send_one_locked(pid->process, NULL, info);
        if (err != -EPERM)
            result = err;
        else if (result == -ESRCH)
            result = 0; /* there was somebody */
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return result;
}

int signal_kill(int pid, int sig)
{
    const struct signal_info info = sender_info(sig, SI_USER);

    if (pid > 0)
        return send_to_process(pid, &info);
    if (pid == -1)
        return send_to_all(&info);
    if (pid == INT32_MIN)
        return -ESRCH;
    return send_to_group(-pid, &info);
}

static int send_to_thread(int nr, int tid, const struct signal_info *info)
{
    struct thread *thread;
    struct pid *pid;
    uint64_t flags;
    int err = -ESRCH;

    (void)signal_reserve(1);
    flags = spin_lock_irqsave(&process_tree_lock);
    pid = pid_find_locked(tid);
    thread = pid == NULL ? NULL : pid->thread;
    if (thread != NULL && (nr == 0 || thread->process->pid == nr))
        err = send_one_locked(thread->process, thread, info);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return err;
}

/* raise(3) wants neither a look-up nor leave. */
static int send_to_self(const struct signal_info *info)
{
    if (info->sig != 0 && !signal_is_valid(info->sig))
        return -EINVAL;
    (void)signal_reserve(1);
    return info->sig == 0
               ? 0
               : signal_send_thread(current_thread(), info->sig, info);
}

int signal_kill_thread(int pid, int tid, int sig)
{
    const struct signal_info info = sender_info(sig, SI_TKILL);

    if (tid <= 0 || pid < 0)
        return -EINVAL;
    if (tid == current_thread()->tid && (pid == 0 || pid == info.pid))
        return send_to_self(&info);
    return send_to_thread(pid, tid, &info);
}

/* Codes of the kernel's and of kill are not for others to use, but towards
 * oneself. */
static bool may_claim(int pid, const struct siginfo *info)
{
    return (info->si_code < 0 && info->si_code != SI_TKILL) ||
           pid == current_process()->pid;
}

int signal_queue_to_process(int pid, int sig, const struct siginfo *info)
{
    struct signal_info queued;

    if (!may_claim(pid, info))
        return -EPERM;
    signal_info_decode(sig, info, &queued);
    return send_to_process(pid, &queued);
}

int signal_queue_to_thread(int pid, int tid, int sig,
                           const struct siginfo *info)
{
    struct signal_info queued;

    if (pid <= 0 || tid <= 0)
        return -EINVAL;
    if (!may_claim(pid, info))
        return -EPERM;
    signal_info_decode(sig, info, &queued);
    return send_to_thread(pid, tid, &queued);
}
