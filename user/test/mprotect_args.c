/* SPDX-License-Identifier: MIT */
/*
 * Verifies the errno of mprotect for each argument that it refuses, and that
 * a refused call changes nothing.
 */
#include <fcntl.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define PROT_GROWSDOWN_BIT 0x01000000
#define PROT_GROWSUP_BIT 0x02000000

static void unaligned(void)
{
    char *p = map_island(2);

    CHECK_ERRNO(raw_mprotect(p + 1, PAGE, PROT_READ), EINVAL);
    CHECK_ERRNO(raw_mprotect(p + PAGE - 1, 1, PROT_READ), EINVAL);
    CHECK_ERRNO(raw_mprotect(p + 8, 0, PROT_READ), EINVAL);
    CHECK_AREAS(p, 2, "rw-p:2");
}

static void length_zero(void)
{
    char *p = map_island(1);

    CHECK_OK(raw_mprotect(p, 0, PROT_READ));
    CHECK_OK(raw_mprotect(free_range(PAGE), 0, PROT_READ));
    CHECK_EQ(probe_write(p), 0);
}

static void unknown_bits(void)
{
    char *p = map_island(1);

    CHECK_ERRNO(raw_mprotect(p, PAGE, RW | 0x10), EINVAL);
    CHECK_ERRNO(raw_mprotect(p, PAGE, 0x80), EINVAL);
    CHECK_ERRNO(raw_mprotect(p, PAGE, (int)0x80000000), EINVAL);
    CHECK_ERRNO(raw_mprotect(p, PAGE, -1), EINVAL);
    CHECK_AREAS(p, 1, "rw-p:1");
}

static void growing_what_does_not_grow(void)
{
    char *p = map_island(1);

    CHECK_ERRNO(raw_mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN_BIT), EINVAL);
    CHECK_ERRNO(raw_mprotect(p, PAGE,
                             PROT_READ | PROT_GROWSDOWN_BIT | PROT_GROWSUP_BIT),
                EINVAL);
    CHECK_AREAS(p, 1, "rw-p:1");
}

static void nothing_there(void)
{
    char *p = free_range(PAGE);

    CHECK_ERRNO(raw_mprotect(p, PAGE, PROT_READ), ENOMEM);
    CHECK_ERRNO(raw_mprotect(NULL, PAGE, PROT_READ), ENOMEM);
}

static void beyond_user_space(void)
{
    char *p = map_island(1);

    CHECK_ERRNO(raw_mprotect((void *)0x7ffffffff000UL, PAGE, PROT_READ),
                ENOMEM);
    CHECK_ERRNO(raw_mprotect((void *)0x800000000000UL, PAGE, PROT_READ),
                ENOMEM);
    CHECK_ERRNO(raw_mprotect((void *)0xffff800000000000UL, PAGE, PROT_READ),
                ENOMEM);
    CHECK_ERRNO(raw_mprotect((void *)0xfffffffffffff000UL, PAGE, PROT_READ),
                ENOMEM);
    CHECK_ERRNO(raw_mprotect(p, (size_t)-PAGE, PROT_NONE), ENOMEM);
    CHECK_ERRNO(raw_mprotect(p, (size_t)-1, PROT_NONE), ENOMEM);
    CHECK_AREAS(p, 1, "rw-p:1");
}

/* A shared mapping can be made no stronger than its descriptor was. */
static void shared_file_opened_read_only(void)
{
    char *p;
    int fd;

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    fd = open("file", O_RDONLY);
    REQUIRE_OK(fd);
    p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    REQUIRE_OK(p);
    CHECK_OK(close(fd));
    CHECK_ERRNO(raw_mprotect(p, PAGE, RW), EACCES);
    CHECK_ERRNO(raw_mprotect(p, PAGE, PROT_WRITE), EACCES);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(peek(p), 'a');
    CHECK_OK(raw_mprotect(p, PAGE, PROT_NONE));
    CHECK_OK(raw_mprotect(p, PAGE, PROT_READ));
    CHECK_EQ(peek(p), 'a');
}

static void private_file_opened_read_only(void)
{
    char *p;
    int fd;

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    fd = open("file", O_RDONLY);
    REQUIRE_OK(fd);
    p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    REQUIRE_OK(p);
    CHECK_OK(raw_mprotect(p, PAGE, RW));
    poke(p, 'z');
    CHECK_EQ(peek(p), 'z');
}

/* Areas before the one that refuses are changed. */
static void refused_in_the_middle(void)
{
    char *p = map_island(3);
    int fd;

    tmp_enter();
    close(tmp_file("file", "abc", 3));
    fd = open("file", O_RDONLY);
    REQUIRE_OK(fd);
    REQUIRE(mmap(p + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) ==
            p + PAGE);
    REQUIRE_OK(raw_mprotect(p, PAGE, PROT_NONE));
    REQUIRE_OK(raw_mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
    CHECK_ERRNO(raw_mprotect(p, 3 * PAGE, RW), EACCES);
    CHECK_AREAS(p, 3, "rw-p:1 r--s:1 ---p:1");
}

static const struct test_case cases[] = {
    CASE(unaligned),
    CASE(length_zero),
    CASE(unknown_bits),
    CASE(growing_what_does_not_grow),
    CASE(nothing_there),
    CASE(beyond_user_space),
    CASE(shared_file_opened_read_only),
    CASE(private_file_opened_read_only),
    CASE(refused_in_the_middle),
};

TEST_MAIN(cases)
