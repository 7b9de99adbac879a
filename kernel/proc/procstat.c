/* SPDX-License-Identifier: MIT */
/*
 * One moment's view of a process, of its resources and of all processes: for
 * /proc, getrusage and sysinfo. The contract stands in process.h.
 */
#include "kernel/abi/signal.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/string.h"
#include "kernel/proc/family.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "mm/peaks.h"

void usage_add(struct usage *sum, const struct usage *more)
{
    sum->user += more->user;
    sum->system += more->system;
    sum->minor_faults += more->minor_faults;
    sum->major_faults += more->major_faults;
    sum->voluntary_switches += more->voluntary_switches;
    sum->involuntary_switches += more->involuntary_switches;
    sum->max_rss = MAX(sum->max_rss, more->max_rss);
}

void usage_note_peak(struct usage *usage, const struct mm *mm)
{
    usage->max_rss = MAX(usage->max_rss, mm_peak_resident(mm) << PAGE_SHIFT);
}

static void usage_locked(struct process *process, struct usage *out)
{
    struct thread *thread;

    *out = process->dead_usage;
    list_for_each_entry (thread, &process->threads, process_link)
        sched_add_usage(thread, out);
    if (process->mm != NULL)
        usage_note_peak(out, process->mm);
}

void process_usage(struct process *process, struct usage *out)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);

    usage_locked(process, out);
    spin_unlock_irqrestore(&process->lock, flags);
}

static char state_locked(const struct process *process)
{
    const struct thread *thread = process->leader;

    if (process->state != PROCESS_ALIVE)
        return 'Z';
    if (process->nthreads != 0 &&
        process->nstopped == (unsigned)process->nthreads)
        return 'T';
    if (thread == NULL && process->nthreads != 0)
        thread = list_first(&process->threads, struct thread, process_link);
    return thread != NULL ? sched_state_letter(thread) : 'R';
}

/* Whether each signal is ignored or caught. */
static void actions_locked(const struct process *process,
                           struct process_info *out)
{
    uint64_t left = process->action_set;

    for (; left != 0; left &= left - 1) {
        int i = __builtin_ctzl(left);
        uint64_t handler = process->actions[i].handler;

        if (handler == (uint64_t)SIG_IGN)
            out->ignored |= SIGNAL_BIT(i + 1);
        else if (handler != (uint64_t)SIG_DFL)
            out->caught |= SIGNAL_BIT(i + 1);
    }
}

/* What process_tree_lock guards. */
static void family_locked(struct process *process, struct process_info *out)
{
    out->parent = process->parent != NULL ? process->parent->pid : 0;
    out->group = process->group != NULL ? process->group->nr : 0;
    out->session = process->session != NULL ? process->session->nr : 0;
    out->exit_signal = process->exit_signal;
    out->exit_status = process->exit_status;
    out->children_usage = process->children_usage;
}

static void details_locked(struct process *process, struct process_info *out)
{
    const struct thread *leader = process->leader;

    out->state = state_locked(process);
    out->nthreads = process->nthreads;
    out->nice = process->nice;
    out->cred = process->cred;
    memcpy(out->name, process->name, COMM_LEN);
    memcpy(out->rlimits, process->rlimits, sizeof(out->rlimits));
    out->shared_pending = process->pending.set;
    if (leader != NULL) {
        out->pending = leader->pending.set;
        out->blocked = leader->blocked;
        out->last_cpu = (int)READ_ONCE(leader->cpu);
    }
    actions_locked(process, out);
    usage_locked(process, &out->usage);
}

void process_info(struct process *process, struct process_info *out)
{
    uint64_t flags;

    memset(out, 0, sizeof(*out));
    out->pid = process->pid;
    out->start_time = process->start_time;
    flags = spin_lock_irqsave(&process_tree_lock);
    family_locked(process, out);
    spin_lock(&process->lock);
    details_locked(process, out);
    spin_unlock(&process->lock);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    out->tty_group = -1;
    if (out->session != 0 && tty_get_session(&console_tty) == out->session)
        out->tty_group = tty_get_pgrp(&console_tty);
}

void process_system_info(struct system_info *out)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);

    out->nprocesses = process_counts.nprocesses;
    out->nthreads = process_counts.nthreads;
    out->forks = process_counts.forks;
    spin_unlock_irqrestore(&process_tree_lock, flags);
    out->nrunning = sched_running();
    out->last_pid = pid_last();
    out->switches = sched_switches();
    sched_loads(out->load);
}
