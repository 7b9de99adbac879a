/* SPDX-License-Identifier: MIT */
/*
 * Verifies the calls that wait for a signal: pause, sigsuspend, sigtimedwait.
 */
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define SET_SIZE 8

static const struct timespec no_time = { 0, 0 };
static const struct timespec long_time = { 30, 0 };

static int sends_when_asleep(void *signo)
{
    pid_t parent = getppid();

    wait_asleep(parent);
    CHECK_OK(kill(parent, (int)(long)signo));
    return 0;
}

static pid_t send_later(int signo)
{
    return start_child(sends_when_asleep, (void *)(long)signo);
}

static void pause_waits_for_a_handler(void)
{
    pid_t child;

    catch_signal(SIGUSR1, SA_RESTART);
    child = send_later(SIGUSR1);
    CHECK_ERRNO(pause(), EINTR);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(seen[SIGUSR1].info.si_pid, child);
    CHECK_EXIT(wait_child(child), 0);
}

static int pauses(void *unused)
{
    (void)unused;
    pause();
    return 1;
}

static void pause_ends_with_the_process(void)
{
    pid_t child = start_child(pauses, NULL);

    wait_asleep(child);
    CHECK_OK(kill(child, SIGTERM));
    CHECK_SIGNAL(wait_child(child), SIGTERM);
}

static volatile int blocked_inside;

static void looks_at_mask(int signo, siginfo_t *info, void *context)
{
    on_signal(signo, info, context);
    blocked_inside = is_blocked(SIGUSR2);
}

/* The mask is exchanged for the time of the call, atomically; the handler
 * runs under the temporary one, and the old one comes back after it. */
static void suspend_exchanges_the_mask(void)
{
    sigset_t mask;

    catch_with(SIGUSR1, looks_at_mask, 0);
    block_signal(SIGUSR1);
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 0);
    mask = set_of(SIGUSR2);
    CHECK_ERRNO(sigsuspend(&mask), EINTR);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(blocked_inside, 1);
    CHECK_EQ(is_blocked(SIGUSR1), 1);
    CHECK_EQ(is_blocked(SIGUSR2), 0);
}

static void suspend_sleeps(void)
{
    sigset_t none;
    pid_t child;

    sigemptyset(&none);
    catch_signal(SIGUSR1, 0);
    block_signal(SIGUSR1);
    child = send_later(SIGUSR1);
    CHECK_ERRNO(sigsuspend(&none), EINTR);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(is_blocked(SIGUSR1), 1);
    CHECK_EXIT(wait_child(child), 0);
}

static void suspend_refuses(void)
{
    sigset_t none;

    sigemptyset(&none);
    CHECK_ERRNO(syscall(SYS_rt_sigsuspend, &none, 4), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigsuspend, 8, SET_SIZE), EFAULT);
}

/* Two signals that were blocked both come during one sigsuspend. */
static void suspend_with_two_pending(void)
{
    sigset_t none;

    sigemptyset(&none);
    catch_signal(SIGUSR1, 0);
    catch_signal(SIGUSR2, 0);
    block_signal(SIGUSR1);
    block_signal(SIGUSR2);
    raise_here(SIGUSR1);
    raise_here(SIGUSR2);
    CHECK_ERRNO(sigsuspend(&none), EINTR);
    CHECK_EQ(seen_total, 2);
    CHECK_EQ(is_blocked(SIGUSR1), 1);
    CHECK_EQ(is_blocked(SIGUSR2), 1);
}

static void timedwait_takes_what_is_pending(void)
{
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;

    sigaddset(&set, SIGUSR2);
    block_signal(SIGUSR1);
    block_signal(SIGUSR2);
    CHECK_OK(kill(getpid(), SIGUSR2));
    memset(&info, 0xee, sizeof(info));
    CHECK_EQ(sigtimedwait(&set, &info, &long_time), SIGUSR2);
    CHECK_EQ(info.si_signo, SIGUSR2);
    CHECK_EQ(info.si_code, SI_USER);
    CHECK_EQ(info.si_pid, getpid());
    CHECK_EQ(is_pending(SIGUSR2), 0);
    raise_here(SIGUSR1);
    CHECK_EQ(sigtimedwait(&set, &info, &no_time), SIGUSR1);
    CHECK_EQ(info.si_code, SI_TKILL);
    CHECK_EQ(is_blocked(SIGUSR1), 1);
}

static void timedwait_times_out(void)
{
    const struct timespec short_time = { 0, 20000000 };
    sigset_t set = set_of(SIGUSR1);
    long start = now_ms();

    block_signal(SIGUSR1);
    CHECK_ERRNO(sigtimedwait(&set, NULL, &no_time), EAGAIN);
    CHECK_ERRNO(sigtimedwait(&set, NULL, &short_time), EAGAIN);
    CHECK(now_ms() - start >= 20);
    CHECK_EQ(is_blocked(SIGUSR1), 1);
}

static void timedwait_sleeps(void)
{
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;
    pid_t child;

    block_signal(SIGUSR1);
    child = send_later(SIGUSR1);
    CHECK_EQ(sigtimedwait(&set, &info, NULL), SIGUSR1);
    CHECK_EQ(info.si_pid, child);
    CHECK_EXIT(wait_child(child), 0);
    child = send_later(SIGUSR1);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1);
    CHECK_EXIT(wait_child(child), 0);
}

/* A signal that is not waited for, with a handler: EINTR. */
static void timedwait_is_interrupted(void)
{
    sigset_t set = set_of(SIGUSR1);
    pid_t child;

    catch_signal(SIGUSR2, SA_RESTART);
    block_signal(SIGUSR1);
    child = send_later(SIGUSR2);
    CHECK_ERRNO(sigtimedwait(&set, NULL, &long_time), EINTR);
    CHECK_EQ(seen[SIGUSR2].count, 1);
    CHECK_EXIT(wait_child(child), 0);
}

/* What is blocked and waited for neither kills nor is ignored. */
static void timedwait_spares_the_process(void)
{
    sigset_t set = set_of(SIGTERM);
    pid_t child;

    block_signal(SIGTERM);
    child = send_later(SIGTERM);
    CHECK_EQ(sigwaitinfo(&set, NULL), SIGTERM);
    CHECK_EXIT(wait_child(child), 0);
    signal(SIGTERM, SIG_IGN);
    child = send_later(SIGTERM);
    CHECK_EQ(sigtimedwait(&set, NULL, &long_time), SIGTERM);
    CHECK_EXIT(wait_child(child), 0);
}

static void timedwait_refuses(void)
{
    const struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };
    sigset_t set = set_of(SIGUSR1);

    CHECK_ERRNO(sigtimedwait(&set, NULL, &bad), EINVAL);
    CHECK_ERRNO(sigtimedwait(&set, NULL, &negative), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &set, NULL, &no_time, 16), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, 8, NULL, &no_time, SET_SIZE),
                EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &set, NULL, 8, SET_SIZE), EFAULT);
    sigfillset(&set); /* SIGKILL and SIGSTOP are left out in silence */
    CHECK_ERRNO(sigtimedwait(&set, NULL, &no_time), EAGAIN);
    block_signal(SIGUSR1);
    raise_here(SIGUSR1);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &set, 8, &no_time, SET_SIZE),
                EFAULT);
}

static const struct test_case cases[] = {
    CASE(pause_waits_for_a_handler),
    CASE(pause_ends_with_the_process),
    CASE(suspend_exchanges_the_mask),
    CASE(suspend_sleeps),
    CASE(suspend_refuses),
    CASE(suspend_with_two_pending),
    CASE(timedwait_takes_what_is_pending),
    CASE(timedwait_times_out),
    CASE(timedwait_sleeps),
    CASE(timedwait_is_interrupted),
    CASE(timedwait_spares_the_process),
    CASE(timedwait_refuses),
};

TEST_MAIN(cases)
