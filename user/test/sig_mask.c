/* SPDX-License-Identifier: MIT */
/*
 * Verifies sigprocmask and sigpending, and the order in which signals that
 * were blocked come when they are let through.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define SET_SIZE 8

static void block_unblock_set(void)
{
    sigset_t set = set_of(SIGUSR1), old;

    CHECK_OK(sigprocmask(SIG_BLOCK, &set, &old));
    CHECK_EQ(sigismember(&old, SIGUSR1), 0);
    set = set_of(SIGUSR2);
    CHECK_OK(sigprocmask(SIG_BLOCK, &set, &old));
    CHECK_EQ(sigismember(&old, SIGUSR1), 1);
    CHECK_EQ(is_blocked(SIGUSR1), 1);
    CHECK_EQ(is_blocked(SIGUSR2), 1);
    CHECK_OK(sigprocmask(SIG_UNBLOCK, &set, NULL));
    CHECK_EQ(is_blocked(SIGUSR1), 1);
    CHECK_EQ(is_blocked(SIGUSR2), 0);
    CHECK_OK(sigprocmask(SIG_SETMASK, &set, NULL));
    CHECK_EQ(is_blocked(SIGUSR1), 0);
    CHECK_EQ(is_blocked(SIGUSR2), 1);
}

static void some_cannot_be_blocked(void)
{
    sigset_t set;

    sigfillset(&set);
    CHECK_OK(sigprocmask(SIG_SETMASK, &set, NULL));
    CHECK_EQ(is_blocked(SIGKILL), 0);
    CHECK_EQ(is_blocked(SIGSTOP), 0);
    CHECK_EQ(is_blocked(SIGRTMAX), 1);
    CHECK_EQ(is_blocked(SIGSEGV), 1);
}

static void refused(void)
{
    sigset_t set = set_of(SIGUSR1);

    CHECK_ERRNO(sigprocmask(3, &set, NULL), EINVAL);
    CHECK_ERRNO(sigprocmask(-1, &set, NULL), EINVAL);
    CHECK_OK(sigprocmask(77, NULL, &set)); /* how does not count then */
    CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, SET_SIZE),
                EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, 8, SET_SIZE),
                EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigpending, 8, SET_SIZE), EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigpending, &set, 16), EINVAL);
    CHECK_EQ(is_blocked(SIGUSR1), 0);
}

/* A plain signal is pending or not; it is not counted. */
static void plain_signals_merge(void)
{
    catch_signal(SIGUSR1, 0);
    block_signal(SIGUSR1);
    CHECK_EQ(is_pending(SIGUSR1), 0);
    raise_here(SIGUSR1);
    raise_here(SIGUSR1);
    CHECK_EQ(is_pending(SIGUSR1), 1);
    CHECK_EQ(seen[SIGUSR1].count, 0);
    unblock_signal(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(is_pending(SIGUSR1), 0);
}

/* One for the thread and one for the process are two. */
static void thread_and_process_are_apart(void)
{
    catch_signal(SIGUSR1, 0);
    block_signal(SIGUSR1);
    raise_here(SIGUSR1);
    CHECK_OK(kill(getpid(), SIGUSR1));
    unblock_signal(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 2);
}

static void queue(int signo, int value)
{
    union sigval with = { .sival_int = value };

    REQUIRE_OK(sigqueue(getpid(), signo, with));
}

static volatile int values[SEEN_ORDER];

static void notes_value(int signo, siginfo_t *info, void *context)
{
    if (seen_total < SEEN_ORDER)
        values[seen_total] = info->si_value.sival_int;
    on_signal(signo, info, context);
}

/* Blocked while handlers run, so that they come one after the other. */
static void catch_one_by_one(int signo)
{
    struct sigaction action;

    catch_with(signo, notes_value, 0);
    REQUIRE_OK(sigaction(signo, NULL, &action));
    sigfillset(&action.sa_mask);
    REQUIRE_OK(sigaction(signo, &action, NULL));
}

static void real_time_signals_queue(void)
{
    sigset_t all, none;
    int i;

    catch_one_by_one(SIGRTMIN + 3);
    catch_one_by_one(SIGRTMIN + 5);
    sigfillset(&all);
    sigemptyset(&none);
    CHECK_OK(sigprocmask(SIG_SETMASK, &all, NULL));
    for (i = 0; i < 4; i++) {
        queue(SIGRTMIN + 5, 50 + i);
        queue(SIGRTMIN + 3, 30 + i);
    }
    CHECK_OK(sigprocmask(SIG_SETMASK, &none, NULL));
    CHECK_EQ(seen_total, 8);
    /* The handler that starts last has been built on top of the others on
     * Linux: only one frame is built at a time here, for all is blocked. */
    for (i = 0; i < 4; i++) {
        CHECK_EQ(seen_order[i], SIGRTMIN + 3);
        CHECK_EQ(values[i], 30 + i);
        CHECK_EQ(seen_order[4 + i], SIGRTMIN + 5);
        CHECK_EQ(values[4 + i], 50 + i);
    }
}

/* The lower number first. */
static void order_of_plain_signals(void)
{
    static const int signals[] = { SIGTERM, SIGUSR2, SIGHUP, SIGUSR1 };
    static const int expected[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGTERM };
    sigset_t all, none;
    size_t i;

    sigfillset(&all);
    sigemptyset(&none);
    CHECK_OK(sigprocmask(SIG_SETMASK, &all, NULL));
    for (i = 0; i < COUNT(signals); i++) {
        catch_one_by_one(signals[i]);
        raise_here(signals[i]);
    }
    CHECK_OK(sigprocmask(SIG_SETMASK, &none, NULL));
    CHECK_EQ(seen_total, COUNT(expected));
    for (i = 0; i < COUNT(expected); i++)
        CHECK_EQ(seen_order[i], expected[i]);
}

/* Without masks, each interrupts the handler that is about to start: the
 * last one that is set up runs first. */
static void handlers_stack_up(void)
{
    sigset_t all, none;

    catch_signal(SIGUSR1, 0);
    catch_signal(SIGUSR2, 0);
    sigfillset(&all);
    sigemptyset(&none);
    CHECK_OK(sigprocmask(SIG_SETMASK, &all, NULL));
    raise_here(SIGUSR1);
    raise_here(SIGUSR2);
    CHECK_OK(sigprocmask(SIG_SETMASK, &none, NULL));
    CHECK_EQ(seen_total, 2);
    CHECK_EQ(seen_order[0], SIGUSR2);
    CHECK_EQ(seen_order[1], SIGUSR1);
}

static int faults_while_blocked(void *unused)
{
    (void)unused;
    catch_signal(SIGSEGV, 0);
    block_signal(SIGSEGV);
    poke((void *)16, 1);
    return 1;
}

static int faults_while_ignored(void *unused)
{
    (void)unused;
    signal(SIGSEGV, SIG_IGN);
    poke((void *)16, 1);
    return 1;
}

/* Blocked or ignored, a fault cannot be put off. */
static void faults_are_forced(void)
{
    CHECK_SIGNAL(run_child(faults_while_blocked, NULL), SIGSEGV);
    CHECK_SIGNAL(run_child(faults_while_ignored, NULL), SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(block_unblock_set),
    CASE(some_cannot_be_blocked),
    CASE(refused),
    CASE(plain_signals_merge),
    CASE(thread_and_process_are_apart),
    CASE(real_time_signals_queue),
    CASE(order_of_plain_signals),
    CASE(handlers_stack_up),
    CASE(faults_are_forced),
};

TEST_MAIN(cases)
