/* SPDX-License-Identifier: MIT */
/*
 * Verifies wait4: which child it picks, when it waits, what it answers when
 * there is none; and what becomes of children whose parent is gone.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static int baton[2];

static int code(void *value)
{
    return (int)(intptr_t)value;
}

static int waits(void *value)
{
    baton_wait(baton);
    return (int)(intptr_t)value;
}

static void no_children(void)
{
    int status;

    CHECK_ERRNO(waitpid(-1, &status, 0), ECHILD);
    CHECK_ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
    CHECK_ERRNO(waitpid(getppid(), &status, 0), ECHILD);
    CHECK_ERRNO(waitpid(getpid(), &status, 0), ECHILD);
}

static void running_child_without_waiting(void)
{
    int status = 1234;
    pid_t pid;

    baton_make(baton);
    pid = start_child(waits, (void *)3);
    CHECK_EQ(waitpid(pid, &status, WNOHANG), 0);
    CHECK_EQ(waitpid(-1, &status, WNOHANG), 0);
    CHECK_EQ(status, 1234);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 3);
}

static void dead_child_waits_to_be_asked(void)
{
    pid_t pid = start_child(code, (void *)4);
    int status = 0;

    sleep_ms(10);
    CHECK_OK(kill(pid, 0));
    CHECK_OK(kill(pid, SIGKILL));
    CHECK_EQ(waitpid(pid, &status, WNOHANG), pid);
    CHECK_EXIT(status, 4);
    CHECK_ERRNO(kill(pid, 0), ESRCH);
}

static void each_child_once(void)
{
    pid_t pid = start_child(code, NULL);

    CHECK_EXIT(wait_child(pid), 0);
    CHECK_ERRNO(waitpid(pid, NULL, 0), ECHILD);
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

static void picks_by_pid(void)
{
    pid_t first = start_child(code, (void *)1);
    pid_t second = start_child(code, (void *)2);
    int status = 0;

    CHECK_EQ(waitpid(second, &status, 0), second);
    CHECK_EXIT(status, 2);
    CHECK_EQ(waitpid(first, &status, 0), first);
    CHECK_EXIT(status, 1);
}

static void picks_any(void)
{
    pid_t pids[6];
    int seen[6] = { 0 };
    size_t i, n;

    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(code, (void *)(10 + i));
    for (n = 0; n < COUNT(pids); n++) {
        int status = 0;
        pid_t pid = waitpid(-1, &status, 0);

        for (i = 0; i < COUNT(pids); i++)
            if (pids[i] == pid) {
                seen[i]++;
                CHECK_EXIT(status, 10 + (int)i);
            }
    }
    for (i = 0; i < COUNT(pids); i++)
        CHECK_EQ(seen[i], 1);
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

static void the_one_that_ended(void)
{
    pid_t waiting, done;

    baton_make(baton);
    waiting = start_child(waits, (void *)1);
    done = start_child(code, (void *)2);
    CHECK_EQ(waitpid(-1, NULL, 0), done);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), 0);
    baton_pass(baton);
    CHECK_EQ(waitpid(-1, NULL, 0), waiting);
}

static int passes_later(void *unused)
{
    (void)unused;
    sleep_ms(20);
    return 8;
}

static void waits_until_the_end(void)
{
    long start = now_ms();
    pid_t pid = start_child(passes_later, NULL);

    CHECK_EXIT(wait_child(pid), 8);
    CHECK(now_ms() - start >= 19);
}

static void bad_options(void)
{
    pid_t pid = start_child(code, NULL);

    CHECK_ERRNO(waitpid(pid, NULL, 0x100), EINVAL);
    CHECK_ERRNO(waitpid(pid, NULL, 0x40), EINVAL);
    CHECK_EXIT(wait_child(pid), 0);
}

static void usage(void)
{
    struct rusage used;
    pid_t pid = start_child(code, (void *)6);
    int status = 0;

    memset(&used, 0xff, sizeof(used));
    CHECK_EQ(syscall(SYS_wait4, pid, &status, 0, &used), pid);
    CHECK_EXIT(status, 6);
    CHECK(used.ru_utime.tv_sec >= 0 && used.ru_utime.tv_sec < 1000);
    CHECK(used.ru_utime.tv_usec >= 0 && used.ru_utime.tv_usec < 1000000);
    CHECK(used.ru_stime.tv_usec >= 0 && used.ru_stime.tv_usec < 1000000);
}

/* Brothers and grandchildren are not children. */
static int waits_for_its_brother(void *brother)
{
    CHECK_ERRNO(waitpid((pid_t)(intptr_t)brother, NULL, 0), ECHILD);
    CHECK_ERRNO(waitpid(-1, NULL, WNOHANG), ECHILD);
    return 0;
}

static void only_own_children(void)
{
    pid_t pid = start_child(code, (void *)1);

    CHECK_CHILD(waits_for_its_brother, (void *)(intptr_t)pid);
    CHECK_EXIT(wait_child(pid), 1);
}

/* ---- orphans ---- */

static int report[2];

static int leaves_an_orphan(void *unused)
{
    pid_t self = getpid(), pid = fork();

    (void)unused;
    REQUIRE_OK(pid);
    if (pid != 0) {
        baton_wait(report);
        return 0;
    }
    CHECK_EQ(getppid(), self);
    baton_pass(report);
    while (getppid() == self)
        sleep_ms(1);
    CHECK(getppid() > 0);
    if (test_result() == 0)
        baton_pass(baton);
    return test_result();
}

static void orphan_gets_another_parent(void)
{
    baton_make(baton);
    baton_make(report);
    CHECK_CHILD(leaves_an_orphan, NULL);
    CHECK_OK(close(baton[1]));
    baton_wait(baton);
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

static int leaves_the_dead(void *unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 10; i++)
        start_child(code, NULL);
    sleep_ms(5);
    return 0;
}

static void unasked_for_dead_children(void)
{
    int i;

    for (i = 0; i < 5; i++)
        CHECK_CHILD(leaves_the_dead, NULL);
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

static const struct test_case cases[] = {
    CASE(no_children),
    CASE(running_child_without_waiting),
    CASE(dead_child_waits_to_be_asked),
    CASE(each_child_once),
    CASE(picks_by_pid),
    CASE(picks_any),
    CASE(the_one_that_ended),
    CASE(waits_until_the_end),
    CASE(bad_options),
    CASE(usage),
    CASE(only_own_children),
    CASE(orphan_gets_another_parent),
    CASE(unasked_for_dead_children),
};

TEST_MAIN(cases)
