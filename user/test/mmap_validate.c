/* SPDX-License-Identifier: MIT */
/*
 * Verifies MAP_SHARED_VALIDATE: for files it is MAP_SHARED that refuses the
 * flags it does not know; without a file there is no such type.
 */
#include <fcntl.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define UNKNOWN 0x200000 /* no flag of mmap's */

static void *map(int prot, int flags, int fd)
{
    return raw_mmap(NULL, PAGE, prot, flags, fd, 0);
}

static void is_shared(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map(RW, MAP_SHARED_VALIDATE, fd), *q = map(RW, MAP_SHARED, fd);
    struct map_line line;

    REQUIRE_OK(p);
    poke(p, 'z');
    CHECK_EQ(peek(q), 'z');
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.perms, "rw-s");
}

static void unknown_flags(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | UNKNOWN, fd), EOPNOTSUPP);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | 0x400, fd), EOPNOTSUPP);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | 0x80000000, fd), EOPNOTSUPP);
    CHECK_ERRNO(map(PROT_NONE, MAP_SHARED_VALIDATE | UNKNOWN, fd), EOPNOTSUPP);
}

/* The older types never looked at them. */
static void unknown_flags_of_older_types(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_OK(map(RW, MAP_SHARED | UNKNOWN, fd));
    CHECK_OK(map(RW, MAP_PRIVATE | UNKNOWN, fd));
}

/* MAP_SYNC is for files in persistent memory. */
static void synchronous(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | MAP_SYNC, fd), EOPNOTSUPP);
    CHECK_ERRNO(
        map(PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC | MAP_POPULATE, fd),
        EOPNOTSUPP);
}

static void known_flags(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_POPULATE, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_NORESERVE, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_POPULATE | MAP_NONBLOCK, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_DENYWRITE, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_EXECUTABLE, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_STACK, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_LOCKED, fd));
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_HUGE_2MB, fd)); /* a size alone
                                                                is nothing */
    CHECK_OK(map(RW, MAP_SHARED_VALIDATE | MAP_HUGE_1GB, fd));
}

static void placed(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = free_range(2 * PAGE), *q;

    CHECK_EQ(raw_mmap(p, PAGE, RW, MAP_SHARED_VALIDATE | MAP_FIXED, fd, PAGE),
             p);
    CHECK_EQ(peek(p), 'b');
    CHECK_ERRNO(
        raw_mmap(p, PAGE, RW, MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, fd, 0),
        EEXIST);
    CHECK_ERRNO(raw_mmap(p + PAGE, PAGE, RW,
                         MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, fd, 0),
                EOPNOTSUPP); /* newer than the type, and not known to it */
    q = map(RW, MAP_SHARED_VALIDATE | MAP_32BIT, fd);
    CHECK(q >= (char *)GIB && q < (char *)(2 * GIB));
}

static void grows_down(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | MAP_GROWSDOWN, fd), EINVAL);
}

/* No file: no such type. */
static void anonymous(void)
{
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1), EINVAL);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS | UNKNOWN, -1),
                EINVAL);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS | MAP_SYNC, -1),
                EINVAL);
}

static void other_types(void)
{
    int fd = tmp_pages(1, 0, 'a');

    for (int type = 4; type <= MAP_TYPE; type++)
        CHECK_ERRNO(map(RW, type, fd), EINVAL);
    CHECK_ERRNO(map(RW, 0, fd), EINVAL);
}

static void rights(void)
{
    char *p;
    int fd;

    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    fd = open("file", O_RDONLY);
    REQUIRE_OK(fd);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE, fd), EACCES);
    p = map(PROT_READ, MAP_SHARED_VALIDATE, fd);
    REQUIRE_OK(p);
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | UNKNOWN, fd), EOPNOTSUPP);
    close(fd);
    fd = open("file", O_WRONLY);
    REQUIRE_OK(fd);
    CHECK_ERRNO(map(PROT_WRITE, MAP_SHARED_VALIDATE, fd), EACCES);
    CHECK_ERRNO(map(PROT_WRITE, MAP_SHARED_VALIDATE, -1), EBADF);
}

/* What else is not files of a file system. */
static void devices(void)
{
    int zero = open("/dev/zero", O_RDWR), null = open("/dev/null", O_RDWR);
    char *p = map(RW, MAP_SHARED_VALIDATE, zero);

    REQUIRE_OK(p);
    poke(p, 1);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | UNKNOWN, zero), EOPNOTSUPP);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE, null), ENODEV);
    CHECK_ERRNO(map(RW, MAP_SHARED_VALIDATE | UNKNOWN, null), EOPNOTSUPP);
}

static void refused_leaves_the_old(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map_island(1);

    poke(p, 7);
    CHECK_ERRNO(
        raw_mmap(p, PAGE, RW, MAP_SHARED_VALIDATE | MAP_FIXED | UNKNOWN, fd, 0),
        EOPNOTSUPP);
    CHECK_EQ(peek(p), 7);
}

static const struct test_case cases[] = {
    CASE(is_shared),   CASE(unknown_flags), CASE(unknown_flags_of_older_types),
    CASE(synchronous), CASE(known_flags),   CASE(placed),
    CASE(grows_down),  CASE(anonymous),     CASE(other_types),
    CASE(rights),      CASE(devices),       CASE(refused_leaves_the_old),
};

TEST_MAIN(cases)
