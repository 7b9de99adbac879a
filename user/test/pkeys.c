/* SPDX-License-Identifier: MIT */
/*
 * Verifies pkey_alloc, pkey_free and pkey_mprotect where the CPU has no
 * protection keys, or the kernel does not use them: there is no key, and
 * pkey_mprotect with key -1 is mprotect.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

#define OSPKE (1U << 4) /* cpuid 7, ecx: the kernel uses keys */

#define pkey_protect(addr, len, prot, key)                                     \
    syscall(SYS_pkey_mprotect, (addr), (size_t)(len), (long)(prot), (long)(key))

static int has_keys(void)
{
    unsigned eax = 0, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (eax < 7)
        return 0;
    eax = 7;
    ecx = 0;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return (ecx & OSPKE) != 0;
}

static void none_to_be_had(void)
{
    if (has_keys())
        return;
    CHECK_ERRNO(syscall(SYS_pkey_alloc, 0, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_pkey_alloc, 1, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_pkey_alloc, 0, 8), EINVAL);
    CHECK_ERRNO(syscall(SYS_pkey_free, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_pkey_free, 1), EINVAL);
    CHECK_ERRNO(syscall(SYS_pkey_free, -1), EINVAL);
}

static void unknown_keys(void)
{
    char *p = map_island(2);

    CHECK_ERRNO(pkey_protect(p, PAGE, PROT_READ, 1), EINVAL);
    CHECK_ERRNO(pkey_protect(p, PAGE, PROT_READ, 15), EINVAL);
    CHECK_ERRNO(pkey_protect(p, PAGE, PROT_READ, 1000), EINVAL);
    CHECK_ERRNO(pkey_protect(p, PAGE, PROT_READ, -2), EINVAL);
    CHECK_ERRNO(pkey_protect(free_range(PAGE), PAGE, PROT_READ, 1), EINVAL);
    CHECK_AREAS(p, 2, "rw-p:2");
    if (!has_keys())
        CHECK_ERRNO(pkey_protect(p, PAGE, PROT_READ, 0), EINVAL);
}

static void without_key(void)
{
    char *p = map_island(2);

    poke(p, 7);
    CHECK_OK(pkey_protect(p, PAGE, PROT_READ, -1));
    CHECK_AREAS(p, 2, "r--p:1 rw-p:1");
    CHECK_EQ(peek(p), 7);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_OK(pkey_protect(p, PAGE, RW, -1));
    poke(p, 8);
}

/* What is found before the key, as for mprotect. */
static void other_mistakes(void)
{
    char *p = map_island(1);

    CHECK_ERRNO(pkey_protect(p + 1, PAGE, PROT_READ, 1), EINVAL);
    CHECK_OK(pkey_protect(p, 0, PROT_READ, 1));
    CHECK_ERRNO(pkey_protect(p, -PAGE, PROT_READ, 1), ENOMEM);
    CHECK_ERRNO(pkey_protect(p, PAGE, 0x80, -1), EINVAL);
    CHECK_ERRNO(pkey_protect(free_range(PAGE), PAGE, PROT_READ, -1), ENOMEM);
}

static const struct test_case cases[] = {
    CASE(none_to_be_had),
    CASE(unknown_keys),
    CASE(without_key),
    CASE(other_mistakes),
};

TEST_MAIN(cases)
