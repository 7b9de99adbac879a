/* SPDX-License-Identifier: MIT */
/*
 * Clocks and sleeping: time(7).
 *
 * All clocks are clock_now(), nanoseconds since boot, plus a constant, or the
 * time that a process or a thread has run. Nobody sets the time of day.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "kernel/proc/sched.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "kernel/syscall/usage.h"
#include "mm/uaccess.h"

/* ---- reading clocks ---- */

/* A clock below 0 is the processor time of a process or thread: its inverted
 * ID above three bits (clock_getcpuclockid(3)). */
#define CPU_CLOCK_ID_SHIFT 3
#define CPU_CLOCK_THREAD 4
#define CPU_CLOCK_KIND 3
enum cpu_clock_kind { CPU_CLOCK_PROF, CPU_CLOCK_VIRT, CPU_CLOCK_SCHED };

static uint64_t usage_time(const struct usage *usage, enum cpu_clock_kind kind)
{
    return kind == CPU_CLOCK_VIRT ? usage->user : usage->user + usage->system;
}

static uint64_t thread_time(struct thread *thread, enum cpu_clock_kind kind)
{
    struct usage usage = {0};

    sched_add_usage(thread, &usage);
    return usage_time(&usage, kind);
}

static uint64_t process_time(struct process *process, enum cpu_clock_kind kind)
{
    struct usage usage;

    process_usage(process, &usage);
    return usage_time(&usage, kind);
}

/* A process may look at any other process's clock, but only at its own
 * threads'. */
static int read_cpu_clock(int clock, uint64_t *ns)
{
    int id = ~(clock >> CPU_CLOCK_ID_SHIFT);
    enum cpu_clock_kind kind = (enum cpu_clock_kind)(clock & CPU_CLOCK_KIND);
    struct process *process;
    struct thread *thread;
    int err = 0;

    if (kind > CPU_CLOCK_SCHED)
        return -EINVAL;
    if (clock & CPU_CLOCK_THREAD) {
        thread = thread_find(id == 0 ? current_thread()->tid : id);
        if (thread == NULL)
            return -EINVAL;
        if (thread->process == current_process())
            *ns = thread_time(thread, kind);
        else
            err = -EINVAL;
        thread_put(thread);
        return err;
    }
    process = process_find(id == 0 ? current_process()->pid : id);
    if (process == NULL)
        return -EINVAL;
    *ns = process_time(process, kind);
    process_put(process);
    return 0;
}

/* 0, or -EINVAL if there is no such clock. */
static int read_clock(int clock, uint64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI: /* as on a Linux that nobody has told of leap seconds */
        *ns = clock_boot_time + clock_now();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: *ns = clock_now(); return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        *ns = process_time(current_process(), CPU_CLOCK_SCHED);
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
        *ns = thread_time(current_thread(), CPU_CLOCK_SCHED);
        return 0;
    default: return clock < 0 ? read_cpu_clock(clock, ns) : -EINVAL;
    }
}

long sys_clock_gettime(int clock, struct timespec __user *out)
{
    uint64_t ns;
    int err = read_clock(clock, &ns);

    return err != 0 ? err : timespec_put(out, ns);
}

/* Each is as fine as the TSC. */
long sys_clock_getres(int clock, struct timespec __user *out)
{
    uint64_t ns;
    int err = read_clock(clock, &ns);

    if (err != 0 || out == NULL)
        return err;
    return timespec_put(out, 1);
}

long sys_gettimeofday(struct timeval __user *tv, struct timezone __user *tz)
{
    struct timeval now = timeval_make(clock_boot_time + clock_now());
    struct timezone utc = {0};

    if (tv != NULL && copy_to_user(tv, &now, sizeof(now)) != 0)
        return -EFAULT;
    if (tz != NULL && copy_to_user(tz, &utc, sizeof(utc)) != 0)
        return -EFAULT;
    return 0;
}

long sys_time(int64_t __user *out)
{
    int64_t now = (int64_t)((clock_boot_time + clock_now()) / NSEC_PER_SEC);

    if (out != NULL && copy_to_user(out, &now, sizeof(now)) != 0)
        return -EFAULT;
    return now;
}

static int64_t clock_ticks(uint64_t ns)
{
    return (int64_t)(ns / (NSEC_PER_SEC / USER_HZ));
}

long sys_times(struct tms __user *out)
{
    struct usage own, children;
    struct tms tms;

    if (out != NULL) {
        process_usage(current_process(), &own);
        children_usage(&children);
        tms = (struct tms){
            .tms_utime = clock_ticks(own.user),
            .tms_stime = clock_ticks(own.system),
            .tms_cutime = clock_ticks(children.user),
            .tms_cstime = clock_ticks(children.system),
        };
        if (copy_to_user(out, &tms, sizeof(tms)) != 0)
            return -EFAULT;
    }
    return clock_ticks(clock_now());
}

/* ---- sleeping ---- */

/* 0, or -ERESTARTSYS when a signal came first. */
static int sleep_until(uint64_t deadline)
{
    int err;

    do {
        sched_sleep_prepare(true);
        err = sched_sleep(deadline);
    } while (err == 0);
    return err == -ETIMEDOUT ? 0 : err;
}

/* A sleep of a length: broken off, it tells what is left and, where no handler
 * takes over, goes on to the same end. */
static long sleep_restartable(uint64_t deadline, struct timespec __user *rem);

static long sleep_restart(struct restart_block *block)
{
    return sleep_restartable(block->deadline, block->user_rem);
}

static long sleep_restartable(uint64_t deadline, struct timespec __user *rem)
{
    if (sleep_until(deadline) == 0)
        return 0;
    if (rem != NULL && timespec_put(rem, deadline_left(deadline)) != 0)
        return -EFAULT;
    current_thread()->restart = (struct restart_block){
        .fn = sleep_restart,
        .deadline = deadline,
        .user_rem = rem,
    };
    return -ERESTART_RESTARTBLOCK;
}

long sys_nanosleep(const struct timespec __user *req,
                   struct timespec __user *rem)
{
    uint64_t ns;
    int err = timespec_get(req, &ns);

    return err != 0 ? err : sleep_restartable(deadline_after(ns), rem);
}

/* Can one sleep by this clock? */
static int check_sleep_clock(int clock)
{
    uint64_t now;

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_TAI:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME: return 0;
    default: return read_clock(clock, &now) != 0 ? -EINVAL : -EOPNOTSUPP;
    }
}

long sys_clock_nanosleep(int clock, int flags,
                         const struct timespec __user *req,
                         struct timespec __user *rem)
{
    uint64_t ns;
    int err;

    err = check_sleep_clock(clock);
    if (err == 0)
        err = timespec_get(req, &ns);
    if (err != 0)
        return err;
    if (!(flags & TIMER_ABSTIME))
        return sleep_restartable(deadline_after(ns), rem);
    if (clock == CLOCK_REALTIME || clock == CLOCK_TAI)
        ns = deadline_at_realtime(ns);
    return sleep_until(ns) == 0 ? 0 : -ERESTARTNOHAND;
}

/* What the return to user mode makes of ERESTART_RESTARTBLOCK. A program that
 * calls this by itself has nothing to go on with. */
long sys_restart_syscall(void)
{
    struct restart_block *block = &current_thread()->restart;
    struct restart_block taken = *block;

    block->fn = NULL;
    return taken.fn != NULL ? taken.fn(&taken) : -EINTR;
}
