/* SPDX-License-Identifier: MIT */
/*
 * The end of threads and processes.
 *
 *     thread_exit -> lets go of the address space -> leaves its process
 *                        the last one: process_end
 *     process_end -> gives back all that the process owns -> zombie
 *                        -> reaped: by the parent's wait, or at once if the
 *                           parent wants no zombies
 *
 * I1: a thread that has left its process's list touches nothing of the
 *     process's but the struct itself, to which it has a reference, and its
 *     own reference to the address space; the last thread's is process->mm's.
 * I2: a zombie's parent is alive: who dies gives its children to init first,
 *     under the same hold of process_tree_lock that makes it a zombie.
 *
 * Locks: process_tree_lock (T), then process->lock (P). Resources are given
 * back without any lock: that may sleep.
 *
 * Read next: wait.c.
 */
#include "kernel/abi/signal.h"
#include "kernel/abi/wait.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/file.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/irqflags.h"
#include "kernel/proc/family.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "mm/mm.h"

/* To the parent; to init, for children that are its own from now on. */
#define EXIT_SIGNALS 2

/* How often others are let first before all of memory is checked. */
#define CHECK_YIELDS 8

/* ---- threads ---- */

void process_kill_others_locked(struct process *process)
{
    struct thread *thread;

    ASSERT(spin_is_locked(&process->lock));
    list_for_each_entry (thread, &process->threads, process_link) {
        if (thread == current_thread())
            continue;
        WRITE_ONCE(thread->must_exit, true);
        __atomic_fetch_or(&thread->head.work, THREAD_WORK_SIGNAL,
                          __ATOMIC_SEQ_CST);
        sched_wake_signal(thread, true);
    }
}

/* The thread will not touch user memory any more. */
static void leave_memory(struct thread *thread)
{
    if (thread->mm == NULL)
        return;
    futex_release(); /* counts on the thread's reference to tell who is left */
    preempt_disable();
    thread->mm = NULL;
    if (cpu_count > 1)
        mm_switch(NULL); /* its last user may end on another CPU */
    preempt_enable();
    vfork_release(thread);
}

/* Takes the thread off its process's list. => P held too */
static void unlink_thread_locked(struct process *process, struct thread *thread)
{
    ASSERT(spin_is_locked(&process_tree_lock));
    sched_add_usage(thread, &process->dead_usage);
    list_remove(&thread->process_link);
    process->nthreads--;
    process_counts.nthreads--;
    if (process->leader == thread)
        process->leader = NULL;
}

/* The thread is no part of its process any more. True if it was the last one:
 * *status is then the process's, by default the last thread's. */
static bool leave_process(struct thread *thread, int *status)
{
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *id = thread->id;
    bool last;

    spin_lock(&process->lock);
    unlink_thread_locked(process, thread);
    last = process->nthreads == 0;
    if (process->exiting)
        *status = process->group_status;
    spin_unlock(&process->lock);
    id->thread = NULL;
    thread->id = NULL;
    if (id != process->id)
        pid_release_locked(id);
    if (!last)
        signal_thread_left_locked(process);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    if (!last)
        wake_up_all(&process->thread_wait);
    return last;
}

/* ---- what the process owns ---- */

/* => no thread is left; mm's reference is the last thread's */
static void give_back(struct process *process)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);
    struct mm *mm = process->mm;
    struct fdtable *files = process->files;
    struct fs_context *fs = process->fs;
    struct file *exe = process->exe;
    struct usage *usage = &process->dead_usage;

    if (mm != NULL)
        usage_note_peak(usage, mm);
    process->mm = NULL;
    process->files = NULL;
    process->fs = NULL;
    process->exe = NULL;
    signal_queue_flush(&process->pending);
    spin_unlock_irqrestore(&process->lock, flags);
    if (mm != NULL)
        mm_put(mm);
    if (files != NULL)
        fdtable_put(files);
    if (fs != NULL)
        fs_context_put(fs);
    if (exe != NULL)
        file_put(exe);
}

/* The leader of a session takes its terminal along: credentials(7). */
static void leave_terminal(struct process *process)
{
    int group;

    if (tty_get_session(&console_tty) != process->pid)
        return;
    group = tty_get_pgrp(&console_tty);
    tty_set_session(&console_tty, 0);
    tty_set_pgrp(&console_tty, 0);
    if (group > 0) {
        signal_send_group(group, SIGHUP, NULL);
        signal_send_group(group, SIGCONT, NULL);
    }
}

/* ---- the family ---- */

static bool has_stopped_member_locked(const struct pid *group)
{
    struct process *member;

    list_for_each_entry (member, &group->group, group_link)
        if (READ_ONCE(member->stopping) && member->nthreads != 0)
            return true;
    return false;
}

/* `leaving` was, or would have been, the one that ties the process's group to
 * the rest of the session. If nobody else does and part of the group is
 * stopped, it is told and goes on: nobody could continue it (setpgid(2)). */
static void release_group_locked(const struct process *process,
                                 const struct process *tie,
                                 const struct process *leaving)
{
    struct pid *group = process->group;
    struct process *member;

    if (tie->group == group || tie->session != process->session ||
        !has_stopped_member_locked(group) ||
        !signal_group_is_orphaned_locked(group, leaving))
        return;
    list_for_each_entry (member, &group->group, group_link) {
        member->ngroup_signals++;
        signal_send_process(member, SIGHUP, NULL);
        signal_send_process(member, SIGCONT, NULL);
    }
}

/* A zombie has come to a parent: tells it, and reaps the child if the parent
 * wants no zombies. True if so: the PID's reference is then the caller's. */
static bool announce_locked(struct process *child)
{
    int status = child->exit_status;
    bool unwanted = signal_child_unwanted_locked(child);

    if (WIFEXITED(status))
        signal_notify_parent_locked(child, CLD_EXITED, WEXITSTATUS(status));
    else
        signal_notify_parent_locked(child,
                                    WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED,
                                    WTERMSIG(status));
    if (unwanted)
        process_reap_locked(child);
    return unwanted;
}

/* All children become init's; those that are dead are init's to wait for, or
 * go to `gone`, by sibling, if it does not. */
static void reparent_children_locked(struct process *process, struct list *gone)
{
    struct process *init = pid_find_locked(INIT_PID)->process;
    struct process *child, *next;

    list_for_each_entry (child, &process->children, sibling) {
        child->parent = init;
        child->exit_signal = SIGCHLD;
    }
    list_for_each_entry (child, &process->children, sibling)
        release_group_locked(child, process, NULL);
    list_for_each_entry_safe (child, next, &process->children, sibling) {
        list_remove(&child->sibling);
        list_push_back(&init->children, &child->sibling);
        if (child->state == PROCESS_ZOMBIE && announce_locked(child))
            list_push_back(gone, &child->sibling);
    }
}

/* => process_tree_lock held; the process is no zombie for anybody any more */
void process_reap_locked(struct process *process)
{
    struct pid *id = process->id, *group = process->group;
    struct pid *session = process->session;

    ASSERT(spin_is_locked(&process_tree_lock));
    ASSERT(process->state == PROCESS_ZOMBIE);
    process->state = PROCESS_REAPED;
    process->parent = NULL;
    process->id = process->group = process->session = NULL;
    list_remove(&process->sibling);
    list_remove(&process->group_link);
    list_remove(&process->session_link);
    process_counts.nprocesses--;
    id->process = NULL;
    pid_release_locked(id);
    if (group != id)
        pid_release_locked(group);
    if (session != id && session != group)
        pid_release_locked(session);
}

static void become_zombie(struct process *process, int status)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct list gone = LIST_INIT(gone);
    struct process *next;

    release_group_locked(process, process->parent, process);
    if (!list_empty(&process->children))
        reparent_children_locked(process, &gone);
    process->exit_status = status;
    process->state = PROCESS_ZOMBIE;
    if (announce_locked(process))
        list_push_back(&gone, &process->sibling);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    list_for_each_entry_safe (process, next, &gone, sibling)
        process_put(process);
}

/*
 * With `vmck`: every frame must be accounted for when the process is gone.
 * Looked at is the end of each job (a leader of a group): all of them would
 * take too long. Others that can run are let first, and if some still can, the
 * look is left to a later end: it would find frames in their hands.
 */
static void check_memory(const struct process *process)
{
    if (!vmck_enabled || process->group != process->id)
        return;
    for (int i = 0; i < CHECK_YIELDS && sched_running() != 1; i++)
        sched_yield();
    if (sched_running() == 1)
        vmck_check_all();
}

/* => interrupts are off on return */
static void process_end(struct process *process, int status)
{
    itimer_stop(process);
    give_back(process);
    leave_terminal(process);
    check_memory(process);
    if (process->pid == INIT_PID)
        process_end_machine(status);
    /* The parent that this wakes shall not run before we are off the CPU for
     * good: it would only have to switch back to us. */
    irq_save();
    become_zombie(process, status);
}

/* ---- the ways out ---- */

void thread_exit(int status)
{
    struct thread *thread = current_thread();
    struct mm *mm = thread->mm;

    ASSERT(thread->fpu != NULL);
    leave_memory(thread);
    (void)signal_reserve(EXIT_SIGNALS);
    if (leave_process(thread, &status))
        process_end(thread->process, status);
    else
        mm_put(mm);
    sched_exit();
}

void process_exit_group(int status)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);

    if (!process->exiting) {
        process->exiting = true;
        process->group_status = status;
        process->stopping = false;
        process_kill_others_locked(process);
    }
    status = process->group_status;
    spin_unlock_irqrestore(&process->lock, flags);
    thread_exit(status);
}
