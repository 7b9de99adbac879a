/* SPDX-License-Identifier: MIT */
/*
 * Verifies what a handler is told of exceptions other than page faults: the
 * signal, si_code, and the instruction's address.
 */
#include "user/test/fault.h"
#include "user/test/test.h"

#define X87_INVALID 0x01
#define X87_DIVIDE 0x04
#define X87_OVERFLOW 0x08
#define X87_UNDERFLOW 0x10
#define X87_INEXACT 0x20
#define X87_ALL_MASKED 0x37f

/* Functions that fault at the label that follows their name. */
#define FAULTING(name, before, at)                                             \
    void name(void);                                                           \
    extern const char name##_at[];                                             \
    __asm__(#name ":\n" before "\n" #name "_at:\n" at "\nret\n")

FAULTING(divides_by_zero, "xor %ecx, %ecx\n xor %edx, %edx", "div %ecx");
FAULTING(divides_too_much, "mov $1, %ecx\n mov $7, %edx", "div %ecx");
FAULTING(invalid, "", "ud2");
FAULTING(privileged, "", "hlt");
FAULTING(reads_control_register, "", "mov %cr0, %rax");
FAULTING(writes_model_register, "xor %ecx, %ecx", "wrmsr");
FAULTING(breaks, "", "int3");
FAULTING(calls_the_kernels_gate, "", "int $0x20");
FAULTING(loads_bad_segment, "mov $0x1238, %eax", "mov %ax, %ds");
FAULTING(loads_kernel_segment, "mov $0x8, %eax", "mov %ax, %ss");
FAULTING(steps, "pushf\n orl $0x100, (%rsp)\n popf\n nop", "nop");

static void check(void (*run)(void), int signo, int code, const char *addr)
{
    CATCH_FAULT(run());
    fault_check(signo, code, addr, __FILE__, __LINE__);
}

static void division(void)
{
    check(divides_by_zero, SIGFPE, FPE_INTDIV, divides_by_zero_at);
    check(divides_too_much, SIGFPE, FPE_INTDIV, divides_too_much_at);
}

static void invalid_instructions(void)
{
    check(invalid, SIGILL, ILL_ILLOPN, invalid_at);
}

static void privileged_instructions(void)
{
    check(privileged, SIGSEGV, SI_KERNEL, NULL);
    check(reads_control_register, SIGSEGV, SI_KERNEL, NULL);
    check(writes_model_register, SIGSEGV, SI_KERNEL, NULL);
    check(calls_the_kernels_gate, SIGSEGV, SI_KERNEL, NULL);
    check(loads_bad_segment, SIGSEGV, SI_KERNEL, NULL);
    check(loads_kernel_segment, SIGSEGV, SI_KERNEL, NULL);
}

static void breakpoints(void)
{
    check(breaks, SIGTRAP, SI_KERNEL, NULL);
}

/* The trap comes after the instruction that follows popf. */
static void single_steps(void)
{
    check(steps, SIGTRAP, TRAP_TRACE, steps_at);
}

/* The x87 raises an exception at its next instruction, with its cause in the
 * status word. */
static void x87(unsigned unmasked, double a, double b)
{
    unsigned short control = (unsigned short)(X87_ALL_MASKED & ~unmasked);
    volatile double result;

    __asm__ volatile("fninit\n fldcw %1\n"
                     "fldl %3\n fdivrl %2\n fstpl %0\n fwait\n"
                     : "=m"(result)
                     : "m"(control), "m"(a), "m"(b));
    (void)result;
}

static void check_x87(unsigned unmasked, double a, double b, int code)
{
    CATCH_FAULT(x87(unmasked, a, b));
    __asm__ volatile("fninit");
    CHECK_EQ(fault_seen.signo, SIGFPE);
    CHECK_EQ(fault_seen.code, code);
    CHECK(fault_seen.addr != NULL);
}

static void floating_point(void)
{
    const double least = 0x1p-1022, most = 0x1p1023;

    check_x87(X87_DIVIDE, 1.0, 0.0, FPE_FLTDIV);
    check_x87(X87_INVALID, 0.0, 0.0, FPE_FLTINV);
    check_x87(X87_OVERFLOW, most, least, FPE_FLTOVF);
    check_x87(X87_UNDERFLOW, least * 1.5, most, FPE_FLTUND);
    check_x87(X87_INEXACT, 1.0, 3.0, FPE_FLTRES);
}

/* Masked, nothing comes of it. */
static void masked(void)
{
    CATCH_FAULT(x87(0, 1.0, 0.0));
    fault_check(0, 0, NULL, __FILE__, __LINE__);
}

static const struct test_case cases[] = {
    CASE(division),
    CASE(invalid_instructions),
    CASE(privileged_instructions),
    CASE(breakpoints),
    CASE(single_steps),
    CASE(floating_point),
    CASE(masked),
};

TEST_MAIN(cases)
