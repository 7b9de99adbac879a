/* SPDX-License-Identifier: MIT */
/*
 * Verifies that mmap and mprotect keep to RLIMIT_AS and RLIMIT_DATA, counting
 * pages as Linux does, and that the lowest addresses cannot be mapped.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static char *map(size_t len, int prot, int flags)
{
    return mmap(NULL, len, prot, MAP_ANONYMOUS | flags, -1, 0);
}

static void address_space(void)
{
    set_limit(RLIMIT_AS, 64 * MIB);
    CHECK_ERRNO(map(64 * MIB, RW, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(map(64 * MIB, PROT_NONE, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(map(64 * MIB, RW, MAP_SHARED), ENOMEM);
    CHECK_ERRNO(map(1 * GIB, RW, MAP_PRIVATE | MAP_NORESERVE), ENOMEM);
    CHECK_OK(map(32 * MIB, RW, MAP_PRIVATE));
    CHECK_ERRNO(map(32 * MIB, RW, MAP_PRIVATE), ENOMEM);
}

/* Maps pieces of this size until it fails; how many there were. */
static int fill(size_t size, char **last)
{
    int n = 0;
    char *p;

    while ((p = map(size, PROT_NONE, MAP_PRIVATE)) != MAP_FAILED) {
        *last = p;
        n++;
    }
    CHECK_EQ(errno, ENOMEM);
    return n;
}

static void unmapping_gives_back(void)
{
    char *last = NULL, *piece = NULL;
    int n;

    set_limit(RLIMIT_AS, 64 * MIB);
    n = fill(MIB, &piece);
    CHECK(n > 48 && n < 64);
    CHECK(fill(PAGE, &last) < 256);
    CHECK_OK(munmap(piece, 3 * PAGE));
    CHECK_EQ(fill(PAGE, &last), 3);
    CHECK_OK(munmap(last, PAGE));
    CHECK_ERRNO(map(PAGE + 1, PROT_NONE, MAP_PRIVATE), ENOMEM);
    CHECK_EQ(fill(PAGE, &last), 1);
    CHECK_OK(munmap(piece + 3 * PAGE, MIB - 3 * PAGE));
    CHECK_OK(map(MIB - 3 * PAGE, PROT_NONE, MAP_PRIVATE));
    CHECK_EQ(fill(PAGE, &last), 0);
}

/* What MAP_FIXED replaces does not count twice. */
static void replacing_is_free(void)
{
    char *last = NULL;

    set_limit(RLIMIT_AS, 64 * MIB);
    fill(MIB, &last);
    CHECK_EQ(mmap(last, MIB, RW, ANON | MAP_FIXED, -1, 0), last);
    CHECK_EQ(mmap(last, MIB, PROT_NONE, ANON | MAP_FIXED, -1, 0), last);
}

/* What is refused leaves what MAP_FIXED would have replaced. */
static void refused_leaves_the_old(void)
{
    char *p = map(2 * MIB, RW, MAP_PRIVATE);

    REQUIRE_OK(p);
    poke(p, 7);
    set_limit(RLIMIT_AS, 8 * MIB);
    CHECK_ERRNO(mmap(p, 64 * MIB, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    CHECK_EQ(peek(p), 7);
}

/* Only private writable memory is data. */
static void data(void)
{
    set_limit(RLIMIT_DATA, 16 * MIB);
    CHECK_ERRNO(map(16 * MIB, RW, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(map(16 * MIB, PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE), ENOMEM);
    CHECK_OK(map(16 * MIB, PROT_READ, MAP_PRIVATE));
    CHECK_OK(map(16 * MIB, PROT_NONE, MAP_PRIVATE));
    CHECK_OK(map(16 * MIB, RW, MAP_SHARED));
    CHECK_OK(map(8 * MIB, RW, MAP_PRIVATE));
    CHECK_ERRNO(map(8 * MIB, RW, MAP_PRIVATE), ENOMEM);
}

static void data_by_mprotect(void)
{
    char *p = map(32 * MIB, PROT_READ, MAP_PRIVATE);

    REQUIRE_OK(p);
    set_limit(RLIMIT_DATA, 16 * MIB);
    CHECK_ERRNO(mprotect(p, 16 * MIB, RW), ENOMEM);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_OK(mprotect(p, 8 * MIB, RW));
    CHECK_EQ(probe_write(p), 0);
    CHECK_ERRNO(mprotect(p + 8 * MIB, 8 * MIB, RW), ENOMEM);
    CHECK_OK(mprotect(p, 8 * MIB, PROT_READ));
    CHECK_OK(mprotect(p + 8 * MIB, 8 * MIB, RW));
}

static int see_limit(void *arg)
{
    (void)arg;
    CHECK_ERRNO(map(64 * MIB, RW, MAP_PRIVATE), ENOMEM);
    CHECK_OK(map(1 * MIB, RW, MAP_PRIVATE));
    return 0;
}

static void limits_are_inherited(void)
{
    set_limit(RLIMIT_AS, 64 * MIB);
    CHECK_CHILD(see_limit, NULL);
}

static void limits_are_read_back(void)
{
    struct rlimit limit;

    limit.rlim_cur = 64 * MIB;
    limit.rlim_max = 128 * MIB;
    REQUIRE_OK(setrlimit(RLIMIT_AS, &limit));
    memset(&limit, 0, sizeof(limit));
    REQUIRE_OK(getrlimit(RLIMIT_AS, &limit));
    CHECK_EQ(limit.rlim_cur, 64 * MIB);
    CHECK_EQ(limit.rlim_max, 128 * MIB);
    CHECK_ERRNO(map(100 * MIB, PROT_NONE, MAP_PRIVATE), ENOMEM);
    limit.rlim_cur = 128 * MIB;
    CHECK_OK(setrlimit(RLIMIT_AS, &limit));
    CHECK_OK(map(100 * MIB, PROT_NONE, MAP_PRIVATE));
    limit.rlim_cur = 129 * MIB;
    CHECK_ERRNO(setrlimit(RLIMIT_AS, &limit), EINVAL);
    CHECK_ERRNO(getrlimit(1000, &limit), EINVAL);
}

/* Linux lets the superuser map low addresses, where a kernel has one. */
static void low_addresses(void)
{
    syscall(SYS_setresuid, 65534, 65534, 65534);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, ANON | MAP_FIXED, -1, 0), EPERM);
    CHECK_EQ(probe_read(NULL), SIGSEGV);
    CHECK_ERRNO(mmap(NULL, 1 * MIB, PROT_READ, ANON | MAP_FIXED, -1, 0), EPERM);
}

static const struct test_case cases[] = {
    CASE(address_space),
    CASE(unmapping_gives_back),
    CASE(replacing_is_free),
    CASE(refused_leaves_the_old),
    CASE(data),
    CASE(data_by_mprotect),
    CASE(limits_are_inherited),
    CASE(limits_are_read_back),
    CASE(low_addresses),
};

TEST_MAIN(cases)
