/* SPDX-License-Identifier: MIT */
/*
 * Verifies the system call instruction itself: unknown numbers, the registers
 * it keeps, and its edges.
 */
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static long call(unsigned long number)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(-1L), "S"(-1L), "d"(-1L)
                     : "rcx", "r11", "memory");
    return result;
}

static void unknown_numbers(void)
{
    static const unsigned long numbers[] = {
        400,        600,        700,        1000,
        4095,       0x7fffffff, 0x80000000, 0xffffffff,
        0x40000000, 0x40000027, 0xfffffff0, (unsigned long)-1,
    };
    size_t i;

    for (i = 0; i < COUNT(numbers); i++)
        CHECK_EQ(call(numbers[i]), -ENOSYS);
}

/* Only eax holds the number. */
static void high_half_of_the_number(void)
{
    CHECK_EQ(call(SYS_getpid | (1UL << 32)), getpid());
    CHECK_EQ(call(SYS_getpid | (0xdeadUL << 48)), getpid());
}

struct registers {
    uint64_t rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r12, r13, r14, r15;
    uint64_t xmm0, xmm9, xmm15, mxcsr, flags;
};

extern void call_with_registers(struct registers *regs, long number);

/* Loads the registers, makes the call, stores them back. */
__asm__(".pushsection .text\n"
        "call_with_registers:\n"
        "    push %rbx\n push %rbp\n"
        "    push %r12\n push %r13\n push %r14\n push %r15\n"
        "    push %rdi\n"
        "    mov %rsi, %rax\n"
        "    movq 96(%rdi), %xmm0\n"
        "    movq 104(%rdi), %xmm9\n"
        "    movq 112(%rdi), %xmm15\n"
        "    mov (%rdi), %rbx\n"
        "    mov 8(%rdi), %rdx\n"
        "    mov 16(%rdi), %rsi\n"
        "    mov 32(%rdi), %rbp\n"
        "    mov 40(%rdi), %r8\n"
        "    mov 48(%rdi), %r9\n"
        "    mov 56(%rdi), %r10\n"
        "    mov 64(%rdi), %r12\n"
        "    mov 72(%rdi), %r13\n"
        "    mov 80(%rdi), %r14\n"
        "    mov 88(%rdi), %r15\n"
        "    mov 24(%rdi), %rdi\n"
        "    std\n"
        "    syscall\n"
        "    xchg (%rsp), %rdi\n"
        "    mov %rbx, (%rdi)\n"
        "    mov %rdx, 8(%rdi)\n"
        "    mov %rsi, 16(%rdi)\n"
        "    pop %rbx\n"
        "    mov %rbx, 24(%rdi)\n"
        "    mov %rbp, 32(%rdi)\n"
        "    mov %r8, 40(%rdi)\n"
        "    mov %r9, 48(%rdi)\n"
        "    mov %r10, 56(%rdi)\n"
        "    mov %r12, 64(%rdi)\n"
        "    mov %r13, 72(%rdi)\n"
        "    mov %r14, 80(%rdi)\n"
        "    mov %r15, 88(%rdi)\n"
        "    movq %xmm0, 96(%rdi)\n"
        "    movq %xmm9, 104(%rdi)\n"
        "    movq %xmm15, 112(%rdi)\n"
        "    stmxcsr 120(%rdi)\n"
        "    pushf\n"
        "    pop 128(%rdi)\n"
        "    cld\n"
        "    pop %r15\n pop %r14\n pop %r13\n pop %r12\n"
        "    pop %rbp\n pop %rbx\n"
        "    ret\n"
        ".popsection\n");

static void check_kept(long number, uint64_t first, uint64_t second)
{
    struct registers regs, before;
    uint64_t *word = (uint64_t *)&regs;
    size_t i;

    for (i = 0; i < sizeof(regs) / 8; i++)
        word[i] = 0x1111111111111111 * (i % 13 + 1);
    regs.rdi = first;
    regs.rsi = second;
    regs.mxcsr = 0x1f80;
    before = regs;
    call_with_registers(&regs, number);
    for (i = 0; i < 15; i++)
        CHECK_EQ(word[i], ((uint64_t *)&before)[i]);
    CHECK_EQ(regs.mxcsr & 0xffffffff, 0x1f80);
    CHECK_EQ(regs.flags & 0x40600, 0x600);
}

static void registers_are_kept(void)
{
    struct {
        long sec, nsec;
    } pause = { 0, 1000000 };

    check_kept(SYS_getpid, 5, 6);
    check_kept(999, 5, 6);
    check_kept(SYS_brk, 0, 0);
    check_kept(SYS_mprotect, 0x1000, (uint64_t)-1);
    check_kept(SYS_nanosleep, (uint64_t)&pause, 0);
    check_kept(SYS_fstat, 1, 8);
}

static void return_address_and_flags(void)
{
    uint64_t rcx, r11, here, flags;

    __asm__ volatile(
        "lea 1f(%%rip), %[here]\n"
        "pushf\n"
        "pop %[flags]\n"
        "syscall\n"
        "1: mov %%r11, %[r11]\n"
        : "=&c"(rcx), [r11] "=&S"(r11), [here] "=&r"(here), [flags] "=&r"(flags)
        : "a"((long)SYS_getpid)
        : "r11", "memory");
    CHECK_EQ(rcx, here);
    CHECK_EQ(r11, flags);
}

static char *last_page;

static int runs_at_the_end(void *unused)
{
    (void)unused;
    __asm__ volatile("jmp *%0"
                     :
                     : "r"(last_page + PAGE - 2), "a"((long)SYS_getpid));
    return 1;
}

/* A call from the last two bytes below the end of user space returns to
 * where nothing is. */
static void at_the_end_of_user_space(void)
{
    last_page =
        mmap((void *)0x7fffffffe000UL, PAGE, RWX, ANON | MAP_FIXED, -1, 0);
    REQUIRE_OK(last_page);
    last_page[PAGE - 2] = 0x0f;
    last_page[PAGE - 1] = 0x05;
    CHECK_SIGNAL(run_child(runs_at_the_end, NULL), SIGSEGV);
}

static int sets_trap_and_calls(void *unused)
{
    (void)unused;
    __asm__ volatile("pushf\n"
                     "orq $0x100, (%%rsp)\n"
                     "popf\n"
                     "syscall\n"
                     :
                     : "a"((long)SYS_getpid)
                     : "rcx", "r11", "memory", "cc");
    return 1;
}

static void single_step_over_it(void)
{
    CHECK_SIGNAL(run_child(sets_trap_and_calls, NULL), SIGTRAP);
}

static const struct test_case cases[] = {
    CASE(unknown_numbers),          CASE(high_half_of_the_number),
    CASE(registers_are_kept),       CASE(return_address_and_flags),
    CASE(at_the_end_of_user_space), CASE(single_step_over_it),
};

TEST_MAIN(cases)
