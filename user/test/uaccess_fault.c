/* SPDX-License-Identifier: MIT */
/*
 * Verifies that the kernel, asked to read or write memory that the process
 * may not, answers EFAULT, or does the part that it can; never more.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

/* Addresses at which nobody may read or write. */
static const uintptr_t nowhere[] = {
    0,
    8,
    0x7ffffffff000UL,
    0x7ffffffffffcUL,
    0x0000800000000000UL,
    0x1234567812345678UL,
    0xffff7ffffffffff0UL,
    0xffff800000000000UL,
    0xffff888000100000UL,
    0xffffffff80100000UL,
    0xfffffffffffff000UL,
    0xfffffffffffffffcUL,
};

static void read_to_nowhere(void)
{
    int fd = tmp_pages(1, 0, 'a');
    size_t i;

    for (i = 0; i < COUNT(nowhere); i++) {
        CHECK_ERRNO(read(fd, (void *)nowhere[i], 16), EFAULT);
        CHECK_ERRNO(pread(fd, (void *)nowhere[i], 16, 0), EFAULT);
    }
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 0);
}

static void write_from_nowhere(void)
{
    int fd = tmp_pages(1, 0, 'a');
    struct stat st;
    size_t i;

    for (i = 0; i < COUNT(nowhere); i++) {
        CHECK_ERRNO(write(fd, (void *)nowhere[i], 16), EFAULT);
        CHECK_ERRNO(pwrite(fd, (void *)nowhere[i], 16, PAGE), EFAULT);
    }
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_size, PAGE);
}

static void pipes_and_nowhere(void)
{
    int ends[2];
    char byte = 0;
    size_t i;

    REQUIRE_OK(pipe(ends));
    for (i = 0; i < COUNT(nowhere); i++)
        CHECK_ERRNO(write(ends[1], (void *)nowhere[i], 16), EFAULT);
    REQUIRE(write(ends[1], "x", 1) == 1);
    for (i = 0; i < COUNT(nowhere); i++)
        CHECK_ERRNO(read(ends[0], (void *)nowhere[i], 16), EFAULT);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
}

static void read_into_read_only(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map_anon(PAGE, PROT_READ);

    CHECK_ERRNO(read(fd, p, 16), EFAULT);
    CHECK_EQ(peek(p), 0);
    CHECK_ERRNO(read(fd, p, 16), EFAULT);
    CHECK_EQ(peek(p), 0);
    CHECK_ERRNO(read(fd, (void *)(uintptr_t)nowhere, 16), EFAULT);
    CHECK_ERRNO(read(fd, (void *)(uintptr_t)&read_into_read_only, 16), EFAULT);
}

static void no_access(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map_island(1);

    memset(p, 7, PAGE);
    REQUIRE_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_ERRNO(read(fd, p, 16), EFAULT);
    CHECK_ERRNO(write(fd, p, 16), EFAULT);
    REQUIRE_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_ERRNO(read(fd, p, 16), EFAULT);
    CHECK(all_bytes(p, PAGE, 7));
    CHECK_EQ(write(fd, p, 16), 16);
}

/* A transfer that runs into a page that is not there is cut short. */
static void cut_short_at_a_page(void)
{
    static char back[2 * PAGE];
    int fd = tmp_pages(3, 0, 'a');
    char *p = map_island(1);

    CHECK_EQ(pread(fd, p, 3 * PAGE, 0), PAGE);
    CHECK(all_bytes(p, PAGE, 'a'));
    memset(p, 'z', PAGE);
    CHECK_EQ(pwrite(fd, p, 3 * PAGE, 0), PAGE);
    CHECK_EQ(pread(fd, back, 2 * PAGE, 0), 2 * PAGE);
    CHECK(all_bytes(back, PAGE, 'z'));
    CHECK(all_bytes(back + PAGE, PAGE, 'b'));
}

static void read_cut_short_inside_a_page(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map_island(1);

    CHECK_EQ(pread(fd, p + PAGE - 100, 200, 0), 100);
    CHECK(all_bytes(p + PAGE - 100, 100, 'a'));
    CHECK_EQ(peek(p + PAGE - 101), 0);
}

/* The position advances by what was done. */
static void position_after_a_short_read(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map_island(1), byte = 0;

    CHECK_EQ(read(fd, p, 2 * PAGE), PAGE);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), PAGE);
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(byte, 'b');
}

static void zero_bytes_touch_nothing(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_EQ(read(fd, NULL, 0), 0);
    CHECK_EQ(write(fd, NULL, 0), 0);
    CHECK_EQ(read(fd, (void *)8, 0), 0);
}

/* A path may end with the last byte of a page, and not run over. */
static void paths(void)
{
    char *p = map_island(1), *end = p + PAGE;
    struct stat st;

    memcpy(end - 5, "/tmp", 5);
    CHECK_OK(stat(end - 5, &st));
    memset(p, 'x', PAGE);
    CHECK_ERRNO(open(end - 5, O_RDONLY), EFAULT);
    CHECK_ERRNO(syscall(SYS_open, NULL, O_RDONLY), EFAULT);
    CHECK_ERRNO(syscall(SYS_open, nowhere[7], O_RDONLY), EFAULT);
    CHECK_ERRNO(syscall(SYS_open, nowhere[4], O_RDONLY), EFAULT);
    CHECK_ERRNO(syscall(SYS_stat, NULL, &st), EFAULT);
    CHECK_ERRNO(syscall(SYS_mkdir, end - 1, 0755), EFAULT);
    CHECK_ERRNO(syscall(SYS_unlink, end, 0755), EFAULT);
    CHECK_ERRNO(syscall(SYS_chdir, nowhere[9]), EFAULT);
    CHECK_ERRNO(syscall(SYS_rename, "/tmp", NULL), EFAULT);
}

static void results(void)
{
    char *bad = map_anon(PAGE, PROT_READ);
    size_t i;

    for (i = 0; i < 4; i++) {
        void *at = i == 0 ? bad : (void *)nowhere[3 * i - 2];

        CHECK_ERRNO(syscall(SYS_stat, "/tmp", at), EFAULT);
        CHECK_ERRNO(syscall(SYS_fstat, 1, at), EFAULT);
        CHECK_ERRNO(syscall(SYS_uname, at), EFAULT);
        CHECK_ERRNO(syscall(SYS_sysinfo, at), EFAULT);
        CHECK_ERRNO(syscall(SYS_getcwd, at, PAGE), EFAULT);
        CHECK_ERRNO(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, at), EFAULT);
        CHECK_ERRNO(syscall(SYS_prlimit64, 0, 7, NULL, at), EFAULT);
    }
    CHECK(all_bytes(bad, PAGE, 0));
}

static void arguments(void)
{
    char *bad = map_anon(PAGE, PROT_NONE);

    CHECK_ERRNO(syscall(SYS_nanosleep, bad, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_nanosleep, NULL, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_nanosleep, nowhere[7], NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_prlimit64, 0, 7, bad, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_writev, 1, bad, 1), EFAULT);
    CHECK_ERRNO(syscall(SYS_readv, 0, nowhere[8], 2), EFAULT);
}

/* A pipe whose descriptors cannot be told is not made. */
static void pipe_leaves_no_descriptors(void)
{
    int before = dup(1), after, i;

    REQUIRE_OK(before);
    REQUIRE_OK(close(before));
    for (i = 0; i < 20; i++)
        CHECK_ERRNO(syscall(SYS_pipe2, nowhere[i % 2 ? 0 : 7], 0), EFAULT);
    after = dup(1);
    CHECK_EQ(after, before);
}

static int exits_5(void *unused)
{
    (void)unused;
    return 5;
}

/* The child is gone all the same. */
static void wait_status(void)
{
    pid_t pid = start_child(exits_5, NULL);

    CHECK_ERRNO(syscall(SYS_wait4, pid, nowhere[1], 0, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_wait4, pid, NULL, 0, NULL), ECHILD);
}

static const struct test_case cases[] = {
    CASE(read_to_nowhere),
    CASE(write_from_nowhere),
    CASE(pipes_and_nowhere),
    CASE(read_into_read_only),
    CASE(no_access),
    CASE(cut_short_at_a_page),
    CASE(read_cut_short_inside_a_page),
    CASE(position_after_a_short_read),
    CASE(zero_bytes_touch_nothing),
    CASE(paths),
    CASE(results),
    CASE(arguments),
    CASE(pipe_leaves_no_descriptors),
    CASE(wait_status),
};

TEST_MAIN(cases)
