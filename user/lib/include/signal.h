/* SPDX-License-Identifier: MIT */
/*
 * Signals. struct sigaction and sigset_t are the kernel's own, so that the
 * calls pass them on; sigaction adds the restorer.
 */
#ifndef LIB_SIGNAL_H
#define LIB_SIGNAL_H

#include <sys/ucontext.h>

#include "kernel/abi/signal.h"
#include "kernel/abi/time.h"

typedef int sig_atomic_t;

#define si_int si_value.sival_int
#define si_ptr si_value.sival_ptr

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);

sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *new, struct sigaction *old);
int sigprocmask(int how, const sigset_t *new, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigtimedwait(const sigset_t *set, siginfo_t *info,
                 const struct timespec *timeout);
int sigwaitinfo(const sigset_t *set, siginfo_t *info);
int sigwait(const sigset_t *set, int *sig);
int sigqueue(pid_t pid, int sig, union sigval value);
int sigaltstack(const stack_t *new, stack_t *old);

int raise(int sig);
int kill(pid_t pid, int sig);
int killpg(pid_t group, int sig);
int tgkill(pid_t pid, pid_t tid, int sig);

/* The number for "TERM", "SIGTERM" or "15" (POSIX 2024). 0, or -1: there is
 * none. strsignal.c */
int str2sig(const char *name, int *sig);

#endif
