/* SPDX-License-Identifier: MIT */
/*
 * Verifies pipes: order, blocking, capacity, the end of input, and writing to
 * nobody.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define CAPACITY (64 * KIB)

static int ends[2];
static char block[CAPACITY];

static void bytes_in_order(void)
{
    char text[16] = "";

    REQUIRE_OK(pipe(ends));
    CHECK_EQ(write(ends[1], "abc", 3), 3);
    CHECK_EQ(write(ends[1], "def", 3), 3);
    CHECK_EQ(read(ends[0], text, 4), 4);
    CHECK_STR(text, "abcd");
    CHECK_EQ(read(ends[0], text, 16), 2);
    CHECK_EQ(memcmp(text, "ef", 2), 0);
}

static void descriptors(void)
{
    struct stat st;
    char byte;

    REQUIRE_OK(pipe(ends));
    CHECK(ends[0] != ends[1]);
    CHECK_ERRNO(write(ends[0], "x", 1), EBADF);
    CHECK_ERRNO(read(ends[1], &byte, 1), EBADF);
    CHECK_OK(fstat(ends[0], &st));
    CHECK(S_ISFIFO(st.st_mode));
    CHECK_EQ(fcntl(ends[0], F_GETFL) & O_ACCMODE, O_RDONLY);
    CHECK_EQ(fcntl(ends[1], F_GETFL) & O_ACCMODE, O_WRONLY);
}

static void end_of_input(void)
{
    char text[8];

    REQUIRE_OK(pipe(ends));
    CHECK_EQ(write(ends[1], "abc", 3), 3);
    CHECK_OK(close(ends[1]));
    CHECK_EQ(read(ends[0], text, 8), 3);
    CHECK_EQ(read(ends[0], text, 8), 0);
    CHECK_EQ(read(ends[0], text, 8), 0);
}

static int holds_it_open(void *unused)
{
    (void)unused;
    sleep_ms(20);
    return write(ends[1], "z", 1) == 1 ? 0 : 1;
}

/* The end comes when the last writer is gone, in whatever process. */
static void last_writer_ends_it(void)
{
    char text[8];
    pid_t pid;

    REQUIRE_OK(pipe(ends));
    pid = start_child(holds_it_open, NULL);
    CHECK_OK(close(ends[1]));
    CHECK_EQ(read(ends[0], text, 8), 1);
    CHECK_EQ(text[0], 'z');
    CHECK_EQ(read(ends[0], text, 8), 0);
    CHECK_EXIT(wait_child(pid), 0);
}

static int writes_to_nobody(void *unused)
{
    (void)unused;
    write(ends[1], "x", 1);
    return 1;
}

static void nobody_reads(void)
{
    REQUIRE_OK(pipe(ends));
    CHECK_OK(close(ends[0]));
    CHECK_SIGNAL(run_child(writes_to_nobody, NULL), SIGPIPE);
}

static int fills_it(void *unused)
{
    (void)unused;
    close(ends[0]);
    for (;;)
        if (write(ends[1], block, 4096) < 0)
            return 1;
}

/* A writer that waits for room is woken when the last reader goes. */
static void reader_leaves_a_waiting_writer(void)
{
    pid_t pid;

    REQUIRE_OK(pipe(ends));
    pid = start_child(fills_it, NULL);
    CHECK_OK(close(ends[1]));
    sleep_ms(10);
    CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
    CHECK_OK(close(ends[0]));
    CHECK_SIGNAL(wait_child(pid), SIGPIPE);
}

static void reader_waits(void)
{
    long start = now_ms();
    char byte;
    pid_t pid;

    REQUIRE_OK(pipe(ends));
    pid = start_child(holds_it_open, NULL);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    CHECK(now_ms() - start >= 19);
    CHECK_EXIT(wait_child(pid), 0);
}

static void without_waiting(void)
{
    char byte;
    size_t n = 0;

    REQUIRE_OK(syscall(SYS_pipe2, ends, O_NONBLOCK));
    CHECK_ERRNO(read(ends[0], &byte, 1), EAGAIN);
    while (write(ends[1], block, 4096) == 4096)
        n += 4096;
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(n, CAPACITY);
    CHECK_ERRNO(write(ends[1], "x", 1), EAGAIN);
    CHECK_EQ(read(ends[0], block, 4096), 4096);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_OK(close(ends[1]));
    CHECK_EQ(read(ends[0], block, CAPACITY), CAPACITY - 4096 + 1);
    CHECK_EQ(read(ends[0], block, CAPACITY), 0);
}

static int writes_a_megabyte(void *unused)
{
    size_t i, k;

    (void)unused;
    for (i = 0; i < 16; i++) {
        for (k = 0; k < CAPACITY; k += 8)
            *(uint64_t *)(block + k) = i * CAPACITY + k;
        if (write(ends[1], block, CAPACITY) != (ssize_t)CAPACITY)
            return 1;
    }
    return 0;
}

/* Far more than it holds goes through, read in odd pieces. */
static void more_than_it_holds(void)
{
    uint64_t word, total = 0;
    size_t have = 0;
    ssize_t n;
    pid_t pid;

    REQUIRE_OK(pipe(ends));
    pid = start_child(writes_a_megabyte, NULL);
    CHECK_OK(close(ends[1]));
    while ((n = read(ends[0], block + have, 12345)) > 0) {
        size_t used = 0;

        for (have += (size_t)n; have - used >= 8; used += 8, total += 8) {
            memcpy(&word, block + used, 8);
            if (word != total)
                REQUIRE(word == total);
        }
        have -= used;
        memmove(block, block + used, have);
    }
    CHECK_EQ(n, 0);
    CHECK_EQ(total, 16 * CAPACITY);
    CHECK_EXIT(wait_child(pid), 0);
}

static int writes_records(void *letter)
{
    char record[200];
    int i;

    memset(record, (int)(uintptr_t)letter, sizeof(record));
    for (i = 0; i < 40; i++)
        if (write(ends[1], record, sizeof(record)) != sizeof(record))
            return 1;
    return 0;
}

/* What is no larger than PIPE_BUF arrives in one piece. */
static void small_writes_do_not_mix(void)
{
    char record[200];
    pid_t pids[4];
    size_t i, n = 0;

    REQUIRE_OK(pipe(ends));
    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(writes_records, (void *)('a' + i));
    CHECK_OK(close(ends[1]));
    while (read(ends[0], record, sizeof(record)) == sizeof(record)) {
        REQUIRE(all_bytes(record, sizeof(record), (unsigned char)record[0]));
        n++;
    }
    CHECK_EQ(n, 4 * 40);
    for (i = 0; i < COUNT(pids); i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
}

static void flags(void)
{
    REQUIRE_OK(syscall(SYS_pipe2, ends, O_CLOEXEC));
    CHECK_EQ(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    REQUIRE_OK(syscall(SYS_pipe2, ends, 0));
    CHECK_EQ(fcntl(ends[0], F_GETFD), 0);
    CHECK_ERRNO(syscall(SYS_pipe2, ends, 0x10), EINVAL);
    CHECK_ERRNO(syscall(SYS_pipe2, ends, -1), EINVAL);
}

static void nothing_at_all(void)
{
    REQUIRE_OK(pipe(ends));
    CHECK_EQ(write(ends[1], "", 0), 0);
    CHECK_EQ(read(ends[0], block, 0), 0);
}

static int echoes(void *back)
{
    char byte;
    int i;

    for (i = 0; i < 200; i++)
        if (read(ends[0], &byte, 1) != 1 ||
            write(((int *)back)[1], &byte, 1) != 1)
            return 1;
    return 0;
}

static void ping_pong(void)
{
    int back[2], i;
    pid_t pid;

    REQUIRE_OK(pipe(ends));
    REQUIRE_OK(pipe(back));
    pid = start_child(echoes, back);
    for (i = 0; i < 200; i++) {
        char byte = (char)i, found = 0;

        REQUIRE(write(ends[1], &byte, 1) == 1);
        REQUIRE(read(back[0], &found, 1) == 1);
        REQUIRE(found == byte);
    }
    CHECK_EXIT(wait_child(pid), 0);
}

/* What cannot be copied is neither written nor taken out. */
static void bad_memory(void)
{
    char *p = map_island(4), text[200];

    REQUIRE_OK(pipe(ends));
    CHECK_OK(mprotect(p + 3 * PAGE, PAGE, PROT_NONE));
    CHECK_ERRNO(write(ends[1], p + 3 * PAGE - 50, 100), EFAULT);
    CHECK_EQ(write(ends[1], "abc", 3), 3);
    CHECK_ERRNO(read(ends[0], p + 3 * PAGE - 1, 3), EFAULT);
    CHECK_EQ(read(ends[0], text, sizeof(text)), 3);
    CHECK_EQ(memcmp(text, "abc", 3), 0);
    CHECK_EQ(write(ends[1], p, 3 * PAGE + 100), 3 * (long)PAGE);
}

static const struct test_case cases[] = {
    CASE(bytes_in_order),
    CASE(descriptors),
    CASE(end_of_input),
    CASE(last_writer_ends_it),
    CASE(nobody_reads),
    CASE(reader_leaves_a_waiting_writer),
    CASE(reader_waits),
    CASE(without_waiting),
    CASE(more_than_it_holds),
    CASE(small_writes_do_not_mix),
    CASE(flags),
    CASE(nothing_at_all),
    CASE(ping_pong),
    CASE(bad_memory),
};

TEST_MAIN(cases)
