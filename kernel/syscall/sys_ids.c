/* SPDX-License-Identifier: MIT */
/*
 * Who a process is: PIDs, process groups and sessions (credentials(7)). Users
 * and groups of users are in sys_cred.c.
 *
 * Locks: process_tree_lock for the family, groups and sessions; none where a
 * constant is read, or the parent (sys_getppid).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/syscalls.h"

/* ---- PIDs ---- */

long sys_getpid(void)
{
    return current_process()->pid;
}

/*
 * Without a lock. The parent may change and be freed meanwhile, but only once:
 * orphans go to init, for good. So if the pointer is the same after the
 * parent's PID was read, that parent was alive when it was read; if not, what
 * was read may be anything (kernel memory stays mapped) and is not used.
 */
long sys_getppid(void)
{
    struct process *process = current_process(), *parent;
    int pid;

    do {
        parent = load_acquire(&process->parent);
        if (unlikely(parent == NULL))
            return 0;
        pid = load_acquire(&parent->pid);
    } while (unlikely(parent != load_acquire(&process->parent)));
    return pid;
}

long sys_gettid(void)
{
    return current_thread()->tid;
}

long sys_set_tid_address(int __user *tid)
{
    struct thread *thread = current_thread();

    thread->clear_child_tid = (uint32_t __user *)tid;
    return thread->tid;
}

/* ---- process groups and sessions ---- */

/* The process that a PID or TID belongs to; 0: the current one. */
static struct process *find_locked(int nr)
{
    struct pid *pid;

    if (nr == 0)
        return current_process();
    pid = pid_find_locked(nr);
    if (pid == NULL)
        return NULL;
    if (pid->process == NULL && pid->thread != NULL)
        return pid->thread->process;
    return pid->process;
}

long sys_getpgid(int pid)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct process *process = find_locked(pid);
    long group = process != NULL ? process->group->nr : -ESRCH;

    spin_unlock_irqrestore(&process_tree_lock, flags);
    return group;
}

long sys_getpgrp(void)
{
    return sys_getpgid(0);
}

long sys_getsid(int pid)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct process *process = find_locked(pid);
    long session = process != NULL ? process->session->nr : -ESRCH;

    spin_unlock_irqrestore(&process_tree_lock, flags);
    return session;
}

static void move_to_group_locked(struct process *process, struct pid *group)
{
    struct pid *old = process->group;

    if (old == group)
        return;
    list_remove(&process->group_link);
    list_push_back(&group->group, &process->group_link);
    process->group = group;
    pid_release_locked(old);
}

static void move_to_session_locked(struct process *process, struct pid *session)
{
    struct pid *old = process->session;

    list_remove(&process->session_link);
    list_push_back(&session->session, &process->session_link);
    process->session = session;
    pid_release_locked(old);
}

/* May the current process change this one's group? */
static int check_target_locked(const struct process *process, int pid)
{
    const struct process *self = current_process();

    if (process == NULL)
        return -ESRCH;
    if (process->pid != pid)
        return -EINVAL; /* a TID */
    if (process->parent == self) {
        if (process->session != self->session)
            return -EPERM;
        if (process->has_exec)
            return -EACCES;
    } else if (process != self) {
        return -ESRCH;
    }
    return process->session->nr == process->pid ? -EPERM : 0;
}

/* The group to join: the process's own, or one of the same session. */
static int find_group_locked(const struct process *process, int nr,
                             struct pid **out)
{
    struct pid *group = nr == process->pid ? process->id : pid_find_locked(nr);
    const struct process *member;

    if (group == NULL)
        return -EPERM;
    if (group != process->id) {
        if (list_empty(&group->group))
            return -EPERM;
        member = list_first(&group->group, struct process, group_link);
        if (member->session != process->session)
            return -EPERM;
    }
    *out = group;
    return 0;
}

static long set_group_locked(int pid, int nr)
{
    struct process *process = find_locked(pid);
    struct pid *group;
    int err;

    err = check_target_locked(process, pid);
    if (err == 0)
        err = find_group_locked(process, nr, &group);
    if (err == 0)
        move_to_group_locked(process, group);
    return err;
}

long sys_setpgid(int pid, int group)
{
    uint64_t flags;
    long err;

    if (pid == 0)
        pid = current_process()->pid;
    if (group == 0)
        group = pid;
    if (group < 0)
        return -EINVAL;
    flags = spin_lock_irqsave(&process_tree_lock);
    err = set_group_locked(pid, group);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return err;
}

/* The new session has no terminal: terminals know theirs, not the reverse. */
long sys_setsid(void)
{
    struct process *self = current_process();
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    long ret = -EPERM;

    if (list_empty(&self->id->group)) {
        move_to_session_locked(self, self->id);
        move_to_group_locked(self, self->id);
        ret = self->pid;
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return ret;
}
