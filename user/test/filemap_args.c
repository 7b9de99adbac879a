/* SPDX-License-Identifier: MIT */
/*
 * Verifies which files can be mapped how: EACCES by the descriptor's mode,
 * ENODEV for what has no pages; and that a failed call leaves nothing.
 */
#include <fcntl.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static int reopened(int flags)
{
    int fd;

    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    fd = open("file", flags);
    REQUIRE_OK(fd);
    return fd;
}

static long map(int prot, int flags, int fd)
{
    return (long)raw_mmap(NULL, PAGE, prot, flags, fd, 0);
}

static void read_only_descriptor(void)
{
    int fd = reopened(O_RDONLY);

    CHECK_ERRNO(map(RW, MAP_SHARED, fd), EACCES);
    CHECK_ERRNO(map(PROT_WRITE, MAP_SHARED, fd), EACCES);
    CHECK_OK(map(PROT_READ, MAP_SHARED, fd));
    CHECK_OK(map(PROT_NONE, MAP_SHARED, fd));
    CHECK_OK(map(RW, MAP_PRIVATE, fd));
    CHECK_OK(map(RWX, MAP_PRIVATE, fd));
}

static void write_only_descriptor(void)
{
    int fd = reopened(O_WRONLY);

    CHECK_ERRNO(map(PROT_READ, MAP_SHARED, fd), EACCES);
    CHECK_ERRNO(map(PROT_READ, MAP_PRIVATE, fd), EACCES);
    CHECK_ERRNO(map(PROT_WRITE, MAP_SHARED, fd), EACCES);
    CHECK_ERRNO(map(PROT_NONE, MAP_PRIVATE, fd), EACCES);
}

static void read_write_descriptor(void)
{
    int fd = reopened(O_RDWR);

    CHECK_OK(map(RW, MAP_SHARED, fd));
    CHECK_OK(map(RW, MAP_PRIVATE, fd));
    CHECK_OK(map(PROT_WRITE, MAP_SHARED, fd));
}

/* Appending does not forbid to write by way of a mapping. */
static void append_descriptor(void)
{
    int fd = reopened(O_RDWR | O_APPEND);
    char *p = raw_mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    char byte;

    REQUIRE_OK(p);
    poke(p, 'z');
    CHECK_EQ(pread(fd, &byte, 1, 0), 1);
    CHECK_EQ(byte, 'z');
}

static void folder(void)
{
    int fd = open("/tmp", O_RDONLY);

    REQUIRE_OK(fd);
    CHECK_ERRNO(map(PROT_READ, MAP_PRIVATE, fd), ENODEV);
    CHECK_ERRNO(map(PROT_READ, MAP_SHARED, fd), ENODEV);
}

static void pipe_ends(void)
{
    int ends[2];

    REQUIRE_OK(pipe(ends));
    CHECK_ERRNO(map(PROT_READ, MAP_PRIVATE, ends[0]), ENODEV);
    CHECK_ERRNO(map(PROT_READ, MAP_SHARED, ends[0]), ENODEV);
    CHECK_ERRNO(map(PROT_WRITE, MAP_SHARED, ends[1]), EACCES);
}

static void null_device(void)
{
    int fd = open("/dev/null", O_RDWR);

    REQUIRE_OK(fd);
    CHECK_ERRNO(map(RW, MAP_PRIVATE, fd), ENODEV);
    CHECK_ERRNO(map(RW, MAP_SHARED, fd), ENODEV);
}

static void process_file(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);

    REQUIRE_OK(fd);
    CHECK(map(PROT_READ, MAP_PRIVATE, fd) == -1);
    CHECK_ERRNO(map(RX, MAP_PRIVATE, fd), EPERM); /* nothing there is run */
}

/* The order of the checks: descriptor, length, mode. */
static void which_error_first(void)
{
    int fd = reopened(O_WRONLY);

    CHECK_ERRNO(raw_mmap(NULL, 0, PROT_READ, MAP_PRIVATE, fd, 0), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 5), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, 1UL << 62, PROT_READ, MAP_PRIVATE, fd, 0),
                ENOMEM);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, 0, fd, 0), EINVAL);
}

/* The mapping does not lean on the descriptor: neither its closing nor a new
 * file of the same number matters. */
static void descriptor_reused(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

    REQUIRE_OK(p);
    REQUIRE_OK(close(fd));
    CHECK_EQ(tmp_pages(1, 0, 'k'), fd);
    CHECK_EQ(peek(p), 'a');
}

static void named_in_maps(void)
{
    int fd = reopened(O_RDONLY);
    char *p = raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    char folder_name[160];
    struct map_line area;

    REQUIRE_OK(p);
    REQUIRE(maps_find(p, &area));
    tmp_path(folder_name, sizeof(folder_name), getpid());
    strcat(folder_name, "/file");
    CHECK_STR(area.name, folder_name);
    CHECK_STR(area.perms, "r--p");
}

static const struct test_case cases[] = {
    CASE(read_only_descriptor),
    CASE(write_only_descriptor),
    CASE(read_write_descriptor),
    CASE(append_descriptor),
    CASE(folder),
    CASE(pipe_ends),
    CASE(null_device),
    CASE(process_file),
    CASE(which_error_first),
    CASE(descriptor_reused),
    CASE(named_in_maps),
};

TEST_MAIN(cases)
