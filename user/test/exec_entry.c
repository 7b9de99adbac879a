/* SPDX-License-Identifier: MIT */
/*
 * Verifies the machine's state at a program's first instruction: the stack,
 * the general registers, the flags and the floating-point state. The program
 * is a few instructions that exit with the number of the first wrong thing.
 */
#include "user/test/elfmake.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

extern const unsigned char entry_code[], entry_code_end[];

/* r15, zero at entry as well, carries the number once it was looked at. */
__asm__(".pushsection .rodata\n"
        "entry_code:\n"
        "    test %r15, %r15\n"
        "    mov $1, %r15d\n"
        "    jnz 9f\n"
        "    inc %r15d\n" /* 2: the stack is aligned */
        "    test $15, %spl\n"
        "    jnz 9f\n"
        "    inc %r15d\n" /* 3: rdx, which would be called at exit */
        "    test %rdx, %rdx\n"
        "    jnz 9f\n"
        "    inc %r15d\n" /* 4: nothing of the last program is left */
        "    or %rbx, %rax\n"
        "    or %rcx, %rax\n"
        "    or %rsi, %rax\n"
        "    or %rdi, %rax\n"
        "    or %rbp, %rax\n"
        "    or %r8, %rax\n"
        "    or %r9, %rax\n"
        "    or %r10, %rax\n"
        "    or %r12, %rax\n"
        "    or %r13, %rax\n"
        "    or %r14, %rax\n"
        "    jnz 9f\n"
        "    inc %r15d\n" /* 5: flags: direction, trap, alignment check */
        "    pushf\n"
        "    pop %rax\n"
        "    test $0x40500, %eax\n"
        "    jnz 9f\n"
        "    inc %r15d\n" /* 6: interrupts are on, I/O privilege is 0 */
        "    and $0x3200, %eax\n"
        "    cmp $0x200, %eax\n"
        "    jne 9f\n"
        "    inc %r15d\n" /* 7: the x87 control word */
        "    fnstcw -8(%rsp)\n"
        "    cmpw $0x37f, -8(%rsp)\n"
        "    jne 9f\n"
        "    inc %r15d\n" /* 8: MXCSR */
        "    stmxcsr -8(%rsp)\n"
        "    cmpl $0x1f80, -8(%rsp)\n"
        "    jne 9f\n"
        "    inc %r15d\n" /* 9: the SSE registers */
        "    por %xmm7, %xmm0\n"
        "    por %xmm8, %xmm0\n"
        "    por %xmm15, %xmm0\n"
        "    movq %xmm0, %rax\n"
        "    psrldq $8, %xmm0\n"
        "    movq %xmm0, %rbx\n"
        "    or %rbx, %rax\n"
        "    jnz 9f\n"
        "    inc %r15d\n" /* 10: argc, argv[0], the ends of argv and envp */
        "    cmpq $1, (%rsp)\n"
        "    jne 9f\n"
        "    cmpq $0, 8(%rsp)\n"
        "    je 9f\n"
        "    cmpq $0, 16(%rsp)\n"
        "    jne 9f\n"
        "    cmpq $0, 24(%rsp)\n"
        "    jne 9f\n"
        "    xor %r15d, %r15d\n"
        "9:  mov %r15d, %edi\n"
        "    mov $60, %eax\n"
        "    syscall\n"
        "entry_code_end:\n"
        ".popsection\n");

static struct elf_image image;

/* Leaves something in the registers that the program must not find. */
static void spoil_registers(void)
{
    __asm__ volatile("mov $-1, %%rax\n"
                     "movq %%rax, %%xmm7\n"
                     "movq %%rax, %%xmm8\n"
                     "movq %%rax, %%xmm15\n"
                     "fldpi\n"
                     "fldpi\n"
                     :
                     :
                     : "rax", "xmm7", "xmm8", "xmm15", "st", "st(1)");
}

static void everything_is_fresh(void)
{
    tmp_enter();
    elf_init(&image, entry_code, (size_t)(entry_code_end - entry_code));
    spoil_registers();
    CHECK_EXIT(elf_try(&image), 0);
}

/* The alignment holds however long the strings are. */
static int executes_with_name(void *name)
{
    char *argv[] = { name, NULL };

    execve("./program", argv, argv + 1);
    return errno;
}

static void aligned_for_any_strings(void)
{
    char name[40];
    size_t len;

    tmp_enter();
    elf_init(&image, entry_code, (size_t)(entry_code_end - entry_code));
    elf_write(&image, "program", sizeof(image));
    for (len = 0; len < 32; len++) {
        memset(name, 'n', len);
        name[len] = '\0';
        CHECK_EXIT(run_child(executes_with_name, name), 0);
    }
}

static const struct test_case cases[] = {
    CASE(everything_is_fresh),
    CASE(aligned_for_any_strings),
};

TEST_MAIN(cases)
