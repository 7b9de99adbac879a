/* SPDX-License-Identifier: MIT */
/*
 * Scheduling: nice values, CPUs, policies (sched(7)). There is one policy,
 * SCHED_OTHER; the nice value is the process's, the set of CPUs a thread's.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/sched.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/atomic.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/process.h"
#include "kernel/proc/run_queue.h"
#include "kernel/proc/sched.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

/* ---- nice values ---- */

#define NICE_BASE 20 /* getpriority returns this less the nice value */

/* What to do with each process that getpriority or setpriority is about. */
struct nice_visit {
    int (*visit)(struct nice_visit *v, struct process *process);
    int nice;   /* to set; or the best one found */
    int result; /* of the visits; -ESRCH before the first */
};

static int visit_get(struct nice_visit *v, struct process *process)
{
    v->nice = MIN(v->nice, READ_ONCE(process->nice));
    return 0;
}

/* Worse is always allowed; better within RLIMIT_NICE. */
static int visit_set(struct nice_visit *v, struct process *process)
{
    const struct credentials *mine = &current_process()->cred;
    uint32_t euid = READ_ONCE(mine->euid);
    uint64_t best = READ_ONCE(process->rlimits[RLIMIT_NICE].soft);
    int result = v->result == -ESRCH ? 0 : v->result;

    if (euid != 0 && euid != READ_ONCE(process->cred.uid) &&
        euid != READ_ONCE(process->cred.euid))
        return -EPERM;
    if (euid != 0 && v->nice < READ_ONCE(process->nice) &&
        (uint64_t)(NICE_BASE - v->nice) > best)
        return -EACCES;
    WRITE_ONCE(process->nice, v->nice);
    return result;
}

static void visit_one(struct nice_visit *v, int pid)
{
    struct thread *thread = NULL;

    if (pid == 0) {
        v->result = v->visit(v, current_process());
        return;
    }
    thread = thread_find(pid);
    if (thread == NULL)
        return;
    v->result = v->visit(v, thread->process);
    thread_put(thread);
}

static void visit_group(struct nice_visit *v, int nr)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *group =
        nr == 0 ? current_process()->group : pid_find_locked(nr);
    struct process *process;

    if (group != NULL)
        list_for_each_entry (process, &group->group, group_link)
            v->result = v->visit(v, process);
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

static void visit_user(struct nice_visit *v, uint32_t uid)
{
    struct process *process;

    if (uid == 0)
        uid = READ_ONCE(current_process()->cred.uid);
    for (int pid = 0; (process = process_next(pid)) != NULL;) {
        pid = process->pid;
        if (READ_ONCE(process->cred.uid) == uid)
            v->result = v->visit(v, process);
        process_put(process);
    }
}

static long visit_all(struct nice_visit *v, int which, int who)
{
    v->result = -ESRCH;
    switch (which) {
    case PRIO_PROCESS: visit_one(v, who); break;
    case PRIO_PGRP: visit_group(v, who); break;
    case PRIO_USER: visit_user(v, (uint32_t)who); break;
    default: return -EINVAL;
    }
    return v->result;
}

long sys_getpriority(int which, int who)
{
    struct nice_visit v = {.visit = visit_get, .nice = NICE_MAX};
    long err = visit_all(&v, which, who);

    return err != 0 ? err : NICE_BASE - v.nice;
}

long sys_setpriority(int which, int who, int nice)
{
    struct nice_visit v = {
        .visit = visit_set,
        .nice = MIN(MAX(nice, NICE_MIN), NICE_MAX),
    };

    return visit_all(&v, which, who);
}

/* ---- CPUs ---- */

long sys_sched_yield(void)
{
    sched_yield();
    return 0;
}

/* The thread of a TID, referenced; 0 is the current one; NULL: -ESRCH. */
static struct thread *find_thread(int tid)
{
    if (tid != 0)
        return thread_find(tid);
    thread_get(current_thread());
    return current_thread();
}

static uint64_t online_cpus(void)
{
    return cpu_count >= MAX_CPUS ? UINT64_MAX : (1UL << cpu_count) - 1;
}

/* The set has 64 CPUs, whatever room the caller has for more. */
long sys_sched_getaffinity(int pid, unsigned len, unsigned long __user *mask)
{
    struct thread *thread;
    uint64_t set;

    if (len < sizeof(set) || len % sizeof(set) != 0)
        return -EINVAL;
    thread = find_thread(pid);
    if (thread == NULL)
        return -ESRCH;
    set = READ_ONCE(thread->affinity) & online_cpus();
    thread_put(thread);
    if (copy_to_user(mask, &set, sizeof(set)) != 0)
        return -EFAULT;
    return sizeof(set);
}

/* The current user may change the thread's scheduling. */
static bool may_schedule(const struct thread *thread)
{
    const struct credentials *cred = &thread->process->cred;
    uint32_t euid = READ_ONCE(current_process()->cred.euid);

    return euid == 0 || euid == READ_ONCE(cred->uid) ||
           euid == READ_ONCE(cred->euid);
}

long sys_sched_setaffinity(int pid, unsigned len,
                           const unsigned long __user *mask)
{
    struct thread *thread;
    uint64_t set = 0;
    long err = -EPERM;

    if (copy_from_user(&set, mask, MIN((size_t)len, sizeof(set))) != 0)
        return -EFAULT;
    thread = find_thread(pid);
    if (thread == NULL)
        return -ESRCH;
    if (may_schedule(thread))
        err = sched_set_affinity(thread, set);
    thread_put(thread);
    return err;
}

/* CPUs and nodes may change the next moment: a hint. */
long sys_getcpu(unsigned __user *cpu, unsigned __user *node)
{
    unsigned here = cpu_id(), nowhere = 0;

    if (cpu != NULL && copy_to_user(cpu, &here, sizeof(here)) != 0)
        return -EFAULT;
    if (node != NULL && copy_to_user(node, &nowhere, sizeof(nowhere)) != 0)
        return -EFAULT;
    return 0;
}

/* ---- policies ---- */

#define RT_PRIORITY_MAX 99 /* of SCHED_FIFO and SCHED_RR */

/* 0 if there is such a thread. */
static int check_thread(int pid)
{
    struct thread *thread;

    if (pid < 0)
        return -EINVAL;
    thread = find_thread(pid);
    if (thread == NULL)
        return -ESRCH;
    thread_put(thread);
    return 0;
}

long sys_sched_getscheduler(int pid)
{
    int err = check_thread(pid);

    return err != 0 ? err : SCHED_OTHER;
}

/* SCHED_OTHER has but one priority, 0. */
static long set_policy(int pid, int policy, const int __user *param)
{
    struct thread *thread;
    int priority;
    long err = 0;

    if (param == NULL || pid < 0)
        return -EINVAL;
    if (copy_from_user(&priority, param, sizeof(priority)) != 0)
        return -EFAULT;
    thread = find_thread(pid);
    if (thread == NULL)
        return -ESRCH;
    if (policy != SCHED_OTHER || priority != 0)
        err = -EINVAL;
    else if (!may_schedule(thread))
        err = -EPERM;
    thread_put(thread);
    return err;
}

long sys_sched_setscheduler(int pid, int policy, const int __user *param)
{
    return policy < 0 ? -EINVAL : set_policy(pid, policy, param);
}

long sys_sched_setparam(int pid, const int __user *param)
{
    return set_policy(pid, SCHED_OTHER, param);
}

long sys_sched_getparam(int pid, int __user *param)
{
    int err, priority = 0;

    if (param == NULL)
        return -EINVAL;
    err = check_thread(pid);
    if (err == 0 && copy_to_user(param, &priority, sizeof(priority)) != 0)
        err = -EFAULT;
    return err;
}

/* Either end of a policy's priorities, of all that Linux knows. */
static long priority_limit(int policy, int real_time)
{
    switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR: return real_time;
    case SCHED_OTHER:
    case SCHED_BATCH:
    case SCHED_IDLE:
    case SCHED_DEADLINE: return 0;
    default: return -EINVAL;
    }
}

long sys_sched_get_priority_max(int policy)
{
    return priority_limit(policy, RT_PRIORITY_MAX);
}

long sys_sched_get_priority_min(int policy)
{
    return priority_limit(policy, 1);
}

long sys_sched_rr_get_interval(int pid, struct timespec __user *out)
{
    struct thread *thread;
    int64_t slice;

    if (pid < 0)
        return -EINVAL;
    thread = find_thread(pid);
    if (thread == NULL)
        return -ESRCH;
    slice = slice_length(thread);
    thread_put(thread);
    return timespec_put(out, (uint64_t)slice);
}
