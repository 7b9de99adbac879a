/* SPDX-License-Identifier: MIT */
/*
 * Verifies that processes share the processor whether they give it up or
 * not, and that none loses its registers by it.
 */
#include "user/test/probe.h"
#include "user/test/test.h"

#define BUSY 4

static volatile unsigned long *counters; /* shared: one a child */

static int counts_for_ever(void *which)
{
    volatile unsigned long *mine = &counters[8 * (uintptr_t)which];

    for (;;)
        (*mine)++;
    return 0;
}

static int all_moved(const unsigned long *since)
{
    size_t i;

    for (i = 0; i < BUSY; i++)
        if (counters[8 * i] == since[i])
            return 0;
    return 1;
}

/* None of them makes a system call; each goes on, and so does this one. */
static void busy_children_all_go_on(void)
{
    unsigned long since[BUSY];
    pid_t pids[BUSY];
    long deadline = now_ms() + 20000;
    size_t i, round;

    counters = (volatile unsigned long *)map_shared(PAGE, RW);
    for (i = 0; i < BUSY; i++)
        pids[i] = start_child(counts_for_ever, (void *)i);
    for (round = 0; round < 3; round++) {
        for (i = 0; i < BUSY; i++)
            since[i] = counters[8 * i];
        while (!all_moved(since) && now_ms() < deadline)
            sleep_ms(1);
        CHECK(all_moved(since));
    }
    for (i = 0; i < BUSY; i++) {
        CHECK_OK(kill(pids[i], SIGKILL));
        CHECK_SIGNAL(wait_child(pids[i]), SIGKILL);
    }
}

static void sleeper_wakes_beside_busy_ones(void)
{
    pid_t pids[2];
    long start;
    size_t i;

    counters = (volatile unsigned long *)map_shared(PAGE, RW);
    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(counts_for_ever, (void *)i);
    start = now_ms();
    for (i = 0; i < 5; i++)
        sleep_ms(1);
    CHECK(now_ms() - start < 10000);
    for (i = 0; i < COUNT(pids); i++) {
        kill(pids[i], SIGKILL);
        CHECK_SIGNAL(wait_child(pids[i]), SIGKILL);
    }
}

/* Fills general and SSE registers with a value and looks at them until some
 * hundred thousand rounds have gone by. 0 if they stayed. */
static int keeps_registers(void *value)
{
    unsigned long rounds = 300000, pattern = (unsigned long)value;

    __asm__ volatile(
        "movq %[p], %%xmm0\n movq %[p], %%xmm3\n movq %[p], %%xmm8\n"
        "movq %[p], %%xmm15\n"
        "mov %[p], %%rbx\n mov %[p], %%r8\n mov %[p], %%r9\n"
        "mov %[p], %%r10\n mov %[p], %%r11\n mov %[p], %%r12\n"
        "1: cmp %[p], %%rbx\n jne 2f\n"
        "cmp %[p], %%r8\n jne 2f\n"
        "cmp %[p], %%r9\n jne 2f\n"
        "cmp %[p], %%r10\n jne 2f\n"
        "cmp %[p], %%r11\n jne 2f\n"
        "cmp %[p], %%r12\n jne 2f\n"
        "movq %%xmm0, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "movq %%xmm3, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "movq %%xmm8, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "movq %%xmm15, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "dec %[n]\n"
        "jnz 1b\n"
        "2:\n"
        : [n] "+r"(rounds)
        : [p] "r"(pattern)
        : "rax", "rbx", "r8", "r9", "r10", "r11", "r12", "xmm0", "xmm3", "xmm8",
          "xmm15", "cc");
    return rounds == 0 ? 0 : 1;
}

static void registers_survive_switches(void)
{
    pid_t pids[6];
    size_t i;

    for (i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(keeps_registers,
                              (void *)(0x0101010101010101 * (i + 1)));
    for (i = 0; i < COUNT(pids); i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
}

static const struct test_case cases[] = {
    CASE(busy_children_all_go_on),
    CASE(sleeper_wakes_beside_busy_ones),
    CASE(registers_survive_switches),
};

TEST_MAIN(cases)
