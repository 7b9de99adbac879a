/* SPDX-License-Identifier: MIT */
/*
 * The work of the signal system calls, once their arguments have been copied
 * from user memory: kernel/syscall/sys_signal.c. Each follows its man page
 * (section 2) and returns 0 or a result, or a negative errno.
 *   => all: current is a user thread, no lock held
 */
#ifndef KERNEL_PROC_SIGNAL_CALLS_H
#define KERNEL_PROC_SIGNAL_CALLS_H

#include "kernel/proc/signal.h"

struct siginfo;

/* ---- one's own signals ---- */

/* sigaction(2); in and out may be NULL. -EINVAL: no such signal, or one that
 * cannot be handled. */
__must_check int signal_set_action(int sig, const struct signal_action *in,
                                   struct signal_action *out);

/* sigprocmask(2); in may be NULL. *old: the mask before. 0 or -EINVAL. */
__must_check int signal_change_mask(int how, const uint64_t *in, uint64_t *old);

/* Blocked signals that are pending. */
uint64_t signal_pending_set(void);

/* sigsuspend(2): -ERESTARTNOHAND when a signal has come. */
int signal_suspend(uint64_t mask);
/* pause(2): the same with the mask as it is. */
int signal_pause(void);

/* sigtimedwait(2): takes a signal of the set, waiting for it until deadline
 * (as clock_now() counts; 0: not at all). Its number, -EAGAIN or -EINTR. */
int signal_wait(uint64_t set, uint64_t deadline, struct siginfo *out);

/* sigaltstack(2), called with the stack pointer at sp; in and old may be NULL.
 * 0, -EPERM, -EINVAL or -ENOMEM. */
int signal_set_stack(const struct signal_stack *in, struct signal_stack *old,
                     uint64_t sp);

/* rt_sigreturn(2): takes down the frame at the user's stack pointer; rax. */
long signal_return(void);

/* ---- sending: signal_kill.c ---- */

/* kill(2), groups and "all" (pid <= 0) included; sig 0 only asks. */
int signal_kill(int pid, int sig);

/* tgkill(2); pid 0: whatever process the thread is of (tkill(2)). */
int signal_kill_thread(int pid, int tid, int sig);

/* rt_sigqueueinfo(2), rt_tgsigqueueinfo(2): info as the caller wants it
 * shown. -EPERM if it pretends to be somebody else's. */
int signal_queue_to_process(int pid, int sig, const struct siginfo *info);
int signal_queue_to_thread(int pid, int tid, int sig,
                           const struct siginfo *info);

#endif
