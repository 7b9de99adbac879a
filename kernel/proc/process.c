/* SPDX-License-Identifier: MIT */
/*
 * Processes as objects: creation, references, finding one, looking at one.
 * Model, states and locks: process.h. What happens to them: fork.c, exec.c,
 * exit.c, wait.c.
 *
 * I1: a process that is not REAPED has its PID, whose reference it is.
 * I2: mm, files, fs and exe of a process that has threads are not NULL, but
 *     for the first process before its first program.
 */
#include "kernel/proc/process.h"

#include "kernel/abi/resource.h"
#include "kernel/abi/signal.h"
#include "kernel/cpu/time.h"
#include "kernel/fs/file.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "kernel/proc/family.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/itimer.h"
#include "kernel/proc/pid.h"
#include "mm/mm.h"
#include "mm/slab.h"

struct spinlock process_tree_lock = SPINLOCK_INIT;
struct process kernel_process;
struct process_counts process_counts;
unsigned process_max_threads;

static struct slab_cache *process_cache; /* C */

/* A thread's stack may take an eighth of memory, as on Linux. */
#define STACKS_SHARE 8

/* What the first process starts with, as Linux has it; two limits follow from
 * the size of memory. */
static const struct rlimit64 first_limits[RLIMITS] = {
    [RLIMIT_CPU] = {RLIMIT_NONE, RLIMIT_NONE},
    [RLIMIT_FSIZE] = {RLIMIT_NONE, RLIMIT_NONE},
    [RLIMIT_DATA] = {RLIMIT_NONE, RLIMIT_NONE},
    [RLIMIT_STACK] = {8UL << 20, RLIMIT_NONE},
    [RLIMIT_CORE] = {0, RLIMIT_NONE},
    [RLIMIT_RSS] = {RLIMIT_NONE, RLIMIT_NONE},
    [RLIMIT_NOFILE] = {1024, 4096},
    [RLIMIT_MEMLOCK] = {8UL << 20, 8UL << 20},
    [RLIMIT_AS] = {RLIMIT_NONE, RLIMIT_NONE},
    [RLIMIT_LOCKS] = {RLIMIT_NONE, RLIMIT_NONE},
    [RLIMIT_MSGQUEUE] = {819200, 819200},
    [RLIMIT_NICE] = {0, 0},
    [RLIMIT_RTPRIO] = {0, 0},
    [RLIMIT_RTTIME] = {RLIMIT_NONE, RLIMIT_NONE},
};

_Static_assert(RLIMITS == RLIM_NLIMITS, "one for each RLIMIT_*");

/* ---- creation ---- */

/* All that does not come from a parent. */
static void init_fields(struct process *process)
{
    atomic_store(&process->refs, 1);
    process->pid = 0;
    spin_init(&process->lock);
    process->state = PROCESS_ALIVE;
    process->id = process->group = process->session = NULL;
    process->parent = NULL;
    list_init(&process->children);
    list_init(&process->sibling);
    list_init(&process->group_link);
    list_init(&process->session_link);
    process->has_exec = false;
    process->exit_signal = SIGCHLD;
    process->exit_status = 0;
    process->children_usage = process->dead_usage = (struct usage){0};
    waitqueue_init(&process->child_wait);
    list_init(&process->threads);
    process->nthreads = 0;
    process->leader = NULL;
    process->exiting = process->exec_alone = false;
    process->group_status = 0;
    waitqueue_init(&process->thread_wait);
    process->mm = NULL;
    process->files = NULL;
    process->fs = NULL;
    process->exe = NULL;
    signal_queue_init(&process->pending);
    process->stopping = process->stop_complete = false;
    process->nstopped = 0;
    process->stop_signal = 0;
    waitqueue_init(&process->stop_wait);
    process->report = STOP_NONE;
    process->start_time = clock_now();
    process->oom_deadline = 0;
    itimer_init(process);
}

static void inherit_locked(struct process *process,
                           const struct process *parent)
{
    uint64_t left = parent->action_set;

    memcpy(process->name, parent->name, COMM_LEN);
    memcpy(process->rlimits, parent->rlimits, sizeof(process->rlimits));
    process->cred = parent->cred;
    process->nice = parent->nice;
    process->personality = parent->personality;
    process->oom_score_adj = parent->oom_score_adj;
    process->oom_score_adj_min = parent->oom_score_adj_min;
    process->dumpable = parent->dumpable;
    process->action_set = parent->action_set;
    for (; left != 0; left &= left - 1) {
        int i = __builtin_ctzl(left);

        process->actions[i] = parent->actions[i];
    }
}

int process_create(struct process *parent, struct process **out)
{
    struct process *process = slab_alloc(process_cache);
    uint64_t flags;

    if (process == NULL)
        return -ENOMEM;
    init_fields(process);
    flags = spin_lock_irqsave(&parent->lock);
    inherit_locked(process, parent);
    spin_unlock_irqrestore(&parent->lock, flags);
    *out = process;
    return 0;
}

void process_init(void)
{
    struct rlimit64 *limits = kernel_process.rlimits;
    uint64_t most = page_total() / (KSTACK_PAGES * STACKS_SHARE);

    process_cache = slab_cache_create("process", sizeof(struct process), 64);
    pid_init();
    thread_init();
    futex_init();
    process_max_threads = (unsigned)MIN(most, (uint64_t)PID_MAX - 1);
    init_fields(&kernel_process);
    kernel_process.dumpable = true;
    strlcpy(kernel_process.name, "kernel", COMM_LEN);
    memcpy(limits, first_limits, sizeof(first_limits));
    limits[RLIMIT_NPROC].soft = limits[RLIMIT_NPROC].hard =
        process_max_threads / 2;
    limits[RLIMIT_SIGPENDING] = limits[RLIMIT_NPROC];
}

/* ---- references ---- */

void process_get(struct process *process)
{
    atomic_inc(&process->refs);
}

void process_put(struct process *process)
{
    if (!atomic_dec_and_test(&process->refs))
        return;
    ASSERT(process->id == NULL && process->nthreads == 0);
    signal_queue_flush(&process->pending);
    slab_free(process_cache, process);
    signal_trim(false);
    pid_trim(false);
}

struct process *process_find(int pid)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *id = pid_find_locked(pid);
    struct process *process = id != NULL ? id->process : NULL;

    if (process != NULL)
        process_get(process);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return process;
}

struct process *process_next(int after)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *id = pid_next_locked(after);
    struct process *process = NULL;

    while (id != NULL && id->process == NULL)
        id = pid_next_locked(id->nr);
    if (id != NULL) {
        process = id->process;
        process_get(process);
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return process;
}

struct thread *thread_find(int tid)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *id = pid_find_locked(tid);
    struct thread *thread = id != NULL ? id->thread : NULL;

    if (thread != NULL)
        thread_get(thread);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return thread;
}

/* A reference, taken by get, on what one of process's fields points to. */
#define GET_OWNED(process, field, get)                                         \
    ({                                                                         \
        uint64_t flags_ = spin_lock_irqsave(&(process)->lock);                 \
        __typeof__((process)->field) owned_ = (process)->field;                \
        if (owned_ != NULL)                                                    \
            get(owned_);                                                       \
        spin_unlock_irqrestore(&(process)->lock, flags_);                      \
        owned_;                                                                \
    })

struct mm *process_get_mm(struct process *process)
{
    return GET_OWNED(process, mm, mm_get);
}

struct fdtable *process_get_files(struct process *process)
{
    return GET_OWNED(process, files, fdtable_get);
}

struct fs_context *process_get_fs(struct process *process)
{
    return GET_OWNED(process, fs, fs_context_get);
}

struct file *process_get_exe(struct process *process)
{
    return GET_OWNED(process, exe, file_get);
}
