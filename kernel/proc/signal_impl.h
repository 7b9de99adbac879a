/* SPDX-License-Identifier: MIT */
/*
 * What the files of the signal code share; its face is signal.h, and
 * signal_calls.h for the system calls.
 *
 *   signal.c          queues, sets, masks
 *   signal_send.c     sending: who is told, and what is dropped
 *   signal_job.c      stop and continue, the parent's news, the terminal
 *   signal_deliver.c  on the way back to user mode
 *   signal_frame.c    a handler's frame; signal_fpu.c the FPU part of it,
 *                     signal_info.c its siginfo_t
 *   signal_calls.c    the system calls' work; signal_kill.c those that send
 *
 * Lock: process->lock (P), with interrupts off, for every queue, mask and
 * action. Nobody allocates or frees under it (signal.c); a signal that comes
 * from an interrupt has no info.
 */
#ifndef KERNEL_PROC_SIGNAL_IMPL_H
#define KERNEL_PROC_SIGNAL_IMPL_H

#include "kernel/abi/signal.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/process.h"
#include "kernel/proc/signal.h"
#include "kernel/proc/thread.h"

/* No handler, no mask holds these. */
#define SIGNALS_UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))
#define SIGNALS_STOPPING                                                       \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) |         \
     SIGNAL_BIT(SIGTTOU))
#define SIGNALS_HARMLESS /* by default */                                      \
    (SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGWINCH) |        \
     SIGNAL_BIT(SIGURG))
/* Raised by what the thread itself does: taken before all others, so that the
 * handler's frame shows where it happened. */
#define SIGNALS_SYNCHRONOUS                                                    \
    (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) |           \
     SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSYS))

#define HANDLER_DEFAULT 0UL
#define HANDLER_IGNORE 1UL

/* A signal taken from a queue, with what is to be done about it. */
struct delivery {
    struct signal_info info; /* not linked */
    struct signal_action action;
};

static inline bool signal_is_valid(int sig)
{
    return sig >= 1 && sig <= SIGNALS;
}

/* PID 1 gets only the signals that it has handlers for (kill(2)). */
static inline bool signal_is_protected(const struct process *process)
{
    return process->pid == INIT_PID;
}

static inline void signal_set_work(struct thread *thread, uint32_t bits)
{
    __atomic_fetch_or(&thread->head.work, bits, __ATOMIC_SEQ_CST);
}

static inline void signal_clear_work(struct thread *thread, uint32_t bits)
{
    __atomic_fetch_and(&thread->head.work, ~bits, __ATOMIC_SEQ_CST);
}

/* ---- signal.c; => P held ---- */

static inline uint64_t signal_handler_locked(const struct process *process,
                                             int sig)
{
    return (process->action_set & SIGNAL_BIT(sig)) != 0
               ? process->actions[sig - 1].handler
               : HANDLER_DEFAULT;
}

struct signal_action signal_get_action_locked(const struct process *process,
                                              int sig);
void signal_put_action_locked(struct process *process, int sig,
                              const struct signal_action *action);

/* Queues sig; info NULL: the kernel's, which needs no entry; else the current
 * thread has reserved one. -EAGAIN if there was no room for one that counts. */
int signal_queue_add_locked(struct signal_queue *queue, int sig,
                            const struct signal_info *info, uint64_t limit);
/* The same with an info that is there already. */
void signal_queue_link_locked(struct signal_queue *queue,
                              struct signal_info *info);
/* Forgets the signals of a set. => any context */
void signal_queue_drop_locked(struct signal_queue *queue, uint64_t set);
/* From the queues of the process and of all its threads. */
void signal_drop_everywhere_locked(struct process *process, uint64_t set);

/* Takes the signal of `set` that is due first for the thread; 0: none. */
int signal_take_locked(struct thread *thread, uint64_t set,
                       struct signal_info *out);

/* The current thread's mask; signals of the process that it now blocks are
 * shown to the other threads. */
void signal_set_blocked_locked(uint64_t mask);
/* Lets other threads than `except` look at the process's pending signals. */
void signal_retarget_locked(struct process *process,
                            const struct thread *except, uint64_t set);

/* ---- signal_send.c; => P held ---- */

/* To thread, or NULL: to any of the process. 0 or -EAGAIN. */
int signal_send_locked(struct process *process, struct thread *thread, int sig,
                       const struct signal_info *info);
/* The whole process ends with this wait status. */
void signal_die_locked(struct process *process, int status);

/* ---- signal_job.c ---- */

/* Wakes the threads that are stopped. => P held, any context */
void signal_continue_locked(struct process *process);
/* The current process shall stop because of sig, which a thread has taken;
 * unless SIGCONT came meanwhile, or nobody would continue it. */
void signal_begin_stop(int sig);
/* The current thread sleeps until its process goes on or ends. */
void signal_stop_here(void);

/* ---- signal_frame.c ---- */

/* Makes the current thread run the handler; `mask` comes back when it returns.
 * 0, or -EFAULT: *where then cannot be written. */
int signal_frame_build(struct trap_frame *frame, const struct delivery *d,
                       uint64_t mask, uint64_t *where);

/* sp lies on the thread's alternate stack. */
bool signal_on_stack(const struct thread *thread, uint64_t sp);

/* ---- signal_info.c ---- */

void signal_info_encode(const struct signal_info *info, struct siginfo *out);
void signal_info_decode(int sig, const struct siginfo *in,
                        struct signal_info *out);

/* ---- signal_fpu.c ---- */

/* Bytes of the FPU's part of a frame. */
size_t signal_fpu_size(void);
/* Writes the current thread's FPU state to a frame: 0 or -EFAULT. */
__must_check int signal_fpu_save(uint64_t user_area);
/* Loads the state from a frame; 0: that of a new program. 0, or -EFAULT with
 * that of a new program. */
__must_check int signal_fpu_restore(uint64_t user_area);

#endif
