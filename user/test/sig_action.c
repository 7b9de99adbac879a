/* SPDX-License-Identifier: MIT */
/*
 * Verifies sigaction: what a handler is given, what is blocked while it runs,
 * SA_NODEFER and SA_RESETHAND, what reads back, and what is refused.
 */
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define SET_SIZE 8

static volatile int depth, deepest, blocked_inside, action_inside;

static void tells_number_and_sender(void)
{
    catch_signal(SIGUSR1, 0);
    CHECK_OK(kill(getpid(), SIGUSR1));
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(seen[SIGUSR1].info.si_signo, SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].info.si_errno, 0);
    CHECK_EQ(seen[SIGUSR1].info.si_code, SI_USER);
    CHECK_EQ(seen[SIGUSR1].info.si_pid, getpid());
    CHECK_EQ(seen[SIGUSR1].info.si_uid, getuid());
}

static void on_nested(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    depth++;
    if (depth > deepest)
        deepest = depth;
    blocked_inside = is_blocked(signo);
    if (seen_total++ == 0)
        raise_here(signo);
    depth--;
}

/* Its own signal waits until the handler returns. */
static void own_signal_is_blocked(void)
{
    catch_with(SIGUSR1, on_nested, 0);
    raise_here(SIGUSR1);
    CHECK_EQ(seen_total, 2);
    CHECK_EQ(deepest, 1);
    CHECK_EQ(blocked_inside, 1);
    CHECK_EQ(is_blocked(SIGUSR1), 0);
}

static void nodefer(void)
{
    catch_with(SIGUSR1, on_nested, SA_NODEFER);
    raise_here(SIGUSR1);
    CHECK_EQ(deepest, 2);
    CHECK_EQ(blocked_inside, 0);
}

static volatile int usr2_while_inside;

static void sends_usr2(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    raise_here(SIGUSR2);
    usr2_while_inside = seen[SIGUSR2].count;
    blocked_inside = is_blocked(SIGUSR2);
}

static void mask_of_the_action(void)
{
    struct sigaction action;

    catch_signal(SIGUSR2, 0);
    catch_with(SIGUSR1, sends_usr2, 0);
    raise_here(SIGUSR1);
    CHECK_EQ(usr2_while_inside, 1);

    REQUIRE_OK(sigaction(SIGUSR1, NULL, &action));
    sigaddset(&action.sa_mask, SIGUSR2);
    REQUIRE_OK(sigaction(SIGUSR1, &action, NULL));
    raise_here(SIGUSR1);
    CHECK_EQ(usr2_while_inside, 1);
    CHECK_EQ(blocked_inside, 1);
    CHECK_EQ(seen[SIGUSR2].count, 2);
    CHECK_EQ(is_blocked(SIGUSR2), 0);
}

static void looks_at_action(int signo, siginfo_t *info, void *context)
{
    struct sigaction now;

    on_signal(signo, info, context);
    REQUIRE_OK(sigaction(signo, NULL, &now));
    action_inside = now.sa_handler == SIG_DFL;
}

static int raises_twice(void *unused)
{
    (void)unused;
    raise_here(SIGUSR1);
    raise_here(SIGUSR1);
    return 1;
}

static void resethand(void)
{
    struct sigaction now;

    catch_with(SIGUSR1, looks_at_action, SA_RESETHAND);
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(action_inside, 1);
    REQUIRE_OK(sigaction(SIGUSR1, NULL, &now));
    CHECK(now.sa_handler == SIG_DFL);
    catch_with(SIGUSR1, looks_at_action, SA_RESETHAND);
    CHECK_SIGNAL(run_child(raises_twice, NULL), SIGUSR1);
}

static void plain_handler(int signo)
{
    seen[signo].count++;
}

static void handler_without_siginfo(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = plain_handler;
    REQUIRE_OK(sigaction(SIGUSR1, &action, NULL));
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

static void reads_back(void)
{
    struct sigaction action, old;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | SA_NODEFER;
    sigfillset(&action.sa_mask);
    REQUIRE_OK(sigaction(SIGUSR1, &action, &old));
    CHECK(old.sa_handler == SIG_DFL);
    REQUIRE_OK(sigaction(SIGUSR1, NULL, &old));
    CHECK(old.sa_sigaction == on_signal);
    CHECK_EQ(old.sa_flags & ~(uint64_t)SA_RESTORER, action.sa_flags);
    CHECK_EQ(sigismember(&old.sa_mask, SIGUSR2), 1);
    CHECK_EQ(sigismember(&old.sa_mask, SIGKILL), 0);
    CHECK_EQ(sigismember(&old.sa_mask, SIGSTOP), 0);
    action.sa_handler = SIG_IGN;
    REQUIRE_OK(sigaction(SIGKILL - 2, &action, NULL));
    REQUIRE_OK(sigaction(SIGKILL - 2, NULL, &old));
    CHECK(old.sa_handler == SIG_IGN);
}

/* Flags that nobody knows, such as C libraries leave in the upper half. */
static void garbage_in_flags(void)
{
    struct sigaction action, old;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | 0xdeadbeef00000000UL | SA_UNSUPPORTED;
    CHECK_OK(sigaction(SIGUSR1, &action, NULL));
    REQUIRE_OK(sigaction(SIGUSR1, NULL, &old));
    CHECK_EQ(old.sa_flags & SA_UNSUPPORTED, 0);
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

static void refused(void)
{
    static const int bad[] = { 0, -1, 65, 1000 };
    struct sigaction action;
    size_t i;

    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_IGN;
    for (i = 0; i < COUNT(bad); i++) {
        CHECK_ERRNO(sigaction(bad[i], &action, NULL), EINVAL);
        CHECK_ERRNO(sigaction(bad[i], NULL, &action), EINVAL);
    }
    action.sa_handler = SIG_IGN;
    CHECK_ERRNO(sigaction(SIGKILL, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(SIGSTOP, &action, NULL), EINVAL);
    CHECK_OK(sigaction(SIGKILL, NULL, &action));
    CHECK(action.sa_handler == SIG_DFL);
    CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 16), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, (void *)8, NULL, SET_SIZE),
                EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigaction, SIGUSR1, NULL, (void *)8, SET_SIZE),
                EFAULT);
}

/* To ignore a signal is to forget one that is pending. */
static void ignoring_drops_pending(void)
{
    block_signal(SIGUSR1);
    block_signal(SIGCHLD);
    catch_signal(SIGCHLD, 0);
    raise_here(SIGUSR1);
    CHECK_OK(kill(getpid(), SIGCHLD));
    CHECK_EQ(is_pending(SIGUSR1), 1);
    CHECK_EQ(is_pending(SIGCHLD), 1);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* which ignores it */
    CHECK_EQ(is_pending(SIGUSR1), 0);
    CHECK_EQ(is_pending(SIGCHLD), 0);
    catch_signal(SIGUSR1, 0);
    unblock_signal(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 0);
}

/* Ignored, but blocked: kept, for a handler may come. */
static void ignored_but_blocked_is_kept(void)
{
    block_signal(SIGUSR1);
    signal(SIGUSR1, SIG_IGN);
    raise_here(SIGUSR1);
    CHECK_EQ(is_pending(SIGUSR1), 1);
    catch_signal(SIGUSR1, 0);
    unblock_signal(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

static int checks_fork_copy(void *unused)
{
    struct sigaction action;

    (void)unused;
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    REQUIRE_OK(sigaction(SIGUSR2, NULL, &action));
    CHECK(action.sa_handler == SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    CHECK_EQ(is_blocked(SIGHUP), 1);
    CHECK_EQ(is_pending(SIGHUP), 0);
    return 0;
}

/* fork copies actions and the mask, but nothing that is pending. */
static void fork_copies_actions(void)
{
    catch_signal(SIGUSR1, 0);
    signal(SIGUSR2, SIG_IGN);
    block_signal(SIGHUP);
    raise_here(SIGHUP);
    CHECK_CHILD(checks_fork_copy, NULL);
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(is_pending(SIGHUP), 1);
}

static const struct test_case cases[] = {
    CASE(tells_number_and_sender),
    CASE(own_signal_is_blocked),
    CASE(nodefer),
    CASE(mask_of_the_action),
    CASE(resethand),
    CASE(handler_without_siginfo),
    CASE(reads_back),
    CASE(garbage_in_flags),
    CASE(refused),
    CASE(ignoring_drops_pending),
    CASE(ignored_but_blocked_is_kept),
    CASE(fork_copies_actions),
};

TEST_MAIN(cases)
