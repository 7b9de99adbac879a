/* SPDX-License-Identifier: MIT */
/*
 * What kernel/fs asks of processes, and the short texts of /proc: proc(5). The
 * contract stands in kernel/fs/file.h; status and stat are in procstatus.c.
 */
#include "kernel/abi/resource.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/fs/file.h"
#include "kernel/fs/strbuf.h"
#include "kernel/lib/string.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/slab.h"

#define NSEC_PER_TICK (NSEC_PER_SEC / USER_HZ)

/* ---- who there is ---- */

int proc_next_pid(int after)
{
    struct process *process = process_next(after);
    int pid = process != NULL ? process->pid : 0;

    if (process != NULL)
        process_put(process);
    return pid;
}

bool proc_pid_exists(int pid)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    const struct pid *id = pid_find_locked(pid);
    bool exists = id != NULL && (id->process != NULL || id->thread != NULL);

    spin_unlock_irqrestore(&process_tree_lock, flags);
    return exists;
}

int proc_current_pid(void)
{
    return current_process()->pid;
}

int proc_current_session(void)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *session = current_process()->session;
    int nr = session != NULL ? session->nr : 0;

    spin_unlock_irqrestore(&process_tree_lock, flags);
    return nr;
}

int proc_group_session(int group)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *id = pid_find_locked(group);
    int nr = 0;

    if (id != NULL && !list_empty(&id->group))
        nr = list_first(&id->group, struct process, group_link)->session->nr;
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return nr;
}

/* What `get` gives of the process with that PID; NULL if there is none. */
#define GET_FROM_PID(pid, get)                                                 \
    ({                                                                         \
        struct process *process_ = process_find(pid);                          \
        __typeof__(get(process_)) got_ = NULL;                                 \
        if (process_ != NULL) {                                                \
            got_ = get(process_);                                              \
            process_put(process_);                                             \
        }                                                                      \
        got_;                                                                  \
    })

struct mm *proc_get_mm(int pid)
{
    return GET_FROM_PID(pid, process_get_mm);
}

struct file *proc_get_exe(int pid)
{
    return GET_FROM_PID(pid, process_get_exe);
}

struct fs_context *proc_get_fs(int pid)
{
    return GET_FROM_PID(pid, process_get_fs);
}

struct fdtable *proc_get_fdtable(int pid)
{
    return GET_FROM_PID(pid, process_get_files);
}

/* ---- texts of one process ---- */

/* Adds the program's memory [start, end), as far as it can be read. */
static int add_memory(struct mm *mm, vaddr_t start, vaddr_t end,
                      struct strbuf *out)
{
    char *buf = kmalloc(PAGE_SIZE);
    size_t n, done;

    if (buf == NULL)
        return -ENOMEM;
    while (start < end && strbuf_error(out) == 0) {
        n = MIN(end - start, PAGE_SIZE);
        done = mm_access(mm, start, buf, n, MM_READ);
        strbuf_add(out, buf, done);
        if (done < n)
            break;
        start += n;
    }
    kfree(buf);
    return strbuf_error(out);
}

/* The strings of argv or envp, as the program has left them. */
static int show_strings(struct mm *mm, bool environment, struct strbuf *out)
{
    vaddr_t start, end;

    rwsem_read_lock(&mm->mmap_lock);
    start = environment ? mm->layout.env_start : mm->layout.arg_start;
    end = environment ? mm->layout.env_end : mm->layout.arg_end;
    rwsem_read_unlock(&mm->mmap_lock);
    return add_memory(mm, start, end, out);
}

int proc_show_cmdline(int pid, struct strbuf *out)
{
    struct mm *mm = proc_get_mm(pid);
    int err;

    if (mm == NULL)
        return proc_pid_exists(pid) ? 0 : -ESRCH;
    err = show_strings(mm, false, out);
    mm_put(mm);
    return err;
}

int proc_show_environ(struct mm *mm, struct strbuf *out)
{
    return mm != NULL ? show_strings(mm, true, out) : 0;
}

/* What /proc shows of the process with that PID: 0 or -ESRCH. */
static int get_info(int pid, struct process_info *info)
{
    struct process *process = process_find(pid);

    if (process == NULL)
        return -ESRCH;
    process_info(process, info);
    process_put(process);
    return 0;
}

int proc_show_comm(int pid, struct strbuf *out)
{
    struct process_info info;
    int err = get_info(pid, &info);

    if (err != 0)
        return err;
    strbuf_printf(out, "%s\n", info.name);
    return strbuf_error(out);
}

static const struct {
    const char *name, *unit;
} limit_names[RLIMITS] = {
    [RLIMIT_CPU] = {"Max cpu time", "seconds"},
    [RLIMIT_FSIZE] = {"Max file size", "bytes"},
    [RLIMIT_DATA] = {"Max data size", "bytes"},
    [RLIMIT_STACK] = {"Max stack size", "bytes"},
    [RLIMIT_CORE] = {"Max core file size", "bytes"},
    [RLIMIT_RSS] = {"Max resident set", "bytes"},
    [RLIMIT_NPROC] = {"Max processes", "processes"},
    [RLIMIT_NOFILE] = {"Max open files", "files"},
    [RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
    [RLIMIT_AS] = {"Max address space", "bytes"},
    [RLIMIT_LOCKS] = {"Max file locks", "locks"},
    [RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
    [RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
    [RLIMIT_NICE] = {"Max nice priority", NULL},
    [RLIMIT_RTPRIO] = {"Max realtime priority", NULL},
    [RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
};

static void add_limit(struct strbuf *out, uint64_t limit)
{
    if (limit == RLIMIT_NONE)
        strbuf_printf(out, "%-20s ", "unlimited");
    else
        strbuf_printf(out, "%-20lu ", limit);
}

int proc_show_limits(int pid, struct strbuf *out)
{
    struct process_info info;
    int err = get_info(pid, &info);

    if (err != 0)
        return err;
    strbuf_printf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
                  "Hard Limit", "Units");
    for (int i = 0; i < RLIMITS; i++) {
        strbuf_printf(out, "%-25s ", limit_names[i].name);
        add_limit(out, info.rlimits[i].soft);
        add_limit(out, info.rlimits[i].hard);
        if (limit_names[i].unit != NULL)
            strbuf_printf(out, "%-10s", limit_names[i].unit);
        strbuf_add(out, "\n", 1);
    }
    return strbuf_error(out);
}

/* ---- memory that is kept, memory that is refused ---- */

void proc_drop_spares(void)
{
    signal_trim(true);
    pid_trim(true);
}

int proc_get_fail_nth(int tid, int64_t *value)
{
    struct thread *thread = thread_find(tid);

    if (thread == NULL)
        return -ESRCH;
    *value = page_fail_left(&thread->head);
    thread_put(thread);
    return 0;
}

int proc_put_fail_nth(int tid, int64_t value)
{
    struct thread *thread;

    if (value < 0 || value > INT32_MAX)
        return -EINVAL;
    thread = thread_find(tid);
    if (thread == NULL)
        return -ESRCH;
    page_fail_after(&thread->head, (uint32_t)value);
    thread_put(thread);
    return 0;
}

/* ---- texts of the whole system ---- */

#define LOAD_ONE (1UL << 16)
#define LOAD_ROUNDING (LOAD_ONE / 200) /* half of a hundredth */

int proc_show_loadavg(struct strbuf *out)
{
    struct system_info info;

    process_system_info(&info);
    for (size_t i = 0; i < ARRAY_SIZE(info.load); i++) {
        uint64_t load = info.load[i] + LOAD_ROUNDING;

        strbuf_printf(out, "%lu.%02lu ", load / LOAD_ONE,
                      load % LOAD_ONE * 100 / LOAD_ONE);
    }
    strbuf_printf(out, "%u/%u %d\n", info.nrunning, info.nthreads,
                  info.last_pid);
    return strbuf_error(out);
}

/* user nice system idle iowait irq softirq steal guest guest_nice */
static void add_cpu_times(struct strbuf *out, const struct cpu_times *times)
{
    strbuf_printf(out, " %lu 0 %lu %lu 0 0 0 0 0 0\n",
                  times->user / NSEC_PER_TICK, times->system / NSEC_PER_TICK,
                  times->idle / NSEC_PER_TICK);
}

int proc_show_system_stat(struct strbuf *out)
{
    struct cpu_times sum = {0}, times;
    struct system_info info;

    for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
        sched_cpu_times(cpu, &times);
        sum.user += times.user;
        sum.system += times.system;
        sum.idle += times.idle;
    }
    strbuf_printf(out, "cpu ");
    add_cpu_times(out, &sum);
    for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
        sched_cpu_times(cpu, &times);
        strbuf_printf(out, "cpu%u", cpu);
        add_cpu_times(out, &times);
    }
    process_system_info(&info);
    strbuf_printf(out,
                  "intr 0\nctxt %lu\nbtime %lu\nprocesses %lu\n"
                  "procs_running %u\nprocs_blocked 0\n"
                  "softirq 0 0 0 0 0 0 0 0 0 0 0\n",
                  info.switches, clock_boot_time / NSEC_PER_SEC, info.forks,
                  info.nrunning);
    return strbuf_error(out);
}
