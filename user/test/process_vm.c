/* SPDX-License-Identifier: MIT */
/*
 * Verifies process_vm_readv and process_vm_writev: copies between two address
 * spaces, in parts, as far as both sides allow.
 */
#include <sys/mman.h>
#include <sys/uio.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static int fds[2];

/* A child that waits, with memory as its parent had it, until it is killed. */
static int waits(void *unused)
{
    char byte;

    (void)unused;
    if (write(fds[1], "x", 1) != 1)
        return 1;
    for (;;)
        if (read(fds[0], &byte, 1) == 99)
            return 0;
}

static pid_t start_waiting(void)
{
    pid_t pid;
    int ready[2];
    char byte;

    REQUIRE_OK(pipe(ready));
    REQUIRE_OK(pipe(fds));
    fds[1] = ready[1];
    pid = start_child(waits, NULL);
    REQUIRE(read(ready[0], &byte, 1) == 1);
    return pid;
}

static void end_waiting(pid_t pid)
{
    CHECK_OK(kill(pid, SIGKILL));
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
}

static struct iovec part(const void *p, size_t len)
{
    return (struct iovec){ (void *)(uintptr_t)p, len };
}

static void own_memory(void)
{
    char from[100] = "some text", to[100] = "";
    struct iovec here = part(to, 100), there = part(from, 100);

    CHECK_EQ(process_vm_readv(getpid(), &here, 1, &there, 1, 0), 100);
    CHECK_STR(to, "some text");
    strcpy(to, "other text");
    CHECK_EQ(process_vm_writev(getpid(), &here, 1, &there, 1, 0), 100);
    CHECK_STR(from, "other text");
}

/* The child's copy, not ours. */
static void memory_of_a_child(void)
{
    char *p = map_island(4), buffer[32] = "";
    struct iovec here, there;
    pid_t pid;

    strcpy(p, "before");
    pid = start_waiting();
    strcpy(p, "after");
    here = part(buffer, sizeof(buffer));
    there = part(p, 7);
    CHECK_EQ(process_vm_readv(pid, &here, 1, &there, 1, 0), 7);
    CHECK_STR(buffer, "before");
    strcpy(buffer, "stored");
    CHECK_EQ(process_vm_writev(pid, &here, 1, &there, 1, 0), 7);
    CHECK_STR(p, "after");
    memset(buffer, 0, sizeof(buffer));
    CHECK_EQ(process_vm_readv(pid, &here, 1, &there, 1, 0), 7);
    CHECK_STR(buffer, "stored");
    there = part(p + 2 * PAGE, 8); /* nobody had touched that */
    CHECK_EQ(process_vm_readv(pid, &here, 1, &there, 1, 0), 8);
    CHECK(all_bytes(buffer, 8, 0));
    end_waiting(pid);
}

static void parts_of_all_sizes(void)
{
    char *p = map_island(5), *q = map_island(5);
    struct iovec here[3], there[4];
    size_t i;

    for (i = 0; i < 5 * PAGE; i++)
        p[i] = (char)(i * 7);
    there[0] = part(p + 1, 3 * PAGE);
    there[1] = part(p, 0);
    there[2] = part(p + 3 * PAGE + 1, 10);
    there[3] = part(p + 3 * PAGE + 11, PAGE);
    here[0] = part(q, 5);
    here[1] = part(q + 5, 2 * PAGE);
    here[2] = part(q + 2 * PAGE + 5, 2 * PAGE);
    CHECK_EQ(process_vm_readv(getpid(), here, 3, there, 4, 0),
             4 * (long)PAGE + 5);
    CHECK_EQ(memcmp(p + 1, q, 4 * PAGE + 5), 0);
}

static void bad_arguments(void)
{
    char buffer[10];
    struct iovec here = part(buffer, 10), bad = part(buffer, (size_t)-1);

    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &here, 1, 1), EINVAL);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1025, &here, 1, 0), EINVAL);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &here, 1025, 0), EINVAL);
    CHECK_ERRNO(process_vm_readv(getpid(), &bad, 1, &here, 1, 0), EINVAL);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &bad, 1, 0), EINVAL);
    CHECK_ERRNO(process_vm_readv(getpid(), (struct iovec *)8, 1, &here, 1, 0),
                EFAULT);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, (struct iovec *)8, 1, 0),
                EFAULT);
}

static void bad_arguments_of_writing(void)
{
    char bytes[4] = "abc";
    struct iovec here = part(bytes, 4), bad = part(bytes, (size_t)-1);

    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &here, 1, 1), EINVAL);
    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1025, &here, 1, 0), EINVAL);
    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &here, 1025, 0), EINVAL);
    CHECK_ERRNO(process_vm_writev(getpid(), &bad, 1, &here, 1, 0), EINVAL);
    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &bad, 1, 0), EINVAL);
    CHECK_ERRNO(process_vm_writev(0x3fffffff, &here, 1, &here, 1, 0), ESRCH);
}

static void sum_too_large(void)
{
    char bytes[4] = "abc";
    struct iovec there = part(bytes, 4), bad = part(bytes, (size_t)-1);
    struct iovec two[] = { part(bytes, SIZE_MAX / 2),
                           part(bytes, SIZE_MAX / 2) };

    CHECK_ERRNO(process_vm_readv(getpid(), two, 2, &there, 1, 0), EFAULT);
    CHECK_EQ(process_vm_readv(getpid(), &there, 1, two, 2, 0), 4);
    CHECK_ERRNO(process_vm_readv(getpid(), two, 2, &bad, 1, 0), EFAULT);
}

static void nobody(void)
{
    char buffer[10];
    struct iovec here = part(buffer, 10);
    pid_t pid = start_waiting();

    CHECK_ERRNO(process_vm_readv(0x3fffffff, &here, 1, &here, 1, 0), ESRCH);
    CHECK_OK(kill(pid, SIGKILL));
    sleep_ms(20);
    CHECK_ERRNO(process_vm_readv(pid, &here, 1, &here, 1, 0), ESRCH); /* dead */
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
}

static void nothing(void)
{
    char buffer[10];
    struct iovec here = part(buffer, 10), empty = part(buffer, 0);

    CHECK_EQ(process_vm_readv(getpid(), NULL, 0, &here, 1, 0), 0);
    CHECK_EQ(process_vm_readv(getpid(), &here, 1, NULL, 0, 0), 0);
    CHECK_EQ(process_vm_readv(getpid(), &here, 1, &empty, 1, 0), 0);
    CHECK_EQ(process_vm_readv(0x3fffffff, &empty, 1, &here, 1, 0), 0);
}

static void bad_memory_there(void)
{
    char *p = map_island(3), *q = map_island(3);
    struct iovec here = part(q, 3 * PAGE), there = part(p, 3 * PAGE), two[2];

    mark_pages(p, 3, 1);
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_EQ(process_vm_readv(getpid(), &here, 1, &there, 1, 0), (long)PAGE);
    CHECK_EQ(peek(q), 1);
    there = part(p + PAGE, PAGE);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &there, 1, 0), EFAULT);
    two[0] = part(p, 10);
    two[1] = part((void *)-PAGE, 10);
    CHECK_EQ(process_vm_readv(getpid(), &here, 1, two, 2, 0), 10);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, two + 1, 1, 0), EFAULT);
}

static void protected_memory_there(void)
{
    char *p = map_island(2), buffer[10] = "abc";
    struct iovec here = part(buffer, 10), there = part(p, 10);

    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_EQ(process_vm_readv(getpid(), &here, 1, &there, 1, 0), 10);
    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &there, 1, 0), EFAULT);
    CHECK_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &there, 1, 0), EFAULT);
    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &there, 1, 0), EFAULT);
}

static void bad_memory_here(void)
{
    char *p = map_island(2), from[20] = "abc";
    struct iovec here = part(p + 2 * PAGE - 10, 20), there = part(from, 20);

    CHECK_EQ(process_vm_readv(getpid(), &here, 1, &there, 1, 0), 10);
    CHECK_EQ(process_vm_writev(getpid(), &here, 1, &there, 1, 0), 10);
    here = part(p + 2 * PAGE, 20);
    CHECK_ERRNO(process_vm_readv(getpid(), &here, 1, &there, 1, 0), EFAULT);
    CHECK_ERRNO(process_vm_writev(getpid(), &here, 1, &there, 1, 0), EFAULT);
}

static int looks_at_parent(void *p)
{
    struct iovec here, there = part(p, 4);
    char buffer[4];

    here = part(buffer, 4);
    if (setresuid(1000, 1000, 1000) != 0)
        return 1;
    if (process_vm_readv(getppid(), &here, 1, &there, 1, 0) != -1)
        return 2;
    return errno == EPERM ? 0 : 3;
}

static void other_users(void)
{
    CHECK_EXIT(run_child(looks_at_parent, map_island(1)), 0);
}

static const struct test_case cases[] = {
    CASE(own_memory),
    CASE(memory_of_a_child),
    CASE(parts_of_all_sizes),
    CASE(bad_arguments),
    CASE(bad_arguments_of_writing),
    CASE(sum_too_large),
    CASE(nobody),
    CASE(nothing),
    CASE(bad_memory_there),
    CASE(protected_memory_there),
    CASE(bad_memory_here),
    CASE(other_users),
};

TEST_MAIN(cases)
