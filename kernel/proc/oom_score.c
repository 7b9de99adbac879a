/* SPDX-License-Identifier: MIT */
/*
 * How likely a process is to be killed when memory is out: /proc/PID/oom_score,
 * oom_score_adj and oom_adj (proc(5)), with Linux's rules.
 *
 *   badness   pages that killing it would give back, plus oom_score_adj
 *             thousandths of all memory: what the OOM killer compares
 *   oom_score the same, scaled so that 0 is "never" and a program without
 *             memory and adjustment has 666
 *   oom_adj   the old form of oom_score_adj, -17 to 15
 *
 * Anyone may raise the value; who lowers it below what root last wrote must be
 * root. fork inherits both, exec keeps them.
 *
 * Locks: process->lock (P), under which its address space stays in place.
 */
#include "kernel/abi/errno.h"
#include "kernel/fs/file.h"
#include "kernel/fs/strbuf.h"
#include "kernel/proc/process.h"
#include "mm/peaks.h"

#define ADJ_MAX 1000 /* of oom_score_adj; its negative: never kill */
#define OLD_MAX 15   /* of oom_adj */
#define OLD_NEVER (-17)
#define SCALE 1000L

/* Does it run in its parent's memory for a while? => process->lock held */
static bool is_in_vfork_locked(const struct process *process)
{
    return process->leader != NULL && READ_ONCE(process->leader->vfork) != NULL;
}

static long badness_locked(const struct process *process)
{
    const struct mm *mm = process->mm;
    long total = (long)page_total();

    if (process->pid == INIT_PID || process == &kernel_process || mm == NULL ||
        process->oom_score_adj == -ADJ_MAX || is_in_vfork_locked(process))
        return OOM_UNKILLABLE;
    return (long)mm_resident(mm) + atomic64_load(&mm->ntables) + 1 +
           process->oom_score_adj * (total / SCALE);
}

long process_oom_badness(struct process *process)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);
    long badness = badness_locked(process);

    spin_unlock_irqrestore(&process->lock, flags);
    return badness;
}

/* ---- reading ---- */

int proc_show_oom_score(int pid, struct strbuf *out)
{
    struct process *process = process_find(pid);
    long badness, score = 0;

    if (process == NULL)
        return -ESRCH;
    badness = process_oom_badness(process);
    process_put(process);
    if (badness != OOM_UNKILLABLE)
        score = (SCALE + badness * SCALE / (long)page_total()) * 2 / 3;
    strbuf_printf(out, "%ld\n", score);
    return strbuf_error(out);
}

static int get_adj(int pid, int *out)
{
    struct process *process = process_find(pid);

    if (process == NULL)
        return -ESRCH;
    *out = READ_ONCE(process->oom_score_adj);
    process_put(process);
    return 0;
}

int proc_get_oom_score_adj(int pid, int64_t *value)
{
    int adj, err = get_adj(pid, &adj);

    if (err == 0)
        *value = adj;
    return err;
}

int proc_get_oom_adj(int pid, int64_t *value)
{
    int adj, err = get_adj(pid, &adj);

    if (err == 0)
        *value = adj == ADJ_MAX ? OLD_MAX : adj * -OLD_NEVER / ADJ_MAX;
    return err;
}

/* ---- writing ---- */

struct change {
    int adj;
    bool old_form; /* as oom_adj */
    bool root;
};

/* => process->lock held */
static void apply_locked(struct process *process, const struct change *change)
{
    process->oom_score_adj = (int16_t)change->adj;
    if (change->root && !change->old_form)
        process->oom_score_adj_min = (int16_t)change->adj;
}

/* 0 or -EACCES. *mm: whose other processes get it too, or NULL; only to be
 * compared with. */
static int apply(struct process *process, const struct change *change,
                 const struct mm **mm)
{
    uint64_t flags = spin_lock_irqsave(&process->lock);
    int floor =
        change->old_form ? process->oom_score_adj : process->oom_score_adj_min;
    int err = 0;

    *mm = is_in_vfork_locked(process) ? NULL : process->mm;
    if (change->adj < floor && !change->root)
        err = -EACCES;
    else
        apply_locked(process, change);
    spin_unlock_irqrestore(&process->lock, flags);
    return err;
}

/* Whoever shares the memory must not be spared alone: it would not be freed. */
static void apply_to_sharers(const struct process *process, const struct mm *mm,
                             const struct change *change)
{
    struct process *other;

    for (int pid = INIT_PID; (other = process_next(pid)) != NULL;) {
        uint64_t flags = spin_lock_irqsave(&other->lock);

        pid = other->pid;
        if (other != process && other->mm == mm && !is_in_vfork_locked(other))
            apply_locked(other, change);
        spin_unlock_irqrestore(&other->lock, flags);
        process_put(other);
    }
}

static int set_adj(int pid, int adj, bool old_form)
{
    const struct change change = {adj, old_form, proc_current_is_root()};
    struct process *process = process_find(pid);
    const struct mm *mm = NULL;
    int err = -EACCES;

    if (process == NULL)
        return -ESRCH;
    if (process_may_access(process, ACCESS_AS_EFFECTIVE))
        err = apply(process, &change, &mm);
    if (err == 0 && mm != NULL)
        apply_to_sharers(process, mm, &change);
    process_put(process);
    return err;
}

int proc_put_oom_score_adj(int pid, int64_t value)
{
    if (value < -ADJ_MAX || value > ADJ_MAX)
        return -EINVAL;
    return set_adj(pid, (int)value, false);
}

int proc_put_oom_adj(int pid, int64_t value)
{
    if (value < OLD_NEVER || value > OLD_MAX)
        return -EINVAL;
    return set_adj(
        pid, value == OLD_MAX ? ADJ_MAX : (int)value * ADJ_MAX / -OLD_NEVER,
        true);
}
