/* SPDX-License-Identifier: MIT */
/*
 * Verifies what becomes of a system call in which a signal arrives: it goes
 * on with SA_RESTART, or fails with EINTR, or always fails, as signal(7) has
 * it; and what has been done already is told first.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/select.h>
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define PIPE_SIZE 65536

static int baton[2]; /* what the parent sleeps on */

static int signals_then_passes(void *unused)
{
    pid_t parent = getppid();

    (void)unused;
    wait_asleep(parent);
    CHECK_OK(kill(parent, SIGUSR1));
    /* It sleeps again, or is through with the call and waits for us. */
    sleep_ms(2);
    wait_asleep(parent);
    baton_pass(baton);
    return 0;
}

static int signals_only(void *unused)
{
    pid_t parent = getppid();

    (void)unused;
    wait_asleep(parent);
    CHECK_OK(kill(parent, SIGUSR1));
    return 0;
}

/* Starts a child that sends SIGUSR1 when this process sleeps. */
static pid_t expect_signal(unsigned long flags, int then_pass)
{
    forget_signals();
    catch_signal(SIGUSR1, flags);
    return start_child(then_pass ? signals_then_passes : signals_only, NULL);
}

static void was_interrupted(pid_t child)
{
    CHECK_EXIT(wait_child(child), 0);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

static void read_goes_on(void)
{
    char byte = 0;
    pid_t child;

    baton_make(baton);
    child = expect_signal(SA_RESTART, 1);
    CHECK_EQ(read(baton[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    was_interrupted(child);
}

static void read_is_broken_off(void)
{
    char byte;
    pid_t child;

    baton_make(baton);
    child = expect_signal(0, 0);
    CHECK_ERRNO(read(baton[0], &byte, 1), EINTR);
    was_interrupted(child);
}

static int ends_when_told(void *fds)
{
    baton_wait(fds);
    return 11;
}

/* wait4, likewise. */
static void wait_goes_on_or_not(void)
{
    int status, fds[2];
    pid_t child, sender;

    baton_make(baton);
    baton_make(fds);
    child = start_child(ends_when_told, fds);
    sender = expect_signal(0, 0);
    CHECK_ERRNO(waitpid(child, &status, 0), EINTR);
    was_interrupted(sender);
    sender = expect_signal(SA_RESTART, 0);
    CHECK_EQ(waitpid(sender, &status, 0), sender);
    CHECK_EXIT(status, 0);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    baton_pass(fds);
    CHECK_EXIT(wait_child(child), 11);
}

/* Sleeping always fails, and tells what is left. */
static void nanosleep_is_broken_off(void)
{
    const struct timespec rest = { 100, 0 };
    struct timespec left = { 0, 0 };
    pid_t child = expect_signal(SA_RESTART, 0);

    CHECK_ERRNO(nanosleep(&rest, &left), EINTR);
    CHECK(left.tv_sec >= 60 && left.tv_sec <= 100);
    was_interrupted(child);

    memset(&left, 0, sizeof(left));
    child = expect_signal(SA_RESTART, 0);
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &left), EINTR);
    CHECK(left.tv_sec >= 60 && left.tv_sec <= 100);
    was_interrupted(child);
}

static void absolute_sleep_leaves_left_alone(void)
{
    struct timespec until, left = { 77, 77 };
    pid_t child = expect_signal(SA_RESTART, 0);

    REQUIRE_OK(clock_gettime(CLOCK_MONOTONIC, &until));
    until.tv_sec += 100;
    CHECK_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &left),
             EINTR);
    CHECK_EQ(left.tv_sec, 77);
    was_interrupted(child);
}

/* poll and select fail whatever the flags say. */
static void poll_is_broken_off(void)
{
    struct pollfd fd;
    fd_set set;
    pid_t child;

    baton_make(baton);
    fd.fd = baton[0];
    fd.events = POLLIN;
    child = expect_signal(SA_RESTART, 0);
    CHECK_ERRNO(poll(&fd, 1, 60000), EINTR);
    was_interrupted(child);
    FD_ZERO(&set);
    FD_SET(baton[0], &set);
    child = expect_signal(SA_RESTART, 0);
    CHECK_ERRNO(select(baton[0] + 1, &set, NULL, NULL, NULL), EINTR);
    was_interrupted(child);
}

static int empties_the_pipe(void *fds)
{
    static char room[PIPE_SIZE];
    pid_t parent = getppid();
    long total = 0;
    ssize_t n;

    wait_asleep(parent);
    CHECK_OK(kill(parent, SIGUSR1));
    sleep_ms(2);
    wait_asleep(parent);
    close(((int *)fds)[1]);
    while ((n = read(((int *)fds)[0], room, sizeof(room))) > 0)
        total += n;
    return total == 0 ? 1 : 0;
}

/* A write that has written something tells how much, restart or not. */
static void partial_write_is_told(void)
{
    static char data[3 * PIPE_SIZE];
    int fds[2];
    pid_t child;

    REQUIRE_OK(pipe(fds));
    forget_signals();
    catch_signal(SIGUSR1, SA_RESTART);
    child = start_child(empties_the_pipe, fds);
    CHECK_EQ(write(fds[1], data, sizeof(data)), PIPE_SIZE);
    close(fds[0]);
    close(fds[1]);
    was_interrupted(child);
}

static void full_pipe_is_broken_off(void)
{
    static char data[PIPE_SIZE];
    pid_t child;

    baton_make(baton);
    CHECK_EQ(write(baton[1], data, sizeof(data)), PIPE_SIZE);
    child = expect_signal(0, 0);
    CHECK_ERRNO(write(baton[1], data, 1), EINTR);
    was_interrupted(child);
}

static int sends_ignored_ones(void *unused)
{
    pid_t parent = getppid();

    (void)unused;
    wait_asleep(parent);
    CHECK_OK(kill(parent, SIGWINCH));
    CHECK_OK(kill(parent, SIGUSR2));
    CHECK_OK(kill(parent, SIGHUP));
    sleep_ms(2);
    wait_asleep(parent);
    baton_pass(baton);
    return 0;
}

/* Signals that are ignored or blocked do not disturb anybody. */
static void undisturbed(void)
{
    struct pollfd fd;
    pid_t child;

    baton_make(baton);
    signal(SIGUSR2, SIG_IGN);
    block_signal(SIGHUP);
    fd.fd = baton[0];
    fd.events = POLLIN;
    child = start_child(sends_ignored_ones, NULL);
    CHECK_EQ(poll(&fd, 1, 60000), 1);
    CHECK_EXIT(wait_child(child), 0);
    CHECK_EQ(is_pending(SIGHUP), 1);
}

/* Two handlers at once, one with and one without SA_RESTART: the one that is
 * taken first decides. */
static int sends_two(void *unused)
{
    pid_t parent = getppid();

    (void)unused;
    wait_asleep(parent);
    CHECK_OK(kill(parent, SIGSTOP));
    CHECK_OK(kill(parent, SIGUSR1));
    CHECK_OK(kill(parent, SIGUSR2));
    CHECK_OK(kill(parent, SIGCONT));
    sleep_ms(2);
    wait_asleep(parent);
    baton_pass(baton);
    return 0;
}

static void first_handler_decides(void)
{
    char byte;
    pid_t child;

    baton_make(baton);
    catch_signal(SIGUSR1, SA_RESTART);
    catch_signal(SIGUSR2, 0);
    child = start_child(sends_two, NULL);
    CHECK_EQ(read(baton[0], &byte, 1), 1);
    CHECK_EXIT(wait_child(child), 0);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(seen[SIGUSR2].count, 1);
}

/* restart_syscall(2) with nothing to restart. */
static void nothing_to_restart(void)
{
    CHECK_ERRNO(syscall(SYS_restart_syscall), EINTR);
}

static const struct test_case cases[] = {
    CASE(read_goes_on),
    CASE(read_is_broken_off),
    CASE(wait_goes_on_or_not),
    CASE(nanosleep_is_broken_off),
    CASE(absolute_sleep_leaves_left_alone),
    CASE(poll_is_broken_off),
    CASE(partial_write_is_told),
    CASE(full_pipe_is_broken_off),
    CASE(undisturbed),
    CASE(first_handler_decides),
    CASE(nothing_to_restart),
};

TEST_MAIN(cases)
