/* SPDX-License-Identifier: MIT */
/*
 * Signals for the tests named sig_*.c and thread_*.c: a handler that records
 * what it was told, and short words for masks.
 */
#ifndef TEST_SIGNALS_H
#define TEST_SIGNALS_H

#include <signal.h>

typedef void (*info_handler)(int signo, siginfo_t *info, void *context);

/* What on_signal saw of each signal, and in which order they came. */
struct seen {
    int count;
    siginfo_t info; /* of the last */
};

#define SEEN_ORDER 64

extern volatile struct seen seen[NSIG];
extern volatile int seen_order[SEEN_ORDER];
extern volatile int seen_total;

/* The recording handler. */
void on_signal(int signo, siginfo_t *info, void *context);
void forget_signals(void);

/* Installs a handler, SA_SIGINFO set; ends the case on failure. */
void catch_with(int signo, info_handler handler, unsigned long flags);
/* The recording one. */
void catch_signal(int signo, unsigned long flags);

void block_signal(int signo);
void unblock_signal(int signo);
int is_blocked(int signo);
int is_pending(int signo);
/* The set of one signal. */
sigset_t set_of(int signo);

/* To this thread, as raise(3). */
void raise_here(int signo);

/* Waits until *word is not 0, giving up the processor; ends the case if that
 * takes many seconds. */
void wait_until(const volatile int *word);

/* Until the process sleeps in the kernel, as /proc/PID/stat tells, so that
 * what is sent to it finds it there. */
void wait_asleep(int pid);

#endif
