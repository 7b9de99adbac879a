/* SPDX-License-Identifier: MIT */
/*
 * Recording handlers, masks, and waiting for another process: see signals.h.
 */
#include "user/test/signals.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "user/test/test.h"

#define PATIENCE_MS 30000

volatile struct seen seen[NSIG];
volatile int seen_order[SEEN_ORDER];
volatile int seen_total;

void on_signal(int signo, siginfo_t *info, void *context)
{
    (void)context;
    seen[signo].count++;
    *(siginfo_t *)(uintptr_t)&seen[signo].info = *info;
    if (seen_total < SEEN_ORDER)
        seen_order[seen_total] = signo;
    seen_total++;
}

void forget_signals(void)
{
    int signo;

    for (signo = 0; signo < NSIG; signo++)
        seen[signo].count = 0;
    seen_total = 0;
}

void catch_with(int signo, info_handler handler, unsigned long flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | flags;
    REQUIRE_OK(sigaction(signo, &action, NULL));
}

void catch_signal(int signo, unsigned long flags)
{
    catch_with(signo, on_signal, flags);
}

sigset_t set_of(int signo)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    return set;
}

void block_signal(int signo)
{
    sigset_t set = set_of(signo);

    REQUIRE_OK(sigprocmask(SIG_BLOCK, &set, NULL));
}

void unblock_signal(int signo)
{
    sigset_t set = set_of(signo);

    REQUIRE_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
}

int is_blocked(int signo)
{
    sigset_t set;

    REQUIRE_OK(sigprocmask(SIG_BLOCK, NULL, &set));
    return sigismember(&set, signo);
}

int is_pending(int signo)
{
    sigset_t set;

    REQUIRE_OK(sigpending(&set));
    return sigismember(&set, signo);
}

void raise_here(int signo)
{
    REQUIRE_OK(tgkill(getpid(), gettid(), signo));
}

void wait_until(const volatile int *word)
{
    long deadline = now_ms() + PATIENCE_MS;

    while (__atomic_load_n(word, __ATOMIC_SEQ_CST) == 0) {
        REQUIRE(now_ms() < deadline);
        sched_yield();
    }
}

/* The state letter in /proc/PID/stat; 0 if there is none. */
static char state_of(int pid)
{
    char name[40], text[256];
    const char *at;
    ssize_t n;
    int fd;

    snprintf(name, sizeof(name), "/proc/%d/stat", pid);
    fd = open(name, O_RDONLY);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    at = strrchr(text, ')');
    return at != NULL && at[1] == ' ' ? at[2] : 0;
}

void wait_asleep(int pid)
{
    long deadline = now_ms() + PATIENCE_MS;

    while (state_of(pid) != 'S') {
        REQUIRE(now_ms() < deadline);
        sched_yield();
    }
}
