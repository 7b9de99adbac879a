/* SPDX-License-Identifier: MIT */
/*
 * Verifies shared mappings of files: mapping, read, write and every other
 * mapping of the file see the same bytes at once.
 */
#include <fcntl.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *map(int fd, size_t npages, int prot, size_t first)
{
    char *p =
        mmap(NULL, npages * PAGE, prot, MAP_SHARED, fd, (off_t)(first * PAGE));

    REQUIRE_OK(p);
    return p;
}

static void writes_reach_read(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map(fd, 3, RW, 0);
    char bytes[8];

    memcpy(p + PAGE - 2, "wxyz", 4);
    CHECK_EQ(pread(fd, bytes, 8, PAGE - 4), 8);
    CHECK_EQ(memcmp(bytes, "aawxyzbb", 8), 0);
}

static void write_reaches_the_mapping(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map(fd, 3, PROT_READ, 0);

    CHECK_EQ(peek(p + PAGE), 'b');
    CHECK_EQ(pwrite(fd, "wxyz", 4, PAGE - 2), 4);
    CHECK_EQ(memcmp(p + PAGE - 4, "aawxyzbb", 8), 0);
    CHECK_EQ(pwrite(fd, "1", 1, 2 * PAGE), 1);
    CHECK_EQ(peek(p + 2 * PAGE), '1');
}

static void two_mappings_are_one(void)
{
    int fd = tmp_pages(4, 0, 'a');
    char *p = map(fd, 4, RW, 0), *q = map(fd, 2, RW, 2);

    poke(p + 2 * PAGE, 'x');
    CHECK_EQ(peek(q), 'x');
    poke(q + PAGE + 7, 'y');
    CHECK_EQ(peek(p + 3 * PAGE + 7), 'y');
}

static void private_one_sees_it_until_written(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, RW, 0);
    char *own = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

    REQUIRE_OK(own);
    poke(own + PAGE, 'o');
    poke(p + PAGE, 'x');
    CHECK_EQ(peek(own + PAGE), 'o');
    CHECK_EQ(peek(p + PAGE), 'x');
    poke(p, 'y');
    CHECK_EQ(peek(own), 'y');
}

static void two_descriptors(void)
{
    int one, two;
    char *p, *q;

    tmp_enter();
    one = tmp_file("file", "abcdef", 6);
    two = open("file", O_RDWR);
    REQUIRE_OK(two);
    p = map(one, 1, RW, 0);
    q = map(two, 1, RW, 0);
    CHECK_OK(close(one));
    poke(p, 'z');
    CHECK_EQ(memcmp(q, "zbcdef", 6), 0);
    CHECK_EQ(pwrite(two, "!", 1, 5), 1);
    CHECK_EQ(memcmp(p, "zbcde!", 6), 0);
}

static void survives_close_and_unlink(void)
{
    char bytes[6];
    char *p;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abcdef", 6);
    p = map(fd, 1, RW, 0);
    CHECK_OK(close(fd));
    memcpy(p, "uvwxyz", 6);
    fd = open("file", O_RDONLY);
    CHECK_EQ(read(fd, bytes, 6), 6);
    CHECK_EQ(memcmp(bytes, "uvwxyz", 6), 0);
    CHECK_OK(munmap(p, PAGE));
    CHECK_EQ(pread(fd, bytes, 6, 0), 6);
    CHECK_EQ(memcmp(bytes, "uvwxyz", 6), 0);
    p = map(fd, 1, PROT_READ, 0);
    CHECK_OK(unlink("file"));
    CHECK_OK(close(fd));
    CHECK_EQ(memcmp(p, "uvwxyz", 6), 0);
}

static int writes_by_path(void *unused)
{
    int fd = open("file", O_RDWR);
    char *p;

    (void)unused;
    REQUIRE_OK(fd);
    p = map(fd, 2, RW, 0);
    CHECK_EQ(peek(p + PAGE), 'B');
    poke(p, 'Z');
    return 0;
}

/* A process that knows only the file's name shares its pages. */
static void unrelated_processes(void)
{
    static char content[2 * PAGE];
    char *p;
    int fd;

    tmp_enter();
    memset(content, 'a', sizeof(content));
    fd = tmp_file("file", content, sizeof(content));
    p = map(fd, 2, RW, 0);
    poke(p + PAGE, 'B');
    CHECK_CHILD(writes_by_path, NULL);
    CHECK_EQ(peek(p), 'Z');
}

static void read_only_mapping_follows(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *seen = map(fd, 1, PROT_READ, 0), *p = map(fd, 1, RW, 0);

    CHECK_EQ(peek(seen), 'a');
    CHECK_EQ(probe_write(seen), SIGSEGV);
    poke(p, 'z');
    CHECK_EQ(peek(seen), 'z');
}

static void hole_in_the_file(void)
{
    char *p;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "a", 1);
    REQUIRE_OK(ftruncate(fd, 4 * PAGE));
    p = map(fd, 4, RW, 0);
    CHECK(all_bytes(p + 1, 4 * PAGE - 1, 0));
    poke(p + 2 * PAGE, 'z');
    CHECK_EQ(lseek(fd, 2 * PAGE, SEEK_SET), 2 * PAGE);
    CHECK_EQ(read(fd, p, 1), 1);
    CHECK_EQ(peek(p), 'z');
}

static void populated(void)
{
    int fd = tmp_pages(4, 0, 'a');
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_POPULATE, fd, 0);
    char byte;

    REQUIRE_OK(p);
    CHECK_EQ(marked_pages(p, 4, 'a'), 4);
    poke(p, 'z');
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(byte, 'z');
}

static void remapped_elsewhere(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, RW, 0);

    poke(p, 'z');
    REQUIRE_OK(munmap(p, 2 * PAGE));
    p = map(fd, 2, RW, 0);
    CHECK_EQ(peek(p), 'z');
    REQUIRE(mmap(p, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, PAGE) == p);
    poke(p, 'y');
    CHECK_EQ(peek(p + PAGE), 'y');
}

static const struct test_case cases[] = {
    CASE(writes_reach_read),    CASE(write_reaches_the_mapping),
    CASE(two_mappings_are_one), CASE(private_one_sees_it_until_written),
    CASE(two_descriptors),      CASE(survives_close_and_unlink),
    CASE(unrelated_processes),  CASE(read_only_mapping_follows),
    CASE(hole_in_the_file),     CASE(populated),
    CASE(remapped_elsewhere),
};

TEST_MAIN(cases)
