/* SPDX-License-Identifier: MIT */
/*
 * Verifies who a process is: its pid, its thread's, its parent's.
 */
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static int knows_its_parent(void *parent)
{
    CHECK_EQ(getppid(), (intptr_t)parent);
    CHECK(getpid() != (intptr_t)parent);
    CHECK_EQ(syscall(SYS_gettid), getpid());
    return 0;
}

static void parent(void)
{
    CHECK_CHILD(knows_its_parent, (void *)(intptr_t)getpid());
}

static void the_first_thread_is_the_process(void)
{
    CHECK(getpid() > 0);
    CHECK_EQ(syscall(SYS_gettid), getpid());
    CHECK_EQ(getpid(), syscall(SYS_getpid));
}

static int tells_pid(void *ends)
{
    pid_t pid = getpid();

    return write(((int *)ends)[1], &pid, sizeof(pid)) == sizeof(pid) ? 0 : 1;
}

static void fork_returns_the_childs_pid(void)
{
    int ends[2];
    pid_t told = 0, pid;

    REQUIRE_OK(pipe(ends));
    pid = start_child(tells_pid, ends);
    CHECK_EQ(read(ends[0], &told, sizeof(told)), sizeof(told));
    CHECK_EQ(told, pid);
    CHECK_EXIT(wait_child(pid), 0);
}

static int sets_tid_address(void *unused)
{
    static int word;

    (void)unused;
    CHECK_EQ(syscall(SYS_set_tid_address, &word), getpid());
    CHECK_EQ(syscall(SYS_set_tid_address, NULL), getpid());
    CHECK_EQ(syscall(SYS_set_tid_address, 8), getpid());
    return 0;
}

static void set_tid_address(void)
{
    CHECK_CHILD(sets_tid_address, NULL);
}

static void user_and_group(void)
{
    CHECK_EQ(getuid(), geteuid());
    CHECK_EQ(getgid(), getegid());
}

static const struct test_case cases[] = {
    CASE(parent),
    CASE(the_first_thread_is_the_process),
    CASE(fork_returns_the_childs_pid),
    CASE(set_tid_address),
    CASE(user_and_group),
};

TEST_MAIN(cases)
