/* SPDX-License-Identifier: MIT */
/*
 * Verifies stopping and continuing: what wait4 and waitid report, what the
 * parent's SIGCHLD says, and that a stopped process does nothing until it is
 * continued or killed.
 */
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define ENDS_WITH 5

static volatile int *counter; /* shared */

static int counts_until_told(void *unused)
{
    (void)unused;
    while (counter[1] == 0)
        counter[0]++;
    return ENDS_WITH;
}

static pid_t start_counting(void)
{
    pid_t child;

    counter = (volatile int *)map_shared(PAGE, RW);
    child = start_child(counts_until_told, NULL);
    wait_until(&counter[0]);
    return child;
}

static void end_counting(pid_t child)
{
    counter[1] = 1;
    CHECK_EXIT(wait_child(child), ENDS_WITH);
}

static void stop(pid_t child, int signo)
{
    int status = -1;

    CHECK_OK(kill(child, signo));
    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    CHECK_EQ(status, W_STOPCODE(signo));
    CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == signo);
}

static void resume(pid_t child)
{
    int status = -1;

    CHECK_OK(kill(child, SIGCONT));
    CHECK_EQ(waitpid(child, &status, WCONTINUED), child);
    CHECK_EQ(status, W_CONTINUED);
}

/* The child may end before a report could be asked for. */
static void let_go_on(pid_t child)
{
    CHECK_OK(kill(child, SIGCONT));
}

/* It stands still, and the report comes once. */
static void stops_and_goes_on(void)
{
    pid_t child = start_counting();
    int status, before;

    stop(child, SIGSTOP);
    before = counter[0];
    CHECK_EQ(waitpid(child, &status, WUNTRACED | WNOHANG), 0);
    sleep_ms(10);
    CHECK_EQ(counter[0], before);
    resume(child);
    CHECK_EQ(waitpid(child, &status, WCONTINUED | WNOHANG), 0);
    counter[0] = 0;
    wait_until(&counter[0]);
    end_counting(child);
}

static void each_stop_signal(void)
{
    static const int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGSTOP };
    pid_t child = start_counting();
    size_t i;

    for (i = 0; i < COUNT(signals); i++) {
        stop(child, signals[i]);
        resume(child);
    }
    end_counting(child);
}

/* Nobody asked for the reports of stops: wait4 waits for the end. */
static void unasked_for(void)
{
    pid_t child = start_counting();
    int status;

    stop(child, SIGSTOP);
    CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
    CHECK_OK(kill(child, SIGCONT));
    CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
    end_counting(child);
}

static void killed_while_stopped(void)
{
    pid_t child = start_counting();

    stop(child, SIGSTOP);
    CHECK_OK(kill(child, SIGKILL));
    CHECK_SIGNAL(wait_child(child), SIGKILL);
}

/* Other signals wait for SIGCONT. */
static void terminated_when_continued(void)
{
    pid_t child = start_counting();
    int status;

    stop(child, SIGSTOP);
    CHECK_OK(kill(child, SIGTERM)); /* waits */
    sleep_ms(5);
    CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
    CHECK_OK(kill(child, SIGCONT));
    CHECK_SIGNAL(wait_child(child), SIGTERM);
}

static void each_code(pid_t child, int options, int code, int value)
{
    siginfo_t info;

    memset(&info, 0xee, sizeof(info));
    CHECK_OK(waitid(P_PID, (id_t)child, &info, options));
    CHECK_EQ(info.si_signo, SIGCHLD);
    CHECK_EQ(info.si_code, code);
    CHECK_EQ(info.si_pid, child);
    CHECK_EQ(info.si_uid, getuid());
    CHECK_EQ(info.si_status, value);
}

static void reports_of_waitid(void)
{
    pid_t child = start_counting();

    CHECK_OK(kill(child, SIGTSTP));
    each_code(child, WSTOPPED | WNOWAIT, CLD_STOPPED, SIGTSTP);
    each_code(child, WSTOPPED, CLD_STOPPED, SIGTSTP);
    CHECK_OK(kill(child, SIGCONT));
    each_code(child, WCONTINUED | WNOWAIT, CLD_CONTINUED, SIGCONT);
    each_code(child, WCONTINUED, CLD_CONTINUED, SIGCONT);
    counter[1] = 1;
    each_code(child, WEXITED, CLD_EXITED, ENDS_WITH);
}

static void wait_for_sigchld(int code, int value, pid_t child)
{
    wait_until(&seen[SIGCHLD].count);
    CHECK_EQ(seen[SIGCHLD].info.si_code, code);
    CHECK_EQ(seen[SIGCHLD].info.si_status, value);
    CHECK_EQ(seen[SIGCHLD].info.si_pid, child);
    forget_signals();
}

static void parent_is_told(void)
{
    pid_t child;

    catch_signal(SIGCHLD, SA_RESTART);
    child = start_counting();
    stop(child, SIGSTOP);
    wait_for_sigchld(CLD_STOPPED, SIGSTOP, child);
    resume(child);
    wait_for_sigchld(CLD_CONTINUED, SIGCONT, child);
    counter[1] = 1;
    wait_for_sigchld(CLD_EXITED, ENDS_WITH, child);
    CHECK_EXIT(wait_child(child), ENDS_WITH);
}

static void nocldstop(void)
{
    pid_t child;

    catch_signal(SIGCHLD, SA_RESTART | SA_NOCLDSTOP);
    child = start_counting();
    stop(child, SIGSTOP);
    resume(child);
    CHECK_EQ(seen[SIGCHLD].count, 0);
    counter[1] = 1;
    wait_for_sigchld(CLD_EXITED, ENDS_WITH, child);
    CHECK_EXIT(wait_child(child), ENDS_WITH);
}

static int stops_itself(void *signo)
{
    raise_here((int)(long)signo);
    return ENDS_WITH;
}

static void stops_itself_and_goes_on(void)
{
    pid_t child = start_child(stops_itself, (void *)SIGSTOP);
    int status;

    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    CHECK_EQ(status, W_STOPCODE(SIGSTOP));
    let_go_on(child);
    CHECK_EXIT(wait_child(child), ENDS_WITH);
}

static int blocks_sigcont(void *unused)
{
    (void)unused;
    catch_signal(SIGCONT, 0);
    block_signal(SIGCONT);
    raise_here(SIGSTOP);
    CHECK_EQ(seen[SIGCONT].count, 0);
    CHECK_EQ(is_pending(SIGCONT), 1);
    unblock_signal(SIGCONT);
    CHECK_EQ(seen[SIGCONT].count, 1);
    return ENDS_WITH;
}

/* SIGCONT continues even if it is blocked; its handler runs later. */
static void continued_though_blocked(void)
{
    pid_t child = start_child(blocks_sigcont, NULL);
    int status;

    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    let_go_on(child);
    CHECK_EXIT(wait_child(child), ENDS_WITH);
}

static void pending_ones_cancel_out(void)
{
    catch_signal(SIGCONT, 0);
    block_signal(SIGTSTP);
    block_signal(SIGCONT);
    raise_here(SIGTSTP);
    CHECK_EQ(is_pending(SIGTSTP), 1);
    CHECK_OK(kill(getpid(), SIGCONT));
    CHECK_EQ(is_pending(SIGTSTP), 0);
    CHECK_EQ(is_pending(SIGCONT), 1);
    CHECK_OK(kill(getpid(), SIGTSTP));
    CHECK_EQ(is_pending(SIGCONT), 0);
    CHECK_OK(kill(getpid(), SIGCONT));
    unblock_signal(SIGTSTP);
    unblock_signal(SIGCONT);
    CHECK_EQ(seen[SIGCONT].count, 1);
}

static int stops_with_handler(void *unused)
{
    (void)unused;
    catch_signal(SIGTSTP, 0);
    raise_here(SIGTSTP);
    return seen[SIGTSTP].count == 1 ? ENDS_WITH : 1;
}

static void handled_stop_signal(void)
{
    CHECK_EXIT(run_child(stops_with_handler, NULL), ENDS_WITH);
}

static int reads_a_byte(void *pipe_ends)
{
    char byte = 0;

    CHECK_EQ(read(((int *)pipe_ends)[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    return ENDS_WITH;
}

static int sleeps_a_while(void *unused)
{
    const struct timespec rest = { 0, 60000000 };
    long begin = now_ms();

    (void)unused;
    counter[0] = 1;
    CHECK_OK(nanosleep(&rest, NULL));
    CHECK(now_ms() - begin >= 60);
    return ENDS_WITH;
}

/* A system call that a stop broke off goes on as if nothing had been. */
static void calls_go_on(void)
{
    pid_t child;
    int fds[2];

    REQUIRE_OK(pipe(fds));
    child = start_child(reads_a_byte, fds);
    wait_asleep(child);
    stop(child, SIGSTOP);
    resume(child);
    wait_asleep(child);
    stop(child, SIGTSTP);
    CHECK_EQ(write(fds[1], "x", 1), 1);
    let_go_on(child);
    CHECK_EXIT(wait_child(child), ENDS_WITH);

    counter = (volatile int *)map_shared(PAGE, RW);
    child = start_child(sleeps_a_while, NULL);
    wait_until(&counter[0]);
    stop(child, SIGSTOP);
    let_go_on(child);
    CHECK_EXIT(wait_child(child), ENDS_WITH);
}

static int member_of_orphaned_group(void *baton)
{
    if (fork() != 0)
        return 0; /* the child's parent is gone, and nobody takes its place */
    baton_wait(baton);
    raise_here(SIGTSTP); /* would stop it for ever */
    raise_here(SIGTTIN);
    counter[0] = 1;
    return 0;
}

static int leads_an_orphaned_group(void *unused)
{
    int baton[2];

    (void)unused;
    baton_make(baton);
    REQUIRE_OK(setsid());
    CHECK_CHILD(member_of_orphaned_group, baton);
    baton_pass(baton);
    wait_until(&counter[0]);
    return 0;
}

/* Terminal stop signals do not stop a group that nobody would continue. */
static void orphaned_group(void)
{
    counter = (volatile int *)map_shared(PAGE, RW);
    CHECK_CHILD(leads_an_orphaned_group, NULL);
}

static const struct test_case cases[] = {
    CASE(stops_and_goes_on),
    CASE(each_stop_signal),
    CASE(unasked_for),
    CASE(killed_while_stopped),
    CASE(terminated_when_continued),
    CASE(reports_of_waitid),
    CASE(parent_is_told),
    CASE(nocldstop),
    CASE(stops_itself_and_goes_on),
    CASE(continued_though_blocked),
    CASE(pending_ones_cancel_out),
    CASE(handled_stop_signal),
    CASE(calls_go_on),
    CASE(orphaned_group),
};

TEST_MAIN(cases)
