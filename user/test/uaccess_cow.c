/* SPDX-License-Identifier: MIT */
/*
 * Verifies that what the kernel writes for a process goes by the same rules
 * as the process's own writes: a copy-on-write page is copied, the zero page
 * replaced, an untouched page filled.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *area;

static int reads_file_into(void *fd)
{
    CHECK_EQ(pread(*(int *)fd, area, 4 * PAGE, 0), 4 * PAGE);
    CHECK_EQ(marked_pages(area, 4, 'a'), 4);
    CHECK(all_bytes(area + PAGE, PAGE, 'b'));
    return 0;
}

static void read_into_shared_after_fork(void)
{
    int fd = tmp_pages(4, 0, 'a');

    area = map_island(4);
    memset(area, 7, 4 * PAGE);
    CHECK_CHILD(reads_file_into, &fd);
    CHECK(all_bytes(area, 4 * PAGE, 7));
    reads_file_into(&fd);
}

static int reads_pipe_into(void *pipe_end)
{
    CHECK_EQ(read(*(int *)pipe_end, area + PAGE - 3, 6), 6);
    CHECK_EQ(memcmp(area + PAGE - 3, "abcdef", 6), 0);
    CHECK_EQ(peek(area + PAGE - 4), 7);
    CHECK_EQ(peek(area + PAGE + 3), 7);
    return 0;
}

static void read_a_pipe_across_pages(void)
{
    int ends[2];

    area = map_island(2);
    memset(area, 7, 2 * PAGE);
    REQUIRE_OK(pipe(ends));
    REQUIRE(write(ends[1], "abcdef", 6) == 6);
    CHECK_CHILD(reads_pipe_into, &ends[0]);
    CHECK(all_bytes(area, 2 * PAGE, 7));
}

static void read_into_untouched(void)
{
    int fd = tmp_pages(4, 0, 'a');

    area = map_island(6);
    CHECK_EQ(read(fd, area + 100, 3 * PAGE), 3 * PAGE);
    CHECK(all_bytes(area, 100, 0));
    CHECK(all_bytes(area + 100, PAGE, 'a'));
    CHECK(all_bytes(area + 100 + PAGE, PAGE, 'b'));
    CHECK(all_bytes(area + 100 + 2 * PAGE, PAGE, 'c'));
    CHECK(all_bytes(area + 100 + 3 * PAGE, 3 * PAGE - 100, 0));
}

static void read_into_zero_page(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *other = map_island(1);

    area = map_island(2);
    CHECK(all_bytes(area, 2 * PAGE, 0));
    CHECK(all_bytes(other, PAGE, 0));
    CHECK_EQ(read(fd, area + 10, 20), 20);
    CHECK(all_bytes(area, 10, 0));
    CHECK(all_bytes(area + 10, 20, 'a'));
    CHECK(all_bytes(area + 30, 2 * PAGE - 30, 0));
    CHECK(all_bytes(other, PAGE, 0));
}

static void read_into_private_file(void)
{
    int from = tmp_pages(1, 0, 'z'), fd = tmp_pages(2, 0, 'a');
    char byte = 0;

    area = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE_OK(area);
    CHECK_EQ(read(from, area + PAGE, 5), 5);
    CHECK(all_bytes(area + PAGE, 5, 'z'));
    CHECK_EQ(peek(area + PAGE + 5), 'b');
    CHECK_EQ(pread(fd, &byte, 1, PAGE), 1);
    CHECK_EQ(byte, 'b');
}

static void read_into_shared_file(void)
{
    int from = tmp_pages(1, 0, 'z'), fd = tmp_pages(2, 0, 'a');
    char bytes[6];

    area = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    REQUIRE_OK(area);
    CHECK_EQ(read(from, area + PAGE - 2, 4), 4);
    CHECK_EQ(pread(fd, bytes, 6, PAGE - 3), 6);
    CHECK_EQ(memcmp(bytes, "azzzzb", 6), 0);
}

/* A file read into its own mapping: the same page is source and target. */
static void read_a_file_into_itself(void)
{
    int fd = tmp_pages(2, 0, 'a');

    area = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    REQUIRE_OK(area);
    CHECK_EQ(pread(fd, area, PAGE, PAGE), PAGE);
    CHECK(all_bytes(area, 2 * PAGE, 'b'));
    CHECK_EQ(pread(fd, area, PAGE, 0), PAGE);
    CHECK(all_bytes(area, PAGE, 'b'));
    CHECK_EQ(pwrite(fd, area + PAGE, PAGE, 0), PAGE);
    CHECK(all_bytes(area, 2 * PAGE, 'b'));
}

static void write_from_untouched(void)
{
    static char copy[64];
    int fd = tmp_pages(1, 0, 'a');

    area = map_island(1);
    CHECK_EQ(pwrite(fd, area + 5, sizeof(copy), 0), sizeof(copy));
    memset(copy, 1, sizeof(copy));
    CHECK_EQ(pread(fd, copy, sizeof(copy), 0), sizeof(copy));
    CHECK(all_bytes(copy, sizeof(copy), 0));
    area = map_anon(PAGE, PROT_READ);
    CHECK_EQ(pwrite(fd, area, 10, 0), 10);
}

static int kernel_fills_structs(void *unused)
{
    struct timespec *now = (struct timespec *)area;
    struct stat *st = (struct stat *)(area + PAGE);
    int *ends = (int *)(area + 2 * PAGE);
    char *cwd = area + 3 * PAGE;

    (void)unused;
    CHECK_OK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, now));
    CHECK(now->tv_nsec >= 0 && now->tv_nsec < 1000000000);
    CHECK_OK(stat("/tmp", st));
    CHECK(S_ISDIR(st->st_mode));
    CHECK_OK(pipe(ends));
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK(getcwd(cwd, PAGE) == cwd);
    CHECK_EQ(cwd[0], '/');
    return 0;
}

static void results_of_other_calls(void)
{
    area = map_island(4);
    memset(area, 0x7f, 4 * PAGE);
    CHECK_CHILD(kernel_fills_structs, NULL);
    CHECK(all_bytes(area, 4 * PAGE, 0x7f));
    kernel_fills_structs(NULL);
}

static int exits_5(void *unused)
{
    (void)unused;
    return 5;
}

/* The status of a dead child, written into a page that a living one shares. */
static void wait_status(void)
{
    int baton[2];
    pid_t sharer, pid;

    area = map_island(1);
    memset(area, 7, PAGE);
    baton_make(baton);
    sharer = fork();
    if (sharer == 0) {
        baton_wait(baton);
        _exit(all_bytes(area, PAGE, 7) ? 0 : 1);
    }
    REQUIRE_OK(sharer);
    pid = start_child(exits_5, NULL);
    CHECK_EQ(waitpid(pid, (int *)area, 0), pid);
    CHECK_EXIT(*(int *)area, 5);
    CHECK_EQ(peek(area + 4), 7);
    baton_pass(baton);
    CHECK_EXIT(wait_child(sharer), 0);
}

static int scatters(void *fd)
{
    struct iovec parts[4];
    size_t i;

    for (i = 0; i < COUNT(parts); i++) {
        parts[i].iov_base = area + i * PAGE + 50;
        parts[i].iov_len = 100;
    }
    CHECK_EQ(readv(*(int *)fd, parts, COUNT(parts)), 400);
    for (i = 0; i < COUNT(parts); i++) {
        CHECK(all_bytes(area + i * PAGE, 50, 7));
        CHECK(all_bytes(area + i * PAGE + 50, 100, 'a'));
        CHECK_EQ(peek(area + i * PAGE + 150), 7);
    }
    return 0;
}

static void scattered_read(void)
{
    int fd = tmp_pages(1, 0, 'a');

    area = map_island(4);
    memset(area, 7, 4 * PAGE);
    CHECK_CHILD(scatters, &fd);
    CHECK(all_bytes(area, 4 * PAGE, 7));
}

static const struct test_case cases[] = {
    CASE(read_into_shared_after_fork),
    CASE(read_a_pipe_across_pages),
    CASE(read_into_untouched),
    CASE(read_into_zero_page),
    CASE(read_into_private_file),
    CASE(read_into_shared_file),
    CASE(read_a_file_into_itself),
    CASE(write_from_untouched),
    CASE(results_of_other_calls),
    CASE(wait_status),
    CASE(scattered_read),
};

TEST_MAIN(cases)
