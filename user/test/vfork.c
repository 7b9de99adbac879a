/* SPDX-License-Identifier: MIT */
/*
 * Verifies vfork: the child borrows the parent's memory, and the parent
 * stands still until the child exits or executes a program.
 */
#include "user/test/probe.h"
#include "user/test/test.h"

static volatile int shared_value;
static char *volatile area;

static void memory_is_shared(void)
{
    pid_t pid;

    area = map_anon(PAGE, RW);
    shared_value = 1;
    pid = vfork();
    if (pid == 0) {
        shared_value = 2;
        poke(area, 7);
        _exit(3);
    }
    REQUIRE_OK(pid);
    CHECK_EQ(shared_value, 2);
    CHECK_EQ(peek(area), 7);
    CHECK_EXIT(wait_child(pid), 3);
}

static void parent_waits_for_exit(void)
{
    long start = now_ms();
    pid_t pid = vfork();

    if (pid == 0) {
        sleep_ms(30);
        shared_value = 5;
        _exit(0);
    }
    REQUIRE_OK(pid);
    CHECK_EQ(shared_value, 5);
    CHECK(now_ms() - start >= 29);
    CHECK_EXIT(wait_child(pid), 0);
}

static void parent_waits_for_exec(void)
{
    static char *const argv[] = { (char *)"self", (char *)"@ok", NULL };
    static char *const envp[] = { NULL };
    const char *path = test_self();
    pid_t pid = vfork();

    if (pid == 0) {
        shared_value = 6;
        execve(path, argv, envp);
        shared_value = 7;
        _exit(1);
    }
    REQUIRE_OK(pid);
    CHECK_EQ(shared_value, 6);
    CHECK_EXIT(wait_child(pid), 42);
}

static void failed_exec_goes_on(void)
{
    static char *const argv[] = { (char *)"none", NULL };
    pid_t pid = vfork();

    if (pid == 0) {
        shared_value = execve("/does/not/exist", argv, argv + 1);
        _exit(errno == ENOENT ? 0 : 1);
    }
    REQUIRE_OK(pid);
    CHECK_EQ(shared_value, -1);
    CHECK_EXIT(wait_child(pid), 0);
}

/* What the child maps, unmaps and protects, the parent sees. */
static void mappings_are_shared(void)
{
    pid_t pid;

    area = map_island(2);
    pid = vfork();
    if (pid == 0) {
        shared_value = munmap(area, PAGE) == 0 &&
                       mprotect(area + PAGE, PAGE, PROT_READ) == 0;
        _exit(0);
    }
    REQUIRE_OK(pid);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(shared_value, 1);
    CHECK_EQ(probe_read(area), SIGSEGV);
    CHECK_EQ(probe_read(area + PAGE), 0);
    CHECK_EQ(probe_write(area + PAGE), SIGSEGV);
}

/* The child's descriptors are its own. */
static void descriptors_are_not_shared(void)
{
    int ends[2];
    pid_t pid;

    REQUIRE_OK(pipe(ends));
    pid = vfork();
    if (pid == 0) {
        close(ends[0]);
        close(ends[1]);
        _exit(0);
    }
    REQUIRE_OK(pid);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
}

static void killed_child_frees_the_parent(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        poke(NULL, 1);
        _exit(0);
    }
    REQUIRE_OK(pid);
    CHECK_SIGNAL(wait_child(pid), SIGSEGV);
}

static void many_in_sequence(void)
{
    int i;

    for (i = 0; i < 100; i++) {
        pid_t pid = vfork();

        if (pid == 0) {
            shared_value = i;
            _exit(i % 90);
        }
        REQUIRE_OK(pid);
        CHECK_EQ(shared_value, i);
        CHECK_EXIT(wait_child(pid), i % 90);
    }
}

static const struct test_case cases[] = {
    CASE(memory_is_shared),
    CASE(parent_waits_for_exit),
    CASE(parent_waits_for_exec),
    CASE(failed_exec_goes_on),
    CASE(mappings_are_shared),
    CASE(descriptors_are_not_shared),
    CASE(killed_child_frees_the_parent),
    CASE(many_in_sequence),
};

int main(int argc, char **argv, char **envp)
{
    if (argc > 1 && strcmp(argv[1], "@ok") == 0)
        return 42;
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
