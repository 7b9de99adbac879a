/* SPDX-License-Identifier: MIT */
/*
 * Signals: sets, pending queues, actions, sending, and delivery on the way
 * back to user mode. Follows signal(7).
 *
 * A signal is pending for a thread or for a whole process until a thread that
 * does not block it goes back to user mode (signal_deliver) or takes it
 * with sigtimedwait. THREAD_WORK_SIGNAL in head.work says that there may be
 * something to deliver; only the thread itself clears it, on its way back.
 */
#ifndef KERNEL_PROC_SIGNAL_H
#define KERNEL_PROC_SIGNAL_H

#include "kernel/lib/list.h"
#include "kernel/lib/types.h"

#define SIGNALS 64 /* numbers 1..64 */

struct pid;
struct process;
struct thread;
struct trap_frame;

/* A set of signals: bit sig - 1. */
#define SIGNAL_BIT(sig) (1UL << ((sig)-1))

/* struct kernel_sigaction of the ABI (rt_sigaction(2)). */
struct signal_action {
    uint64_t handler; /* SIG_DFL 0, SIG_IGN 1, or an address */
    uint64_t flags;   /* SA_* */
    uint64_t restorer;
    uint64_t mask;
};

/* stack_t of the ABI (sigaltstack(2)). */
struct signal_stack {
    uint64_t sp;
    int32_t flags; /* SS_* */
    int32_t pad;
    uint64_t size;
};

/* Signals that have been sent and not yet taken. */
struct signal_queue {
    uint64_t set;      /* which ones */
    uint32_t count;    /* entries of infos (RLIMIT_SIGPENDING) */
    struct list infos; /* struct signal_info, oldest first */
};

/* What came with a signal: the fields of siginfo_t that its si_code uses. */
struct signal_info {
    struct list link;
    bool fixed; /* part of struct thread, not from the cache */
    int sig, code, error;
    int pid; /* sender, or the child (SIGCHLD) */
    uint32_t uid;
    int status;            /* SIGCHLD */
    uint64_t addr;         /* si_addr; or si_value (rt_sigqueueinfo) */
    uint64_t utime, stime; /* SIGCHLD: clock ticks */
};

/* Boot: the object cache. => after slab_init */
void signal_init(void);

/* ---- sending ---- */

/*
 * Room for n infos, for the current thread to send signals with; it stays its
 * own until used. False: memory is short, and those that find no room are sent
 * without an info.
 *   => no spinlock held: the allocator must not be waited for with one that
 *      interrupts take
 */
bool signal_reserve(unsigned n);
/* Frees infos that have been set aside: those that are too many, or all.
 * => no spinlock held */
void signal_trim(bool all);

/* Sends info->sig to a process or to one thread; info is copied, to room that
 * was reserved; NULL stands for the kernel (SI_KERNEL). No permission check.
 *   => any context; takes process->lock */
void signal_send_process(struct process *process, int sig,
                         const struct signal_info *info);
/* 0 or -EAGAIN: no room for a queued signal. */
int signal_send_thread(struct thread *thread, int sig,
                       const struct signal_info *info);

/* A fault of the current thread: cannot be blocked or ignored; if it is, the
 * process dies of it. True if it does so, for want of a handler. */
bool signal_force(int sig, int code, uint64_t addr);

/* The current process dies of sig, whatever it has asked for: no allocation. */
void signal_kill_current(int sig);

/* To each process of the group or session leader's terminal; as kill(2) with
 * a negative pid. How many there were. => takes process_tree_lock */
int signal_send_group(int group, int sig, const struct signal_info *info);

/* ---- receiving ---- */

/* Something unblocked may be waiting: interruptible sleeps end. */
bool signal_pending(void);

/* For ppoll, pselect and sigsuspend: blocks just `mask` until this system call
 * ends; the mask before comes back when it returns to user mode, after the
 * handler of a signal that broke it off has been set up. */
void signal_set_temporary_mask(uint64_t mask);

/* Runs at each return to user mode with THREAD_WORK_* set: finishes a system
 * call that was broken off, stops, dies, or builds a handler's frame.
 *   => interrupts on, frame is the thread's own */
void signal_deliver(struct trap_frame *frame);

/* ---- for exec, fork and exit ---- */

void signal_queue_init(struct signal_queue *queue);
/* Frees what a dead thread has pending and in reserve. */
void signal_thread_release(struct thread *thread);
/* Forgets all that is queued. => nobody else can see the queue, or P is held */
void signal_queue_flush(struct signal_queue *queue);
/* Handlers become SIG_DFL, the alternate stack goes (execve(2)). */
void signal_reset_for_exec(struct process *process);

/* Tells the parent of a change of state: SIGCHLD (or the child's exit_signal)
 * and wait4's sleepers. code: CLD_*; status as si_status has it: the exit code,
 * or the signal that killed, stopped or continued the child.
 *   => process_tree_lock held, no process's lock */
void signal_notify_parent_locked(struct process *child, int code, int status);

/* The parent wants no zombie of this child: it ignores SIGCHLD or has set
 * SA_NOCLDWAIT (and the child's exit signal is SIGCHLD).
 * => process_tree_lock held, no process's lock */
bool signal_child_unwanted_locked(struct process *child);

/* A thread has left process->threads: signals of the process that it was to
 * take go to another, and a stop that only waited for it is complete.
 *   => process_tree_lock held, no process's lock */
void signal_thread_left_locked(struct process *process);

/* No member of the group has a parent in another group of the session, so
 * nobody would continue a stopped one. `leaving`, which may be NULL, does not
 * count. => process_tree_lock held */
bool signal_group_is_orphaned_locked(const struct pid *group,
                                     const struct process *leaving);

#endif
