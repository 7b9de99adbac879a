/* SPDX-License-Identifier: MIT */
/*
 * Verifies what a handler is told of a bad memory access: the signal, si_code
 * (no area, or an area that forbids it) and the exact address.
 */
#include "user/test/brk.h"
#include "user/test/fault.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *volatile p;

static void nothing_mapped(void)
{
    p = free_range(PAGE);
    CHECK_FAULT(peek(p), SIGSEGV, SEGV_MAPERR, p);
    CHECK_FAULT(poke(p + 123, 1), SIGSEGV, SEGV_MAPERR, p + 123);
    CHECK_FAULT(peek(NULL), SIGSEGV, SEGV_MAPERR, NULL);
    CHECK_FAULT(poke((void *)8, 1), SIGSEGV, SEGV_MAPERR, 8);
}

static void forbidden(void)
{
    p = map_anon(PAGE, PROT_NONE);
    CHECK_FAULT(peek(p + 7), SIGSEGV, SEGV_ACCERR, p + 7);
    CHECK_FAULT(poke(p + 8, 1), SIGSEGV, SEGV_ACCERR, p + 8);
    p = map_anon(PAGE, PROT_READ);
    CHECK_FAULT(poke(p + 9, 1), SIGSEGV, SEGV_ACCERR, p + 9);
    CHECK_NO_FAULT(peek(p));
    CHECK_FAULT(poke(p + PAGE - 1, 1), SIGSEGV, SEGV_ACCERR, p + PAGE - 1);
}

static void not_executable(void)
{
    p = map_anon(PAGE, RW);
    CHECK_FAULT(((void (*)(void))(uintptr_t)p)(), SIGSEGV, SEGV_ACCERR, p);
    poke(p, 0xc3);
    CHECK_FAULT(((void (*)(void))(uintptr_t)p)(), SIGSEGV, SEGV_ACCERR, p);
    CHECK_OK(munmap(p, PAGE));
    CHECK_FAULT(((void (*)(void))(uintptr_t)(p + 5))(), SIGSEGV, SEGV_MAPERR,
                p + 5);
}

static void kernel_memory(void)
{
    CHECK_FAULT(peek((void *)0xffff800000001000UL), SIGSEGV, SEGV_MAPERR,
                0xffff800000001000UL);
    CHECK_FAULT(poke((void *)0xffffffff81000000UL, 1), SIGSEGV, SEGV_MAPERR,
                0xffffffff81000000UL);
    CHECK_FAULT(peek((void *)0x7ffffffff000UL), SIGSEGV, SEGV_MAPERR,
                0x7ffffffff000UL);
}

/* The processor does not tell the address of these. */
static void non_canonical(void)
{
    CHECK_FAULT(peek((void *)0x1234567812345678UL), SIGSEGV, SI_KERNEL, NULL);
    CHECK_FAULT(poke((void *)0x0000800000000000UL, 1), SIGSEGV, SI_KERNEL,
                NULL);
}

static void after_munmap_and_mprotect(void)
{
    p = map_island(3);
    mark_pages(p, 3, 1);
    CHECK_NO_FAULT(peek(p + PAGE));
    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    CHECK_FAULT(peek(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_FAULT(peek(p + PAGE), SIGSEGV, SEGV_MAPERR, p + PAGE);
    CHECK_NO_FAULT(poke(p, 5));
    CHECK_NO_FAULT(poke(p + 2 * PAGE, 5));
}

static void above_the_break(void)
{
    p = break_align();
    REQUIRE(break_set(p + PAGE) == p + PAGE);
    CHECK_NO_FAULT(poke(p + PAGE - 1, 1));
    CHECK_FAULT(poke(p + PAGE, 1), SIGSEGV, SEGV_MAPERR, p + PAGE);
}

static void beyond_the_file(void)
{
    p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED, tmp_pages(1, 10, 'a'), 0);
    REQUIRE_OK(p);
    CHECK_NO_FAULT(poke(p + 2 * PAGE - 1, 1));
    CHECK_FAULT(peek(p + 2 * PAGE + 3), SIGBUS, BUS_ADRERR, p + 2 * PAGE + 3);
    CHECK_FAULT(poke(p + 4 * PAGE - 1, 1), SIGBUS, BUS_ADRERR,
                p + 4 * PAGE - 1);
}

/* A read-only area beyond the end: a write is forbidden before it is looked
 * whether the page is there. */
static void protection_comes_first(void)
{
    p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, tmp_pages(1, 0, 'a'), 0);
    REQUIRE_OK(p);
    CHECK_FAULT(poke(p + PAGE, 1), SIGSEGV, SEGV_ACCERR, p + PAGE);
    CHECK_FAULT(peek(p + PAGE), SIGBUS, BUS_ADRERR, p + PAGE);
}

static uint64_t read_word(const volatile void *at)
{
    return *(const volatile uint64_t *)at;
}

/* An access across two pages is told by the first byte that cannot be had. */
static void across_pages(void)
{
    p = map_island(1);
    CHECK_FAULT(read_word(p + PAGE - 4), SIGSEGV, SEGV_MAPERR, p + PAGE);
    CHECK_FAULT(read_word(p - 4), SIGSEGV, SEGV_MAPERR, p - 4);
}

/* System calls do not raise signals for the same addresses. */
static void system_calls_raise_nothing(void)
{
    p = free_range(PAGE);
    CHECK_NO_FAULT(CHECK_ERRNO(write(1, p, 4), EFAULT));
    CHECK_NO_FAULT(CHECK_ERRNO(read(0, p, 0) - 1, 0));
}

static void divides(void)
{
    __asm__ volatile("xor %%edx, %%edx\n"
                     "xor %%ecx, %%ecx\n"
                     "div %%ecx\n"
                     :
                     :
                     : "eax", "ecx", "edx", "cc");
}

static void other_exceptions(void)
{
    CATCH_FAULT(divides());
    CHECK_EQ(fault_seen.signo, SIGFPE);
    CHECK_EQ(fault_seen.code, FPE_INTDIV);
    CATCH_FAULT(__asm__ volatile("ud2"));
    CHECK_EQ(fault_seen.signo, SIGILL);
    CHECK_EQ(fault_seen.code, ILL_ILLOPN);
    CATCH_FAULT(__asm__ volatile("int3"));
    CHECK_EQ(fault_seen.signo, SIGTRAP);
    CHECK_EQ(fault_seen.code, SI_KERNEL);
    CATCH_FAULT(__asm__ volatile("hlt"));
    CHECK_EQ(fault_seen.signo, SIGSEGV);
    CHECK_EQ(fault_seen.code, SI_KERNEL);
}

static const struct test_case cases[] = {
    CASE(nothing_mapped),
    CASE(forbidden),
    CASE(not_executable),
    CASE(kernel_memory),
    CASE(non_canonical),
    CASE(after_munmap_and_mprotect),
    CASE(above_the_break),
    CASE(beyond_the_file),
    CASE(protection_comes_first),
    CASE(across_pages),
    CASE(system_calls_raise_nothing),
    CASE(other_exceptions),
};

TEST_MAIN(cases)
