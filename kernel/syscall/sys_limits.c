/* SPDX-License-Identifier: MIT */
/*
 * What a process may use and has used: getrlimit(2), getrusage(2).
 *
 * An address space keeps copies of the limits on memory (struct mm_limits),
 * which have to follow.
 *
 * Locks: process->lock to change a limit; then, not inside, mmap_lock for the
 * copies, which are made from what the limits are by then.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/resource.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/atomic.h"
#include "kernel/proc/process.h"
#include "kernel/proc/sched.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "kernel/syscall/usage.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

#define NOFILE_MAX (1U << 20) /* Linux's fs.nr_open */
#define KIB_SHIFT 10

_Static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64) &&
                   RLIM_INFINITY == RLIMIT_NONE && RLIM_NLIMITS == RLIMITS,
               "the process's limits are the ABI's");

/* ---- limits ---- */

/* Copies the limits on memory to where mm/ looks at them. */
static void update_mm_limits(struct process *process)
{
    const struct rlimit64 *limits = process->rlimits;
    struct mm *mm = process_get_mm(process);

    if (mm == NULL)
        return;
    rwsem_write_lock(&mm->mmap_lock);
    mm->limits = (struct mm_limits){
        .as = READ_ONCE(limits[RLIMIT_AS].soft),
        .data = READ_ONCE(limits[RLIMIT_DATA].soft),
        .stack = READ_ONCE(limits[RLIMIT_STACK].soft),
        .memlock = READ_ONCE(limits[RLIMIT_MEMLOCK].soft),
    };
    rwsem_write_unlock(&mm->mmap_lock);
    mm_put(mm);
}

static bool limits_memory(unsigned resource)
{
    return resource == RLIMIT_AS || resource == RLIMIT_DATA ||
           resource == RLIMIT_STACK || resource == RLIMIT_MEMLOCK;
}

/* Runs in its parent's address space until it has executed a program: that
 * sets the limits of its own. */
static bool borrows_mm(const struct process *process)
{
    return process == current_process() &&
           READ_ONCE(current_thread()->vfork) != NULL;
}

static int check_limit(unsigned resource, const struct rlimit *new)
{
    if (new->rlim_cur > new->rlim_max)
        return -EINVAL;
    if (resource == RLIMIT_NOFILE && new->rlim_max > NOFILE_MAX)
        return -EPERM;
    return 0;
}

/* Reads, sets or exchanges one limit; new, old: NULL if not wanted. */
static int exchange_limit(struct process *process, unsigned resource,
                          const struct rlimit *new, struct rlimit *old)
{
    struct rlimit64 *limit = &process->rlimits[resource];
    bool root = current_is_root();
    uint64_t flags;
    int err = 0;

    if (new != NULL)
        err = check_limit(resource, new);
    if (err != 0)
        return err;
    flags = spin_lock_irqsave(&process->lock);
    if (old != NULL)
        *old = (struct rlimit){limit->soft, limit->hard};
    if (new != NULL &&new->rlim_max > limit->hard && !root)
        err = -EPERM;
    if (new != NULL && err == 0) {
        WRITE_ONCE(limit->soft, new->rlim_cur);
        WRITE_ONCE(limit->hard, new->rlim_max);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (new != NULL && err == 0 && limits_memory(resource) &&
        !borrows_mm(process))
        update_mm_limits(process);
    return err;
}

/* Another's limits are for the superuser, or whoever is the same user in all
 * respects. */
static bool may_limit(struct process *process)
{
    struct credentials mine = current_process()->cred, theirs = process->cred;

    return process == current_process() || current_is_root() ||
           (mine.uid == theirs.uid && mine.uid == theirs.euid &&
            mine.uid == theirs.suid && mine.gid == theirs.gid &&
            mine.gid == theirs.egid && mine.gid == theirs.sgid);
}

/* The process of a PID or TID, referenced; 0 is the current one. */
static struct process *find_process(int pid)
{
    struct process *process;
    struct thread *thread;

    if (pid == 0) {
        process_get(current_process());
        return current_process();
    }
    thread = thread_find(pid);
    if (thread == NULL)
        return process_find(pid);
    process = thread->process;
    process_get(process);
    thread_put(thread);
    return process;
}

long sys_prlimit64(int pid, unsigned resource, const struct rlimit __user *in,
                   struct rlimit __user *out)
{
    struct process *process;
    struct rlimit new, old;
    int err = -EPERM;

    if (in != NULL && copy_from_user(&new, in, sizeof(new)) != 0)
        return -EFAULT;
    process = find_process(pid);
    if (process == NULL)
        return -ESRCH;
    if (may_limit(process))
        err = resource < RLIM_NLIMITS
                  ? exchange_limit(process, resource, in != NULL ? &new : NULL,
                                   &old)
                  : -EINVAL;
    process_put(process);
    if (err == 0 && out != NULL && copy_to_user(out, &old, sizeof(old)) != 0)
        err = -EFAULT;
    return err;
}

long sys_getrlimit(unsigned resource, struct rlimit __user *out)
{
    struct rlimit now;

    if (resource >= RLIM_NLIMITS)
        return -EINVAL;
    (void)!exchange_limit(current_process(), resource, NULL, &now);
    return copy_to_user(out, &now, sizeof(now)) == 0 ? 0 : -EFAULT;
}

long sys_setrlimit(unsigned resource, const struct rlimit __user *in)
{
    struct rlimit new;

    if (copy_from_user(&new, in, sizeof(new)) != 0)
        return -EFAULT;
    if (resource >= RLIM_NLIMITS)
        return -EINVAL;
    return exchange_limit(current_process(), resource, &new, NULL);
}

/* ---- usage ---- */

int usage_put(struct rusage __user *to, const struct usage *usage)
{
    struct rusage ru = {
        .ru_utime = timeval_make(usage->user),
        .ru_stime = timeval_make(usage->system),
        .ru_maxrss = (int64_t)(usage->max_rss >> KIB_SHIFT),
        .ru_minflt = (int64_t)usage->minor_faults,
        .ru_majflt = (int64_t)usage->major_faults,
        .ru_nvcsw = (int64_t)usage->voluntary_switches,
        .ru_nivcsw = (int64_t)usage->involuntary_switches,
    };

    return copy_to_user(to, &ru, sizeof(ru)) == 0 ? 0 : -EFAULT;
}

void children_usage(struct usage *out)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);

    *out = current_process()->children_usage;
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

static void thread_usage(struct usage *out)
{
    struct usage whole;

    process_usage(current_process(), &whole);
    *out = (struct usage){.max_rss = whole.max_rss};
    sched_add_usage(current_thread(), out);
}

long sys_getrusage(int who, struct rusage __user *out)
{
    struct usage usage;

    switch (who) {
    case RUSAGE_SELF: process_usage(current_process(), &usage); break;
    case RUSAGE_CHILDREN: children_usage(&usage); break;
    case RUSAGE_THREAD: thread_usage(&usage); break;
    default: return -EINVAL;
    }
    return usage_put(out, &usage);
}
