/* SPDX-License-Identifier: MIT */
/*
 * Verifies private mappings of files: they show the file, and keep what is
 * written to them from it.
 */
#include <fcntl.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *map(int fd, size_t npages, int prot, size_t first)
{
    char *p =
        mmap(NULL, npages * PAGE, prot, MAP_PRIVATE, fd, (off_t)(first * PAGE));

    REQUIRE_OK(p);
    return p;
}

static int byte_of(int fd, off_t offset)
{
    unsigned char byte = 0;

    CHECK_EQ(pread(fd, &byte, 1, offset), 1);
    return byte;
}

static void shows_the_file(void)
{
    char *p = map(tmp_pages(4, 0, 'a'), 4, PROT_READ, 0);

    CHECK_EQ(marked_pages(p, 4, 'a'), 4);
    CHECK(all_bytes(p + 2 * PAGE, PAGE, 'c'));
}

static void at_an_offset(void)
{
    int fd = tmp_pages(6, 0, 'a');
    char *p = map(fd, 2, PROT_READ, 3);
    struct map_line area;

    CHECK_EQ(marked_pages(p, 2, 'd'), 2);
    REQUIRE(maps_find(p, &area));
    CHECK_EQ(area.offset, 3 * PAGE);
    CHECK(area.inode != 0);
}

static void writes_do_not_reach_the_file(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map(fd, 3, RW, 0);

    memset(p + PAGE, 'z', 10);
    CHECK_EQ(byte_of(fd, PAGE), 'b');
    CHECK(all_bytes(p + PAGE, 10, 'z'));
    CHECK(all_bytes(p + PAGE + 10, PAGE - 10, 'b'));
    CHECK_EQ(peek(p + 2 * PAGE), 'c');
}

static void write_before_read(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map(fd, 1, RW, 0);

    poke(p + 100, 'z');
    CHECK(all_bytes(p, 100, 'a'));
    CHECK_EQ(peek(p + 100), 'z');
    CHECK(all_bytes(p + 101, PAGE - 101, 'a'));
    CHECK_EQ(byte_of(fd, 100), 'a');
}

static void two_mappings_are_apart(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, RW, 0), *q = map(fd, 2, RW, 0);

    poke(p, 'x');
    poke(q + PAGE, 'y');
    CHECK_EQ(peek(p), 'x');
    CHECK_EQ(peek(p + PAGE), 'b');
    CHECK_EQ(peek(q), 'a');
    CHECK_EQ(peek(q + PAGE), 'y');
}

/* Once written, a page has parted from the file for good. */
static void written_page_ignores_the_file(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, RW, 0);

    poke(p, 'x');
    CHECK_EQ(pwrite(fd, "12345", 5, 0), 5);
    CHECK_EQ(peek(p), 'x');
    CHECK(all_bytes(p + 1, PAGE - 1, 'a'));
}

static void read_only_descriptor_is_enough(void)
{
    char *p;
    int fd;

    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    fd = open("file", O_RDONLY);
    REQUIRE_OK(fd);
    p = map(fd, 1, RW, 0);
    CHECK_OK(close(fd));
    poke(p, 'z');
    CHECK_EQ(memcmp(p, "zbcdef", 6), 0);
}

static void survives_close_and_unlink(void)
{
    char *p;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abcdef", 6);
    p = map(fd, 1, PROT_READ, 0);
    CHECK_OK(unlink("file"));
    CHECK_OK(close(fd));
    CHECK_EQ(memcmp(p, "abcdef", 6), 0);
    CHECK_OK(munmap(p, PAGE));
    CHECK_ERRNO(open("file", O_RDONLY), ENOENT);
}

static void made_writable_later(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, PROT_READ, 0);

    CHECK_EQ(peek(p), 'a');
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_OK(mprotect(p, 2 * PAGE, RW));
    poke(p, 'z');
    poke(p + PAGE, 'y');
    CHECK_EQ(byte_of(fd, 0), 'a');
    CHECK_EQ(byte_of(fd, PAGE), 'b');
    CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ));
    CHECK_EQ(peek(p), 'z');
    CHECK_EQ(peek(p + PAGE), 'y');
}

/* As a dynamic loader does: the whole span, then its parts over it. */
static void mapped_in_parts_over_itself(void)
{
    int fd = tmp_pages(6, 0, 'a');
    char *p = map(fd, 8, PROT_READ, 0);

    REQUIRE(mmap(p + PAGE, 2 * PAGE, RX, MAP_PRIVATE | MAP_FIXED, fd, PAGE) ==
            p + PAGE);
    REQUIRE(mmap(p + 4 * PAGE, 2 * PAGE, RW,
                 MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, fd,
                 3 * PAGE) == p + 4 * PAGE);
    REQUIRE(mmap(p + 6 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0) ==
            p + 6 * PAGE);
    CHECK_AREAS(p, 8, "r--p:1 r-xp:2 r--p:1 rw-p:2 rw-p:2");
    CHECK_EQ(marked_pages(p, 4, 'a'), 4);
    CHECK_EQ(marked_pages(p + 4 * PAGE, 2, 'd'), 2);
    CHECK(all_bytes(p + 6 * PAGE, 2 * PAGE, 0));
}

static void populated(void)
{
    int fd = tmp_pages(4, 0, 'a');
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE | MAP_POPULATE, fd, 0);

    REQUIRE_OK(p);
    CHECK_EQ(marked_pages(p, 4, 'a'), 4);
    poke(p, 'z');
    CHECK_EQ(byte_of(fd, 0), 'a');
}

/* mov $42, %eax; ret */
static void code_from_a_file(void)
{
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };
    char *p;

    tmp_enter();
    p = map(tmp_file("code", code, sizeof(code)), 1, RX, 0);
    CHECK_EQ(((int (*)(void))(uintptr_t)p)(), 42);
    CHECK_EQ(probe_write(p), SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(shows_the_file),
    CASE(at_an_offset),
    CASE(writes_do_not_reach_the_file),
    CASE(write_before_read),
    CASE(two_mappings_are_apart),
    CASE(written_page_ignores_the_file),
    CASE(read_only_descriptor_is_enough),
    CASE(survives_close_and_unlink),
    CASE(made_writable_later),
    CASE(mapped_in_parts_over_itself),
    CASE(populated),
    CASE(code_from_a_file),
};

TEST_MAIN(cases)
