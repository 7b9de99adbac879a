/* SPDX-License-Identifier: MIT */
/*
 * Verifies SIGCHLD: what it says of a child's end, and that a parent which
 * ignores it, or sets SA_NOCLDWAIT, has no zombies.
 */
#include <sched.h>

#include "user/test/probe.h"
#include "user/test/signals.h"
#include "user/test/test.h"

static int ends(void *code)
{
    return (int)(long)code;
}

static int dies(void *signo)
{
    raise_here((int)(long)signo);
    return 1;
}

static void told_of_exit(void)
{
    pid_t child;

    catch_signal(SIGCHLD, 0);
    child = start_child(ends, (void *)42);
    wait_until(&seen[SIGCHLD].count);
    CHECK_EQ(seen[SIGCHLD].info.si_signo, SIGCHLD);
    CHECK_EQ(seen[SIGCHLD].info.si_code, CLD_EXITED);
    CHECK_EQ(seen[SIGCHLD].info.si_status, 42);
    CHECK_EQ(seen[SIGCHLD].info.si_pid, child);
    CHECK_EQ(seen[SIGCHLD].info.si_uid, getuid());
    CHECK_EXIT(wait_child(child), 42);
    CHECK_EQ(seen[SIGCHLD].count, 1);
}

static void told_of_death(void)
{
    pid_t child;

    catch_signal(SIGCHLD, 0);
    child = start_child(dies, (void *)SIGTERM);
    wait_until(&seen[SIGCHLD].count);
    CHECK_EQ(seen[SIGCHLD].info.si_code, CLD_KILLED);
    CHECK_EQ(seen[SIGCHLD].info.si_status, SIGTERM);
    CHECK_EQ(seen[SIGCHLD].info.si_pid, child);
    CHECK_SIGNAL(wait_child(child), SIGTERM);
}

/* By the time the signal comes the child can be waited for. */
static volatile pid_t reaped;

static void reaps(int signo, siginfo_t *info, void *context)
{
    int status = -1;

    reaped = waitpid(-1, &status, WNOHANG);
    CHECK_EXIT(status, 3);
    on_signal(signo, info, context);
}

static void reaped_in_the_handler(void)
{
    pid_t child;
    int i;

    catch_with(SIGCHLD, reaps, SA_RESTART);
    for (i = 0; i < 20; i++) {
        forget_signals();
        child = start_child(ends, (void *)3);
        wait_until(&seen[SIGCHLD].count);
        CHECK_EQ(reaped, child);
    }
    CHECK_ERRNO(wait(NULL), ECHILD);
}

/* wait4 sleeps until all are gone, then says that there are none. */
static void have_no_zombies(int expected)
{
    pid_t a = start_child(ends, (void *)1), b = start_child(ends, (void *)2);
    int status;

    CHECK_ERRNO(wait(&status), ECHILD);
    CHECK_ERRNO(kill(a, 0), ESRCH);
    CHECK_ERRNO(kill(b, 0), ESRCH);
    CHECK_EQ(seen[SIGCHLD].count > 0, expected);
}

static void ignored(void)
{
    signal(SIGCHLD, SIG_IGN);
    have_no_zombies(0);
}

static void nocldwait(void)
{
    catch_signal(SIGCHLD, SA_NOCLDWAIT | SA_RESTART);
    have_no_zombies(1);
}

static void nocldwait_without_handler(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;
    action.sa_flags = SA_NOCLDWAIT;
    REQUIRE_OK(sigaction(SIGCHLD, &action, NULL));
    have_no_zombies(0);
}

/* The default is to ignore the signal, but not the child. */
static void default_keeps_zombies(void)
{
    CHECK_EXIT(run_child(ends, (void *)9), 9);
}

/* clone(2) names another signal, or none, for the end. */
static char stack[16384];

static int returns(void *code)
{
    return (int)(long)code;
}

static void another_signal(void)
{
    int status;
    pid_t child;

    catch_signal(SIGUSR1, 0);
    catch_signal(SIGCHLD, 0);
    child = clone(returns, stack + sizeof(stack), SIGUSR1, (void *)6);
    REQUIRE_OK(child);
    wait_until(&seen[SIGUSR1].count);
    CHECK_EQ(seen[SIGUSR1].info.si_signo, SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].info.si_code, CLD_EXITED);
    CHECK_ERRNO(waitpid(child, &status, 0), ECHILD); /* not a plain child */
    CHECK_EQ(waitpid(child, &status, (int)__WCLONE), child);
    CHECK_EXIT(status, 6);
    CHECK_EQ(seen[SIGCHLD].count, 0);
}

static void no_signal(void)
{
    int status;
    pid_t child;

    catch_signal(SIGCHLD, 0);
    child = clone(returns, stack + sizeof(stack), 0, (void *)6);
    REQUIRE_OK(child);
    CHECK_EQ(waitpid(child, &status, __WALL), child);
    CHECK_EXIT(status, 6);
    CHECK_EQ(seen[SIGCHLD].count, 0);
}

static const struct test_case cases[] = {
    CASE(told_of_exit),
    CASE(told_of_death),
    CASE(reaped_in_the_handler),
    CASE(ignored),
    CASE(nocldwait),
    CASE(nocldwait_without_handler),
    CASE(default_keeps_zombies),
    CASE(another_signal),
    CASE(no_signal),
};

TEST_MAIN(cases)
