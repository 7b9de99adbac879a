/* SPDX-License-Identifier: MIT */
/*
 * Verifies that each process has floating-point and vector registers of its
 * own: kept over switches, system calls and faults, copied by fork.
 */
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static char *area;

/* Sleeps for a moment, without the C library, which might use the registers
 * that are looked at. */
static void give_way(void)
{
    static const long moment[2] = { 0, 1000 };
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)SYS_nanosleep), "D"(moment), "S"(NULL)
                     : "rcx", "r11", "memory");
}

/* All sixteen SSE registers, 128 bits each. */
static void load_sse(const uint64_t *values)
{
    __asm__ volatile("movdqu (%0), %%xmm0\n movdqu 16(%0), %%xmm1\n"
                     "movdqu 32(%0), %%xmm2\n movdqu 48(%0), %%xmm3\n"
                     "movdqu 64(%0), %%xmm4\n movdqu 80(%0), %%xmm5\n"
                     "movdqu 96(%0), %%xmm6\n movdqu 112(%0), %%xmm7\n"
                     "movdqu 128(%0), %%xmm8\n movdqu 144(%0), %%xmm9\n"
                     "movdqu 160(%0), %%xmm10\n movdqu 176(%0), %%xmm11\n"
                     "movdqu 192(%0), %%xmm12\n movdqu 208(%0), %%xmm13\n"
                     "movdqu 224(%0), %%xmm14\n movdqu 240(%0), %%xmm15\n"
                     :
                     : "r"(values)
                     : "memory");
}

static void store_sse(uint64_t *values)
{
    __asm__ volatile("movdqu %%xmm0, (%0)\n movdqu %%xmm1, 16(%0)\n"
                     "movdqu %%xmm2, 32(%0)\n movdqu %%xmm3, 48(%0)\n"
                     "movdqu %%xmm4, 64(%0)\n movdqu %%xmm5, 80(%0)\n"
                     "movdqu %%xmm6, 96(%0)\n movdqu %%xmm7, 112(%0)\n"
                     "movdqu %%xmm8, 128(%0)\n movdqu %%xmm9, 144(%0)\n"
                     "movdqu %%xmm10, 160(%0)\n movdqu %%xmm11, 176(%0)\n"
                     "movdqu %%xmm12, 192(%0)\n movdqu %%xmm13, 208(%0)\n"
                     "movdqu %%xmm14, 224(%0)\n movdqu %%xmm15, 240(%0)\n"
                     :
                     : "r"(values)
                     : "memory");
}

static void fill(uint64_t *values, uint64_t seed)
{
    size_t i;

    for (i = 0; i < 32; i++)
        values[i] = (seed + 1) * 0x9e3779b97f4a7c15 * (i + 1);
}

static int keeps_sse(void *seed)
{
    static uint64_t wanted[32], found[32];
    int i;

    fill(wanted, (uintptr_t)seed);
    for (i = 0; i < 15; i++) {
        load_sse(wanted);
        give_way();
        store_sse(found);
        if (memcmp(wanted, found, sizeof(found)) != 0)
            return 1;
    }
    return 0;
}

static void run_six(int (*fn)(void *))
{
    pid_t pids[6];
    size_t i;

    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(fn, (void *)i);
    for (i = 0; i < COUNT(pids); i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
}

static void sse_over_switches(void)
{
    run_six(keeps_sse);
}

static void sse_over_faults(void)
{
    static uint64_t wanted[32], found[32];
    int page;

    fill(wanted, 77);
    area = map_island(32);
    for (page = 0; page < 32; page++) {
        load_sse(wanted);
        *(volatile char *)(area + (size_t)page * PAGE) = 1;
        store_sse(found);
        CHECK_EQ(memcmp(wanted, found, sizeof(found)), 0);
    }
}

/* Raw fork, so that nothing of the C library comes between. */
static void copied_by_fork(void)
{
    static uint64_t wanted[32], found[32];
    long pid;

    fill(wanted, 5);
    load_sse(wanted);
    __asm__ volatile("syscall"
                     : "=a"(pid)
                     : "a"((long)SYS_fork)
                     : "rcx", "r11", "memory");
    store_sse(found);
    if (pid == 0)
        _exit(memcmp(wanted, found, sizeof(found)) == 0 ? 0 : 1);
    CHECK_EQ(memcmp(wanted, found, sizeof(found)), 0);
    CHECK_EXIT(wait_child((pid_t)pid), 0);
}

static int keeps_control_words(void *seed)
{
    unsigned short x87 = (unsigned short)(0x037f | ((uintptr_t)seed & 3) << 10);
    unsigned sse = 0x1f80 | ((unsigned)(uintptr_t)seed & 3) << 13;
    unsigned short x87_found;
    unsigned sse_found;
    int i;

    for (i = 0; i < 15; i++) {
        __asm__ volatile("fldcw %0\n ldmxcsr %1\n" : : "m"(x87), "m"(sse));
        give_way();
        __asm__ volatile("fnstcw %0\n stmxcsr %1\n"
                         : "=m"(x87_found), "=m"(sse_found));
        if (x87_found != x87 || (sse_found & 0xffc0) != sse)
            return 1;
    }
    return 0;
}

static void control_words(void)
{
    run_six(keeps_control_words);
}

static int keeps_x87(void *seed)
{
    uint64_t value = (uintptr_t)seed + 1000, found = 0;
    int i;

    for (i = 0; i < 15; i++) {
        __asm__ volatile("fildll %0\n" : : "m"(value));
        give_way();
        __asm__ volatile("fistpll %0\n" : "=m"(found));
        if (found != value)
            return 1;
    }
    return 0;
}

static void x87_stack(void)
{
    run_six(keeps_x87);
}

/* Whether the processor has AVX and the kernel lets programs use it. */
static int has_avx(void)
{
    unsigned eax = 1, ebx, ecx = 0, edx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if ((ecx & (1u << 27)) == 0 || (ecx & (1u << 28)) == 0)
        return 0;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return (eax & 6) == 6;
}

static int keeps_avx(void *seed)
{
    uint64_t wanted[8], found[8];
    int i;

    for (i = 0; i < 8; i++)
        wanted[i] = ((uintptr_t)seed + 3) * 0x123456789abcdef1 * (i + 1u);
    for (i = 0; i < 15; i++) {
        __asm__ volatile("vmovdqu (%0), %%ymm2\n vmovdqu 32(%0), %%ymm14\n"
                         :
                         : "r"(wanted)
                         : "memory");
        give_way();
        __asm__ volatile("vmovdqu %%ymm2, (%0)\n vmovdqu %%ymm14, 32(%0)\n"
                         "vzeroupper\n"
                         :
                         : "r"(found)
                         : "memory");
        if (memcmp(wanted, found, sizeof(found)) != 0)
            return 1;
    }
    return 0;
}

static void avx_over_switches(void)
{
    if (has_avx())
        run_six(keeps_avx);
}

static const struct test_case cases[] = {
    CASE(sse_over_switches), CASE(sse_over_faults), CASE(copied_by_fork),
    CASE(control_words),     CASE(x87_stack),       CASE(avx_over_switches),
};

TEST_MAIN(cases)
