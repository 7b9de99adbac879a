/* SPDX-License-Identifier: MIT */
/*
 * A thread: what the scheduler runs. It belongs to a process; kernel threads
 * belong to kernel_process and have no address space.
 *
 * Its kernel stack starts with the trap_frame of its entry from user mode;
 * see thread_frame.
 */
#ifndef KERNEL_PROC_THREAD_H
#define KERNEL_PROC_THREAD_H

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/trap.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/preempt.h"
#include "kernel/lib/types.h"
#include "kernel/proc/signal.h"
#include "kernel/proc/timer.h"

struct mm;
struct pid;
struct process;
struct vfork_wait;

/* Written by the thread itself, and by wakers under its run queue's lock. */
enum thread_state {
    THREAD_RUNNABLE,
    THREAD_SLEEPING,      /* until woken */
    THREAD_INTERRUPTIBLE, /* until woken, or a signal comes */
    THREAD_KILLABLE,      /* until woken, or a fatal signal comes */
    THREAD_DEAD,          /* never runs again */
};

#define THREAD_NO_CPU UINT32_MAX /* of fpu_cpu */

/* How a system call that a signal broke off goes on after SIGCONT
 * (restart_syscall(2)); kernel/syscall/time.c. */
struct restart_block {
    long (*fn)(struct restart_block *block);
    uint64_t deadline;
    void *user_rem;
    uint64_t arg[3];
};

struct thread {
    struct thread_head head;  /* first: assembly knows its layout */
    struct atomic refs;       /* A: the scheduler's one, lookups */
    int tid;                  /* C, but for execve by another than the leader */
    struct process *process;  /* C: holds a reference */
    struct list process_link; /* process.threads' locks */
    struct pid *id;           /* T: NULL once it has ended */

    /* Scheduling: kernel/proc/sched.c. */
    int state;            /* Q: enum thread_state */
    unsigned cpu;         /* Q: whose run queue it belongs to */
    bool queued;          /* Q: waits in that queue */
    struct list run_link; /* Q */
    uint64_t affinity;    /* Q: CPUs it may run on */
    int64_t slice_left;   /* Q: ns of its turn, as of run_start */
    uint64_t run_start;   /* Q: clock_now() when last charged */
    uint64_t run_time;    /* Q: ns on a CPU, up to run_start */
    uint64_t user_sample, system_sample; /* Q: ns by the tick's sampling, to
                                            split run_time */
    uint64_t user_time, system_time;     /* Q: the split last shown */
    uint64_t voluntary_switches, involuntary_switches; /* Q */
    uint64_t minor_faults, major_faults;               /* O */
    struct timer sleep_timer; /* the deadline of sched_sleep */

    /* User state while off CPU. */
    struct mm *mm;             /* O: NULL for kernel threads and after exit */
    void *fpu;                 /* C: NULL for kernel threads */
    unsigned fpu_cpu;          /* Q: where its registers were last loaded */
    uint64_t fs_base, gs_base; /* O: valid while off CPU */

    /* Signals: kernel/proc/signal.c. */
    uint64_t blocked;            /* P: the mask; written by the thread itself */
    uint64_t saved_mask;         /* O: to put back after sigsuspend & co. */
    bool restore_mask;           /* O: saved_mask is to be put back */
    struct signal_queue pending; /* P: for this thread alone */
    uint64_t real_blocked;       /* P: the mask proper while sigtimedwait has
                                    unblocked what it waits for; else 0 */
    bool must_exit;              /* P: ends before it returns to user mode */
    struct signal_info forced;   /* P: room for a fault's, in no need of memory;
                                    queued if its link is not empty */
    struct list infos;           /* O: struct signal_info in reserve */
    unsigned ninfos;             /* O */
    struct signal_stack altstack; /* O */
    struct restart_block restart; /* O */

    /* clone(2). */
    uint32_t *set_child_tid;   /* O: user address; NULL once done */
    uint32_t *clear_child_tid; /* O: user address */
    void *robust_list;         /* O: user address */
    struct vfork_wait *vfork;  /* P: the parent that waits for us */

    /* What it does first; user threads then go to user mode. */
    void (*entry)(void *arg); /* C: NULL: nothing */
    void *arg;                /* C */
    const char *name;         /* C */

    struct held_locks *held; /* C: with lockck, its mutexes and rwsems */
}; /* A: atomic; C: constant; T: process_tree_lock; P: process->lock;
      Q: the lock of run queue `cpu`; O: the thread itself */

_Static_assert(__builtin_offsetof(struct thread, head) == 0, "assembly");

/* The user's registers as they were on entry from user mode. */
static __always_inline struct trap_frame *thread_frame(struct thread *thread)
{
    return (struct trap_frame *)thread->head.stack_top - 1;
}

/* Fills in the context that a CPU booted with, which becomes its idle
 * thread. */
void thread_init_idle(struct thread *thread);

/* Boot: the caches for threads. => after slab_init, cpu_init_boot */
void thread_init(void);

/* A new thread of process with a kernel stack and, if user, FPU state; not
 * linked anywhere and not runnable. 0 or -ENOMEM. */
__must_check int thread_create(struct process *process, bool user,
                               struct thread **out);

void thread_get(struct thread *thread);
/* The last put frees it and drops its process. */
void thread_put(struct thread *thread);

/* Starts a kernel thread: fn(arg), for ever or until it returns. `name` must
 * last. 0 or -ENOMEM. */
__must_check int kthread_start(const char *name, void (*fn)(void *arg),
                               void *arg);

#endif
