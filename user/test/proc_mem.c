/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/PID/mem: the memory of any process as a file, read and
 * written past the rights of its pages, never past copy-on-write.
 */
#include <fcntl.h>
#include <stdio.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static int open_mem(pid_t pid)
{
    char name[32];
    int fd;

    snprintf(name, sizeof(name), "/proc/%d/mem", (int)pid);
    fd = open(name, O_RDWR);
    REQUIRE_OK(fd);
    return fd;
}

static ssize_t read_at(int fd, const void *at, void *buf, size_t len)
{
    return pread(fd, buf, len, (off_t)(uintptr_t)at);
}

static ssize_t write_at(int fd, const void *at, const void *buf, size_t len)
{
    return pwrite(fd, buf, len, (off_t)(uintptr_t)at);
}

static void own_memory(void)
{
    int fd = open_mem(getpid());
    char *p = map_anon(3 * PAGE, RW);
    char buf[8] = "";

    strcpy(p + PAGE, "before");
    CHECK_EQ(read_at(fd, p + PAGE, buf, 7), 7);
    CHECK_STR(buf, "before");
    CHECK_EQ(write_at(fd, p + PAGE, "after!", 7), 7);
    CHECK_STR(p + PAGE, "after!");
    CHECK_EQ(write_at(fd, p + 2 * PAGE - 3, "across", 6), 6);
    CHECK_EQ(memcmp(p + 2 * PAGE - 3, "across", 6), 0);
}

static void large_pieces(void)
{
    int fd = open_mem(getpid());
    char *from = map_anon(9 * PAGE, RW), *to = map_anon(9 * PAGE, RW);

    mark_pages(from, 9, 20);
    CHECK_EQ(read_at(fd, from + 5, to + 5, 8 * PAGE), 8 * PAGE);
    CHECK_EQ(memcmp(from + PAGE, to + PAGE, 7 * PAGE), 0);
    memset(to, 0, 9 * PAGE);
    CHECK_EQ(write_at(fd, to + 5, from + 5, 8 * PAGE), 8 * PAGE);
    CHECK_EQ(memcmp(from + PAGE, to + PAGE, 7 * PAGE), 0);
}

static void position_is_an_address(void)
{
    int fd = open_mem(getpid());
    static char text[] = "abcdef";
    char buf[4] = "";

    CHECK_EQ(lseek(fd, (off_t)(uintptr_t)text, SEEK_SET), text);
    CHECK_EQ(read(fd, buf, 2), 2);
    CHECK_EQ(lseek(fd, 1, SEEK_CUR), text + 3);
    CHECK_EQ(read(fd, buf + 2, 1), 1);
    CHECK_STR(buf, "abd");
    CHECK_EQ(write(fd, "X", 1), 1);
    CHECK_STR(text, "abcdXf");
    CHECK_ERRNO(lseek(fd, 0, SEEK_END), EINVAL);
}

static void kernel_addresses(void)
{
    const off_t text = (off_t)0xffffffff80000000UL;
    int fd = open_mem(getpid());
    char buf[16];

    CHECK_EQ(lseek(fd, text, SEEK_SET), text);
    CHECK_ERRNO(read(fd, buf, 8), EIO);
    CHECK_ERRNO(write(fd, buf, 8), EIO);
    CHECK_ERRNO(pread(fd, buf, 8, text), EINVAL);
    (void)lseek(fd, -8, SEEK_SET);
    CHECK_ERRNO(read(fd, buf, 8), EOVERFLOW);
    CHECK_ERRNO(read(fd, buf, 7), EIO);
}

static void unmapped(void)
{
    int fd = open_mem(getpid());
    char *p = map_island(1);
    char buf[8];

    CHECK_ERRNO(read_at(fd, p + PAGE, buf, 1), EIO);
    CHECK_ERRNO(write_at(fd, p + PAGE, buf, 1), EIO);
    CHECK_EQ(read_at(fd, p + PAGE, buf, 0), 0);
    CHECK_EQ(read_at(fd, p + PAGE - 3, buf, 8), 3);
    CHECK_EQ(write_at(fd, p + PAGE - 2, buf, 8), 2);
}

static void bad_buffers(void)
{
    int fd = open_mem(getpid());
    char *p = map_island(1);

    CHECK_ERRNO(read_at(fd, p, p + PAGE, 4), EFAULT);
    CHECK_ERRNO(write_at(fd, p, p + PAGE, 4), EFAULT);
    CHECK_ERRNO(write_at(fd, p, p + PAGE - 2, 4), EFAULT);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV);
}

/* The debugger gets at it; the program still does not. */
static void memory_without_access(void)
{
    int fd = open_mem(getpid());
    char *p = map_anon(2 * PAGE, PROT_NONE);
    char buf[4] = "xyz";

    CHECK_EQ(read_at(fd, p, buf, 4), 4);
    CHECK_EQ(all_bytes(buf, 4, 0), 1);
    CHECK_EQ(write_at(fd, p, "abc", 4), 4);
    CHECK_EQ(write_at(fd, p + PAGE, "def", 4), 4);
    CHECK_EQ(read_at(fd, p, buf, 4), 4);
    CHECK_STR(buf, "abc");
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ));
    CHECK_STR(p, "abc");
    CHECK_STR(p + PAGE, "def");
}

static void read_only_anonymous(void)
{
    int fd = open_mem(getpid());
    char *p = map_anon(2 * PAGE, RW);

    poke(p, 7);
    CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ));
    CHECK_EQ(peek(p + PAGE), 0);
    CHECK_EQ(write_at(fd, p, "ab", 2), 2);
    CHECK_EQ(write_at(fd, p + PAGE, "cd", 2), 2);
    CHECK_EQ(peek(p), 'a');
    CHECK_EQ(peek(p + PAGE), 'c');
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_OK(mprotect(p, PAGE, RW));
    CHECK_EQ(probe_write(p), 0);
}

/* A breakpoint in the program's text: the file does not see it. */
static void read_only_file(void)
{
    int mem = open_mem(getpid()), fd = tmp_pages(2, 0, 50);
    char *p = mmap(NULL, 2 * PAGE, RX, MAP_PRIVATE, fd, 0);
    char *q = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    CHECK_EQ(peek(p), 50);
    CHECK_EQ(write_at(mem, p + PAGE - 1, "ab", 2), 2);
    CHECK_EQ(peek(p + PAGE - 1), 'a');
    CHECK_EQ(peek(p + PAGE), 'b');
    CHECK_EQ(peek(p + PAGE + 1), 51);
    CHECK_EQ(all_bytes(q, PAGE, 50), 1);
    CHECK_EQ(all_bytes(q + PAGE, PAGE, 51), 1);
}

static void shared_memory(void)
{
    int fd = open_mem(getpid());
    char *p = map_shared(2 * PAGE, RW), *q = map_shared(PAGE, PROT_READ);
    char buf[2];

    CHECK_EQ(write_at(fd, p + 1, "a", 1), 1);
    CHECK_EQ(peek(p + 1), 'a');
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_EQ(read_at(fd, p, buf, 2), 2);
    CHECK_EQ(buf[1], 'a');
    CHECK_ERRNO(write_at(fd, p, "b", 1), EIO);
    CHECK_ERRNO(write_at(fd, q, "b", 1), EIO);
    CHECK_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_EQ(read_at(fd, p, buf, 2), 2);
    CHECK_ERRNO(write_at(fd, p, "b", 1), EIO);
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_EQ(peek(p), 0);
}

struct pair {
    char *p;
    int to_child[2], to_parent[2];
};

static int sees_the_others_write(void *arg)
{
    struct pair *pair = arg;

    baton_pass(pair->to_parent);
    baton_wait(pair->to_child);
    CHECK_STR(pair->p, "to the child");
    CHECK_STR(pair->p + PAGE, "frozen");
    return 0;
}

/* Pages that fork shares are copied before they are written. */
static void another_process(void)
{
    struct pair pair = { map_anon(2 * PAGE, RW), { 0, 0 }, { 0, 0 } };
    char buf[16] = "";
    pid_t pid;
    int fd;

    baton_make(pair.to_child);
    baton_make(pair.to_parent);
    strcpy(pair.p, "of the parent");
    CHECK_OK(mprotect(pair.p + PAGE, PAGE, PROT_READ));
    pid = start_child(sees_the_others_write, &pair);
    baton_wait(pair.to_parent);
    fd = open_mem(pid);
    CHECK_EQ(read_at(fd, pair.p, buf, 14), 14);
    CHECK_STR(buf, "of the parent");
    CHECK_EQ(write_at(fd, pair.p, "to the child", 13), 13);
    CHECK_EQ(write_at(fd, pair.p + PAGE, "frozen", 7), 7);
    CHECK_STR(pair.p, "of the parent");
    CHECK_EQ(peek(pair.p + PAGE), 0);
    baton_pass(pair.to_child);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(read_at(fd, pair.p, buf, 4), 0);
    CHECK_EQ(write_at(fd, pair.p, buf, 4), 0);
}

static int executes(void *arg)
{
    static char *const argv[] = { "proc_mem", "own_memory", NULL };
    struct pair *pair = arg;

    baton_pass(pair->to_parent);
    baton_wait(pair->to_child);
    close(1); /* what it says is of no interest */
    execv(test_self(), argv);
    return 1;
}

/* The file is bound to what was the address space when it was opened. */
static void after_exec(void)
{
    struct pair pair = { map_anon(PAGE, RW), { 0, 0 }, { 0, 0 } };
    char buf[4];
    pid_t pid;
    int fd;

    baton_make(pair.to_child);
    baton_make(pair.to_parent);
    poke(pair.p, 1);
    pid = start_child(executes, &pair);
    baton_wait(pair.to_parent);
    fd = open_mem(pid);
    CHECK_EQ(read_at(fd, pair.p, buf, 4), 4);
    CHECK_EQ(buf[0], 1);
    baton_pass(pair.to_child);
    (void)wait_child(pid);
    CHECK_EQ(read_at(fd, pair.p, buf, 4), 0);
}

/* Reaching below a stack makes it grow, as a touch would. */
static void below_the_stack(void)
{
    int fd = open_mem(getpid());
    struct map_line line;
    char buf[4];

    REQUIRE(maps_find_name("[stack]", &line));
    CHECK_EQ(read_at(fd, (char *)line.start - 16 * PAGE, buf, 4), 4);
    REQUIRE(maps_find_name("[stack]", &line));
    CHECK_ERRNO(read_at(fd, (char *)line.end - 64 * MIB, buf, 4), EIO);
}

static void nobodys(void)
{
    pid_t pid = fork();
    char name[32];

    REQUIRE_OK(pid);
    if (pid == 0)
        _exit(0);
    CHECK_OK(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT));
    snprintf(name, sizeof(name), "/proc/%d/mem", (int)pid);
    CHECK_ERRNO(open(name, O_RDONLY), ESRCH);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_ERRNO(open(name, O_RDONLY), ENOENT);
}

static int opens_as_another_user(void *parent)
{
    char name[32];

    REQUIRE_OK(setuid(12345));
    snprintf(name, sizeof(name), "/proc/%d/mem", (int)(intptr_t)parent);
    CHECK_ERRNO(open(name, O_RDONLY), EACCES);
    return 0;
}

static void another_user(void)
{
    if (geteuid() != 0)
        return;
    CHECK_CHILD(opens_as_another_user, (void *)(intptr_t)getpid());
}

static const struct test_case cases[] = {
    CASE(own_memory),
    CASE(large_pieces),
    CASE(position_is_an_address),
    CASE(kernel_addresses),
    CASE(unmapped),
    CASE(bad_buffers),
    CASE(memory_without_access),
    CASE(read_only_anonymous),
    CASE(read_only_file),
    CASE(shared_memory),
    CASE(another_process),
    CASE(after_exec),
    CASE(below_the_stack),
    CASE(nobodys),
    CASE(another_user),
};

TEST_MAIN(cases)
