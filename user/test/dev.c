/* SPDX-License-Identifier: MIT */
/*
 * Verifies the devices that stand for nothing, zeroes and chance.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static char block[3 * PAGE];

static int device(const char *name)
{
    int fd = open(name, O_RDWR);

    REQUIRE_OK(fd);
    return fd;
}

static void null(void)
{
    int fd = device("/dev/null");

    CHECK_EQ(read(fd, block, sizeof(block)), 0);
    CHECK_EQ(write(fd, block, sizeof(block)), sizeof(block));
    CHECK_EQ(pread(fd, block, 10, 1000), 0);
    CHECK_EQ(lseek(fd, 100, SEEK_SET), 0);
    CHECK_EQ(read(fd, block, 1), 0);
}

/* What null takes it does not look at. */
static void null_does_not_look(void)
{
    CHECK_EQ(syscall(SYS_write, device("/dev/null"), 8, 100), 100);
}

static void zero(void)
{
    int fd = device("/dev/zero");

    memset(block, 0xff, sizeof(block));
    CHECK_EQ(read(fd, block + 1, sizeof(block) - 2), sizeof(block) - 2);
    CHECK_EQ((unsigned char)block[0], 0xff);
    CHECK(all_bytes(block + 1, sizeof(block) - 2, 0));
    CHECK_EQ((unsigned char)block[sizeof(block) - 1], 0xff);
    CHECK_EQ(write(fd, block, sizeof(block)), sizeof(block));
    CHECK_ERRNO(syscall(SYS_read, fd, 8, 10), EFAULT);
}

static void random_bytes(void)
{
    int fd = device("/dev/urandom");
    static unsigned char seen[256];
    size_t i, kinds = 0;

    CHECK_EQ(read(fd, block, 4096), 4096);
    for (i = 0; i < 4096; i++)
        seen[(unsigned char)block[i]] = 1;
    for (i = 0; i < 256; i++)
        kinds += seen[i];
    CHECK(kinds > 240);
    CHECK_EQ(read(fd, block + 4096, 64), 64);
    CHECK(memcmp(block, block + 4096, 64) != 0);
    CHECK_EQ(write(fd, "seed", 4), 4);
    CHECK_ERRNO(syscall(SYS_read, fd, 8, 10), EFAULT);
}

static int reads_chance(void *ends)
{
    REQUIRE(read(device("/dev/urandom"), block, 32) == 32);
    return write(((int *)ends)[1], block, 32) == 32 ? 0 : 1;
}

static void random_bytes_differ_by_process(void)
{
    int ends[2];

    REQUIRE_OK(pipe(ends));
    CHECK_CHILD(reads_chance, ends);
    CHECK_CHILD(reads_chance, ends);
    CHECK_EQ(read(ends[0], block, 64), 64);
    CHECK(memcmp(block, block + 32, 32) != 0);
}

static void not_terminals(void)
{
    static char settings[64];

    CHECK_ERRNO(syscall(SYS_ioctl, device("/dev/null"), 0x5401, settings),
                ENOTTY);
    CHECK_ERRNO(syscall(SYS_ioctl, device("/dev/zero"), 0x5401, settings),
                ENOTTY);
    CHECK_ERRNO(syscall(SYS_ioctl, 999, 0x5401, settings), EBADF);
}

static void none_such(void)
{
    CHECK_ERRNO(open("/dev/none", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("/dev/null/x", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open("/dev", O_RDWR), EISDIR);
}

static const struct test_case cases[] = {
    CASE(null),
    CASE(null_does_not_look),
    CASE(zero),
    CASE(random_bytes),
    CASE(random_bytes_differ_by_process),
    CASE(not_terminals),
    CASE(none_such),
};

TEST_MAIN(cases)
