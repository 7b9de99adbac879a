/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: which thread runs on which CPU. Round robin, one queue a
 * CPU; the turn's length follows the nice value. The sleep and wake-up
 * functions are declared in kernel/lib/wait.h, preempt_schedule in
 * kernel/lib/preempt.h.
 */
#ifndef KERNEL_PROC_SCHED_H
#define KERNEL_PROC_SCHED_H

#include "kernel/lib/types.h"

struct process;
struct thread;

/* First in a new thread's life, after cpu_switch: lets go of the thread that
 * ran before. => interrupts off on entry, on on return */
void sched_begin(void);

/* Boot: run queues; the running context becomes the boot CPU's idle thread,
 * so that current_thread() and mutexes work. => after process_init */
void sched_init(void);

/* Another CPU's idle thread, made by the boot CPU before it starts it; the
 * CPU then sets it as current and calls sched_idle_loop. 0 or -ENOMEM. */
__must_check int sched_prepare_cpu(unsigned cpu, struct thread **idle);

/* The idle loop: what a CPU's boot context becomes when it has booted.
 * => interrupts on, preemption on */
__noreturn void sched_idle_loop(void);

/* Makes a new thread runnable for the first time. */
void sched_start(struct thread *thread);

/* Gives up the rest of the turn. => thread context */
void sched_yield(void);

/* As sched_sleep_prepare, for a sleep that only a fatal signal breaks off
 * (-ERESTARTSYS). */
void sched_sleep_prepare_killable(void);

/* A signal has come for the thread (THREAD_WORK_SIGNAL is set): ends an
 * interruptible sleep, and a killable one if the signal is fatal. If it runs
 * on another CPU, that one looks at once. => any context */
void sched_wake_signal(struct thread *thread, bool fatal);

/* Loads the current thread's mm, FS and GS bases and, unless they are there,
 * its FPU registers into this CPU: execve has given it new ones.
 * => preemption off */
void sched_load_user_state(void);

/* The current thread never runs again; its reference is dropped once it is
 * off the CPU. => preemption on; interrupts on or off */
__noreturn void sched_exit(void);

/* The tick of this CPU's turn: from timer_interrupt.
 * => interrupts off, preemption off */
void sched_tick(uint64_t now);

/* CPUs the thread may run on: 0, or -EINVAL if none of them exists. */
int sched_set_affinity(struct thread *thread, uint64_t mask);

/* Adds the nanoseconds the thread has run, its present turn included, and
 * how often it has given up the CPU. */
struct usage;
void sched_add_usage(struct thread *thread, struct usage *usage);

/* Threads that run or wait for a CPU now; switches since boot. */
unsigned sched_running(void);
uint64_t sched_switches(void);

/* What one CPU did since it started, in nanoseconds; user and system time are
 * told apart by sampling. */
struct cpu_times {
    uint64_t user, system, idle;
};
void sched_cpu_times(unsigned cpu, struct cpu_times *out);

/* Load averages over 1, 5 and 15 minutes, times 1 << 16. */
void sched_loads(uint64_t out[3]);

/* R, S or D, as in /proc/PID/stat. */
char sched_state_letter(const struct thread *thread);

#endif
