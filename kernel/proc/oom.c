/* SPDX-License-Identifier: MIT */
/*
 * Choosing and killing a process for its memory: see oom.h.
 *
 * Nothing is waited for here but a moment: whoever needs memory faults again,
 * and asks again if there still is none. So a thread of the victim's that asks
 * learns at once that it has been killed, and no lock is held while the victim
 * ends. One that does not end in time (it may wait for a lock that the asking
 * thread holds) is given up for the next.
 *
 * Locks: oom_mutex guards the victim; it is only tried, never waited for.
 */
#include "kernel/proc/oom.h"
#include "kernel/abi/signal.h"
#include "kernel/cpu/time.h"
#include "kernel/fs/file.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "kernel/proc/report.h"
#include "kernel/proc/report_text.h"
#include "kernel/proc/signal.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/vmstat.h"

#define MOMENT_NS 1000000UL     /* between two looks */
#define PATIENCE_NS 2000000000L /* how long a victim may take to end */
#define PAGE_KIB (PAGE_SIZE / 1024)

struct oom_settings oom_settings = {.dump_tasks = 1};

static struct mutex oom_mutex = MUTEX_INIT(oom_mutex);
static struct process *victim;   /* M: a reference; NULL: none yet */
static uint64_t victim_deadline; /* M */
/* M: oom_mutex */

/* What decides, and what the report shows, of one process. */
struct candidate {
    struct process *process; /* a reference */
    size_t mapped, resident[MM_RSS_KINDS], tables;
    int adj;
    long badness;
};

static void take_moment(void)
{
    sched_sleep_prepare(false);
    (void)sched_sleep(clock_now() + MOMENT_NS);
}

static bool is_dying(const struct process *process)
{
    return READ_ONCE(process->exiting) ||
           READ_ONCE(process->state) != PROCESS_ALIVE;
}

/* Fills in what process has; false: it has no memory. */
static bool weigh(struct process *process, struct candidate *out)
{
    struct mm *mm = process_get_mm(process);

    if (mm == NULL)
        return false;
    *out = (struct candidate){
        .process = process,
        .mapped = READ_ONCE(mm->total_pages),
        .tables = (size_t)atomic64_load(&mm->ntables) + 1, /* the root */
        .adj = READ_ONCE(process->oom_score_adj),
        .badness = process_oom_badness(process),
    };
    for (unsigned kind = 0; kind < MM_RSS_KINDS; kind++)
        out->resident[kind] = (size_t)atomic64_load(&mm->rss[kind]);
    mm_put(mm);
    return true;
}

/* The process that frees most, with a reference; false: there is none. */
static bool choose(struct candidate *best)
{
    struct candidate other;
    struct process *process;

    best->process = NULL;
    for (int pid = 0; (process = process_next(pid)) != NULL;) {
        struct process *drop = process;

        pid = process->pid;
        if (!is_dying(process) && weigh(process, &other) &&
            other.badness != OOM_UNKILLABLE &&
            (best->process == NULL || other.badness >= best->badness)) {
            drop = best->process;
            *best = other;
        }
        if (drop != NULL)
            process_put(drop);
    }
    return best->process != NULL;
}

/* ---- the report ---- */

static size_t resident_pages(const struct candidate *of)
{
    size_t npages = 0;

    for (unsigned kind = 0; kind < MM_RSS_KINDS; kind++)
        npages += of->resident[kind];
    return npages;
}

static void report_processes(struct report_out *out)
{
    struct candidate one;
    struct process *process;

    report_line(out, "[  pid  ]   uid   mapped resident   tables   adj name "
                     "(pages)");
    for (int pid = 0; (process = process_next(pid)) != NULL;) {
        pid = process->pid;
        if (weigh(process, &one))
            report_line(out, "[%7d] %5u %8zu %8zu %8zu %5d %s", pid,
                        process->cred.uid, one.mapped, resident_pages(&one),
                        one.tables, one.adj, process->name);
        process_put(process);
    }
}

static void make_report(struct report_out *out, const void *arg)
{
    const struct candidate *killed = arg;
    const struct process *asker = current_process();

    report_line(out, "out of memory: %s[%d] needs a page, and there is none",
                asker->name, asker->pid);
    report_line(out,
                "of %zu pages: programs' own %zu, files and shared memory %zu, "
                "page tables %zu, kernel objects %zu, stacks %zu, free %zu",
                page_total(), page_count(PAGE_ANON), page_count(PAGE_FILE),
                page_count(PAGE_TABLE), page_count(PAGE_SLAB),
                page_count(PAGE_STACK), page_count(PAGE_FREE));
    if (READ_ONCE(oom_settings.dump_tasks) != 0)
        report_processes(out);
    report_line(
        out,
        "Out of memory: Killed process %d (%s) total-vm:%zukB, "
        "anon-rss:%zukB, file-rss:%zukB, shmem-rss:%zukB, UID:%u "
        "pgtables:%zukB oom_score_adj:%d",
        killed->process->pid, killed->process->name, killed->mapped * PAGE_KIB,
        killed->resident[MM_RSS_ANON] * PAGE_KIB,
        killed->resident[MM_RSS_FILE] * PAGE_KIB,
        killed->resident[MM_RSS_SHMEM] * PAGE_KIB, killed->process->cred.uid,
        killed->tables * PAGE_KIB, killed->adj);
}

/* ---- killing ---- */

/* The victim's memory goes only when all who use it do. */
static void kill_all_with(const struct mm *mm)
{
    struct process *process;

    for (int pid = 0; (process = process_next(pid)) != NULL;) {
        pid = process->pid;
        if (pid != INIT_PID && READ_ONCE(process->mm) == mm)
            signal_send_process(process, SIGKILL, NULL);
        process_put(process);
    }
}

static void kill(const struct candidate *chosen)
{
    struct mm *mm = process_get_mm(chosen->process);

    vmstat_inc(VM_OOM_KILLS);
    report_other(make_report, chosen);
    signal_send_process(chosen->process, SIGKILL, NULL);
    if (mm != NULL) {
        kill_all_with(mm);
        mm_put(mm);
    }
}

/* => oom_mutex held */
static enum oom_answer choose_and_kill(void)
{
    struct candidate chosen;

    if (READ_ONCE(oom_settings.kill_allocating_task) != 0 || !choose(&chosen))
        return OOM_DIE;
    kill(&chosen);
    if (victim != NULL)
        process_put(victim);
    victim = chosen.process;
    victim_deadline = clock_now() + PATIENCE_NS;
    return victim == current_process() ? OOM_DIE : OOM_RETRY;
}

static bool is_memory_back(void)
{
    struct page *page;

    if (page_alloc(PAGE_ANON, &page) != 0)
        return false;
    page_put(page);
    return true;
}

/* => oom_mutex held */
static enum oom_answer ask_locked(void)
{
    if (is_memory_back())
        return OOM_RETRY;
    if (victim != NULL && READ_ONCE(victim->state) == PROCESS_ALIVE &&
        clock_now() < victim_deadline)
        return OOM_RETRY;
    return choose_and_kill();
}

enum oom_answer oom_ask(void)
{
    enum oom_answer answer = OOM_RETRY;

    if (signal_fatal_pending())
        return OOM_DIE;
    if (mutex_trylock(&oom_mutex)) {
        answer = ask_locked();
        mutex_unlock(&oom_mutex);
    }
    if (answer == OOM_RETRY)
        take_moment();
    return answer;
}
