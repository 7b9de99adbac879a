/* SPDX-License-Identifier: MIT */
/*
 * Verifies the memory calls that a kernel need not have: they answer ENOSYS, as
 * they do here, or refuse these arguments with the errno of their man page, as
 * Linux does, depending on its age and configuration.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define NO_PID 0x3fffffff
#define NOBODY 65534

/* -1 with ENOSYS or that errno. */
#define CHECK_REFUSED(call, expected)                                          \
    do {                                                                       \
        errno = 0;                                                             \
        CHECK_EQ((call), -1);                                                  \
        CHECK(errno == ENOSYS || errno == (expected));                         \
    } while (0)

static void userfaultfd(void)
{
    CHECK_REFUSED(syscall(SYS_userfaultfd, 0x12345), EINVAL);
}

static void sealed_mappings(void)
{
    char *p = map_island(1);

    CHECK_REFUSED(syscall(SYS_mseal, p, PAGE, 1UL), EINVAL);
    CHECK_REFUSED(syscall(SYS_mseal, p + 1, PAGE, 0UL), EINVAL);
    CHECK_REFUSED(syscall(SYS_mseal, p - PAGE, PAGE, 0UL), ENOMEM);
    CHECK_OK(munmap(p, PAGE));
}

static void shadow_stacks(void)
{
    CHECK_REFUSED(syscall(SYS_map_shadow_stack, 0UL, PAGE, 0x80U), EINVAL);
}

static void advice_to_others(void)
{
    CHECK_REFUSED(syscall(SYS_process_madvise, -1, NULL, 0UL, 0, 0U), EBADF);
    CHECK_REFUSED(syscall(SYS_process_madvise, -1, NULL, 0UL, 0, 1U), EINVAL);
    CHECK_REFUSED(syscall(SYS_process_mrelease, -1, 0U), EBADF);
    CHECK_REFUSED(syscall(SYS_process_mrelease, -1, 1U), EINVAL);
}

static void barriers(void)
{
    CHECK_REFUSED(syscall(SYS_membarrier, -1, 0U, 0), EINVAL);
    CHECK_REFUSED(syscall(SYS_membarrier, 0, 0x100U, 0), EINVAL);
}

static void policies(void)
{
    char *p = map_island(1);

    CHECK_REFUSED(syscall(SYS_mbind, p, PAGE, 99, NULL, 0UL, 0U), EINVAL);
    CHECK_REFUSED(syscall(SYS_mbind, p + 1, PAGE, 0, NULL, 0UL, 0U), EINVAL);
    CHECK_REFUSED(syscall(SYS_set_mempolicy, 99, NULL, 0UL), EINVAL);
    CHECK_REFUSED(syscall(SYS_set_mempolicy, 2, (void *)8, 8UL), EFAULT);
    CHECK_REFUSED(syscall(SYS_get_mempolicy, NULL, NULL, 0UL, NULL, 99UL),
                  EINVAL);
    CHECK_REFUSED(syscall(SYS_get_mempolicy, (void *)8, NULL, 0UL, NULL, 0UL),
                  EFAULT);
}

static void migration(void)
{
    unsigned long nodes = 1;

    CHECK_REFUSED(syscall(SYS_migrate_pages, NO_PID, 8UL, &nodes, &nodes),
                  ESRCH);
    CHECK_REFUSED(syscall(SYS_migrate_pages, 0, 64UL, (void *)8, &nodes),
                  EFAULT);
    CHECK_REFUSED(syscall(SYS_move_pages, 0, 1UL, (void *)8, NULL, NULL, 99),
                  EINVAL);
    CHECK_REFUSED(
        syscall(SYS_move_pages, NO_PID, 1UL, (void *)8, NULL, (void *)8, 2),
        ESRCH);
}

/* Advice that a kernel may know: else it is EINVAL. */
static void advice(void)
{
    char *p = map_island(1);

    CHECK(madvise(p, PAGE, MADV_MERGEABLE) == 0 || errno == EINVAL);
    CHECK(madvise(p, PAGE, MADV_UNMERGEABLE) == 0 || errno == EINVAL);
    CHECK(madvise(p, PAGE, MADV_COLLAPSE) == 0 || errno == EINVAL);
    if (geteuid() == 0)
        REQUIRE_OK(setresuid(NOBODY, NOBODY, NOBODY));
    CHECK_EQ(madvise(p, PAGE, MADV_HWPOISON), -1);
    CHECK(errno == EPERM || errno == EINVAL);
    CHECK_EQ(madvise(p, PAGE, MADV_SOFT_OFFLINE), -1);
    CHECK(errno == EPERM || errno == EINVAL);
    poke(p, 1);
}

static const struct test_case cases[] = {
    CASE(userfaultfd), CASE(sealed_mappings),  CASE(shadow_stacks),
    CASE(barriers),    CASE(advice_to_others), CASE(policies),
    CASE(migration),   CASE(advice),
};

TEST_MAIN(cases)
