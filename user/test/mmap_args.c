/* SPDX-License-Identifier: MIT */
/*
 * Verifies the errno of mmap for each argument that it refuses, and that the
 * arguments it does not care about are let through.
 */
#include <fcntl.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *anon(void *at, size_t len, int flags)
{
    return raw_mmap(at, len, RW, MAP_ANONYMOUS | flags, -1, 0);
}

static void length_zero(void)
{
    CHECK_ERRNO(anon(NULL, 0, MAP_PRIVATE), EINVAL);
    CHECK_ERRNO(anon(NULL, 0, MAP_SHARED), EINVAL);
    CHECK_ERRNO(
        raw_mmap(NULL, 0, PROT_READ, MAP_PRIVATE, tmp_pages(1, 0, 'a'), 0),
        EINVAL);
}

static void length_too_large(void)
{
    CHECK_ERRNO(anon(NULL, (size_t)-1, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(anon(NULL, (size_t)-PAGE, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(anon(NULL, (size_t)-PAGE + 1, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(anon(NULL, 1UL << 63, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(anon(NULL, 1UL << 47, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(anon(NULL, 0x7ffffffff000UL, MAP_PRIVATE | MAP_NORESERVE),
                ENOMEM);
}

/* One of the types private and shared is needed; both bits together are a
 * third type, for files only. */
static void type_missing(void)
{
    CHECK_ERRNO(anon(NULL, PAGE, 0), EINVAL);
    CHECK_ERRNO(anon(NULL, PAGE, MAP_SHARED | MAP_PRIVATE), EINVAL);
    CHECK_ERRNO(anon(NULL, PAGE, 4), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, 0, tmp_pages(1, 0, 'a'), 0),
                EINVAL);
}

static void bad_descriptor(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED, 999, 0), EBADF);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, 0, -1, 0), EBADF);
    CHECK_ERRNO(raw_mmap(NULL, 0, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
    REQUIRE_OK(close(fd));
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EBADF);
}

static void offset_unaligned(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE - 1),
                EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 512), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, ANON, -1, 8), EINVAL);
}

static void offset_overflows(void)
{
    int fd = tmp_pages(1, 0, 'a');

    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, -(off_t)PAGE),
                EOVERFLOW);
    CHECK_ERRNO(
        raw_mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, -2 * (off_t)PAGE),
        EOVERFLOW);
    CHECK_ERRNO(raw_mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd,
                         0x7ffffffffffff000L),
                EOVERFLOW);
}

static void fixed_unaligned(void)
{
    char *p = free_range(4 * PAGE);

    CHECK_ERRNO(anon(p + 1, PAGE, MAP_PRIVATE | MAP_FIXED), EINVAL);
    CHECK_ERRNO(anon(p + PAGE - 1, PAGE, MAP_SHARED | MAP_FIXED), EINVAL);
    CHECK_EQ(probe_read(p), SIGSEGV);
}

static void fixed_beyond_user_space(void)
{
    static const uintptr_t places[] = {
        0x7ffffffff000UL,     0x0000800000000000UL, 0x4000000000000000UL,
        0xffff800000000000UL, 0xffffffff80000000UL, 0xfffffffffffff000UL,
    };
    size_t i;

    for (i = 0; i < COUNT(places); i++)
        CHECK_ERRNO(anon((void *)places[i], PAGE, MAP_PRIVATE | MAP_FIXED),
                    ENOMEM);
    CHECK_ERRNO(
        anon((void *)0x7fffffffe000UL, 2 * PAGE, MAP_PRIVATE | MAP_FIXED),
        ENOMEM);
}

static void last_page_of_user_space(void)
{
    char *p = (char *)0x7fffffffe000UL;

    CHECK_EQ(anon(p, PAGE, MAP_PRIVATE | MAP_FIXED), p);
    poke(p + PAGE - 1, 1);
    CHECK_EQ(peek(p + PAGE - 1), 1);
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
}

/* Bits of prot that mean nothing are not an error for mmap. */
static void unknown_prot_bits(void)
{
    char *p = raw_mmap(NULL, PAGE, RW | 0x40, ANON, -1, 0);

    REQUIRE_OK(p);
    poke(p, 1);
    CHECK_EQ(peek(p), 1);
}

/* Nor are flags that mean nothing. */
static void unknown_flags(void)
{
    const int unknown = 1 << 25;
    char *p = anon(NULL, PAGE, MAP_PRIVATE | unknown);

    REQUIRE_OK(p);
    poke(p, 1);
    p = raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED | unknown,
                 tmp_pages(1, 0, 'a'), 0);
    REQUIRE_OK(p);
    CHECK_EQ(peek(p), 'a');
}

static const struct test_case cases[] = {
    CASE(length_zero),
    CASE(length_too_large),
    CASE(type_missing),
    CASE(bad_descriptor),
    CASE(offset_unaligned),
    CASE(offset_overflows),
    CASE(fixed_unaligned),
    CASE(fixed_beyond_user_space),
    CASE(last_page_of_user_space),
    CASE(unknown_prot_bits),
    CASE(unknown_flags),
};

TEST_MAIN(cases)
