/* SPDX-License-Identifier: MIT */
/*
 * Choosing and killing a process for its memory: see oom.h.
 *
 * Nothing is waited for here but a moment: whoever needs memory faults again,
 * and asks again if there still is none. So a thread of the victim's that asks
 * learns at once that it has been killed, and no lock is held while the victim
 * ends. One that does not end in time (it may wait for a lock that the asking
 * thread holds) is given up for the next. If the one that frees most is ending
 * anyway, nobody is killed in its stead.
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
/* Free frames with which no fault of a few threads at once can fail: one may
 * need two, a file's page and a copy of it. */
#define ENOUGH_PAGES 8

struct oom_settings oom_settings = {.dump_tasks = 1};

static struct mutex oom_mutex = MUTEX_INIT(oom_mutex);
static struct process *victim; /* M: a reference; NULL: none yet */
/* M: oom_mutex, which guards all processes' oom_deadline too */

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
    return READ_ONCE(process->exiting);
}

/* It was waited for, in vain. => oom_mutex held */
static bool is_given_up(const struct process *process)
{
    return process->oom_deadline != 0 && clock_now() >= process->oom_deadline;
}

/* Its memory is on its way back. => oom_mutex held */
static bool is_awaited(const struct process *process)
{
    return READ_ONCE(process->state) == PROCESS_ALIVE && !is_given_up(process);
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

/* May process be chosen? One that is just giving back its memory shows none,
 * but comes before all others. => oom_mutex held */
static bool is_candidate(struct process *process, struct candidate *out)
{
    if (!is_awaited(process))
        return false;
    if (weigh(process, out))
        return out->badness != OOM_UNKILLABLE;
    *out = (struct candidate){.process = process, .badness = INT64_MAX};
    return is_dying(process);
}

/* The process that frees most, be it on its way out, with a reference; false:
 * there is none. => oom_mutex held */
static bool choose(struct candidate *best)
{
    struct candidate other;
    struct process *process;

    best->process = NULL;
    for (int pid = 0; (process = process_next(pid)) != NULL;) {
        struct process *drop = process;

        pid = process->pid;
        if (is_candidate(process, &other) &&
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

/* Whoever asks shall go, if he may be killed. */
static bool is_asker_to_go(void)
{
    return READ_ONCE(oom_settings.kill_allocating_task) != 0 &&
           process_oom_badness(current_process()) != OOM_UNKILLABLE;
}

static bool is_memory_back(void)
{
    struct page *pages[ENOUGH_PAGES];
    size_t n = 0;

    while (n < ENOUGH_PAGES && page_alloc(PAGE_ANON, &pages[n]) == 0)
        n++;
    page_put_array(pages, n);
    return n == ENOUGH_PAGES;
}

/* The new victim, which is told to go unless it is going. => oom_mutex held */
static void take_victim(const struct candidate *chosen)
{
    if (!is_dying(chosen->process))
        kill(chosen);
    if (victim != NULL)
        process_put(victim);
    victim = chosen->process;
    victim->oom_deadline = clock_now() + PATIENCE_NS;
}

/* => oom_mutex held */
static enum oom_answer choose_and_kill(void)
{
    struct candidate chosen;
    const bool found = choose(&chosen);

    /* Somebody may have ended since memory was looked at. */
    if (is_memory_back()) {
        if (found)
            process_put(chosen.process);
        return OOM_RETRY;
    }
    if (!found)
        return OOM_DIE;
    take_victim(&chosen);
    return victim == current_process() ? OOM_DIE : OOM_RETRY;
}

/* => oom_mutex held */
static enum oom_answer ask_locked(void)
{
    if (is_memory_back())
        return OOM_RETRY;
    if (victim != NULL && is_awaited(victim))
        return OOM_RETRY;
    return is_asker_to_go() ? OOM_DIE : choose_and_kill();
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
