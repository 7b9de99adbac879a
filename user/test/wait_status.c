/* SPDX-License-Identifier: MIT */
/*
 * Verifies the wait status of every way to end: exit codes, signals sent, and
 * the signal of each exception that a program can raise.
 */
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static int leaves(void *number)
{
    _exit((int)(intptr_t)number);
}

static void exit_codes(void)
{
    static const int codes[] = { 0, 1, 42, 127, 128, 254, 255 };
    size_t i;

    for (i = 0; i < COUNT(codes); i++)
        CHECK_EXIT(run_child(leaves, (void *)(intptr_t)codes[i]), codes[i]);
}

/* Only eight bits arrive. */
static void wide_exit_codes(void)
{
    CHECK_EXIT(run_child(leaves, (void *)256), 0);
    CHECK_EXIT(run_child(leaves, (void *)0x1234), 0x34);
    CHECK_EXIT(run_child(leaves, (void *)-1), 255);
}

static int leaves_by(void *number)
{
    syscall((long)number, 7);
    return 1;
}

static void exit_and_exit_group(void)
{
    CHECK_EXIT(run_child(leaves_by, (void *)SYS_exit), 7);
    CHECK_EXIT(run_child(leaves_by, (void *)SYS_exit_group), 7);
}

static int kills_itself(void *signo)
{
    kill(getpid(), (int)(intptr_t)signo);
    sleep_ms(10000);
    return 1;
}

static void fatal_signals(void)
{
    static const int signals[] = {
        SIGHUP,  SIGINT,  SIGQUIT, SIGILL,  SIGTRAP, SIGABRT, SIGBUS,  SIGFPE,
        SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,
    };
    size_t i;

    for (i = 0; i < COUNT(signals); i++)
        CHECK_SIGNAL(run_child(kills_itself, (void *)(intptr_t)signals[i]),
                     signals[i]);
}

static int sends_nothing(void *signo)
{
    CHECK_OK(kill(getpid(), (int)(intptr_t)signo));
    return 5;
}

static void ignored_signals(void)
{
    CHECK_EXIT(run_child(sends_nothing, NULL), 5);
    CHECK_EXIT(run_child(sends_nothing, (void *)SIGCHLD), 5);
    CHECK_EXIT(run_child(sends_nothing, (void *)SIGCONT), 5);
}

static int runs_for_ever(void *unused)
{
    (void)unused;
    for (;;)
        __asm__ volatile("");
    return 0;
}

static int sleeps_for_ever(void *unused)
{
    (void)unused;
    for (;;)
        sleep_ms(100000);
    return 0;
}

static int reads_for_ever(void *ends)
{
    char byte;

    return (int)read(((int *)ends)[0], &byte, 1);
}

static void killed_by_the_parent(void)
{
    int ends[2];
    pid_t pid = start_child(runs_for_ever, NULL);

    CHECK_OK(kill(pid, SIGKILL));
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
    pid = start_child(runs_for_ever, NULL);
    sleep_ms(5);
    CHECK_OK(kill(pid, SIGTERM));
    CHECK_SIGNAL(wait_child(pid), SIGTERM);
    pid = start_child(sleeps_for_ever, NULL);
    sleep_ms(5);
    CHECK_OK(kill(pid, SIGTERM));
    CHECK_SIGNAL(wait_child(pid), SIGTERM);
    REQUIRE_OK(pipe(ends));
    pid = start_child(reads_for_ever, ends);
    sleep_ms(5);
    CHECK_OK(kill(pid, SIGKILL));
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
}

static void nobody_to_kill(void)
{
    pid_t pid = start_child(leaves, NULL);

    CHECK_EXIT(wait_child(pid), 0);
    CHECK_ERRNO(kill(pid, SIGTERM), ESRCH);
    CHECK_ERRNO(kill(pid, 0), ESRCH);
    CHECK_ERRNO(kill(getpid(), 65), EINVAL);
    CHECK_ERRNO(kill(getpid(), -1), EINVAL);
    CHECK_ERRNO(kill(0x3fffffff, SIGTERM), ESRCH);
}

/* ---- exceptions ---- */

static int divides(void *by)
{
    volatile int one = 1, zero = (int)(intptr_t)by;

    return one / zero;
}

static int overflows_division(void *unused)
{
    volatile int least = -2147483647 - 1, minus_one = -1;

    (void)unused;
    return least / minus_one;
}

static void division(void)
{
    CHECK_SIGNAL(run_child(divides, NULL), SIGFPE);
    CHECK_SIGNAL(run_child(overflows_division, NULL), SIGFPE);
}

static int unmasked_x87(void *unused)
{
    unsigned short control = 0x37f & ~4;

    (void)unused;
    __asm__ volatile("fldcw %0\n"
                     "fld1\n"
                     "fldz\n"
                     "fdivrp\n"
                     "fwait\n"
                     :
                     : "m"(control)
                     : "st", "st(1)");
    return 1;
}

static void floating_point(void)
{
    CHECK_SIGNAL(run_child(unmasked_x87, NULL), SIGFPE);
}

static int single_steps(void *unused)
{
    (void)unused;
    __asm__ volatile("pushf\n"
                     "orq $0x100, (%%rsp)\n"
                     "popf\n"
                     "nop\n"
                     "nop\n"
                     :
                     :
                     : "memory", "cc");
    return 1;
}

static void single_step(void)
{
    CHECK_SIGNAL(run_child(single_steps, NULL), SIGTRAP);
}

/* Instructions, and the signal that each must bring. */
static const struct instruction {
    int signo;
    unsigned char bytes[12];
} instructions[] = {
    { SIGILL, { 0x0f, 0x0b } },                          /* ud2 */
    { SIGILL, { 0x06 } },                                /* push %es, of old */
    { SIGTRAP, { 0xcc } },                               /* int3 */
    { SIGTRAP, { 0xcd, 0x03 } },                         /* int $3 */
    { SIGSEGV, { 0xf4 } },                               /* hlt */
    { SIGSEGV, { 0xfa } },                               /* cli */
    { SIGSEGV, { 0xfb } },                               /* sti */
    { SIGSEGV, { 0xe4, 0x60 } },                         /* in $0x60, %al */
    { SIGSEGV, { 0xe6, 0x80 } },                         /* out %al, $0x80 */
    { SIGSEGV, { 0x0f, 0x20, 0xd8 } },                   /* mov %cr3, %rax */
    { SIGSEGV, { 0x0f, 0x22, 0xd8 } },                   /* mov %rax, %cr3 */
    { SIGSEGV, { 0x0f, 0x22, 0xe0 } },                   /* mov %rax, %cr4 */
    { SIGSEGV, { 0x0f, 0x23, 0xf8 } },                   /* mov %rax, %dr7 */
    { SIGSEGV, { 0x0f, 0x30 } },                         /* wrmsr */
    { SIGSEGV, { 0x0f, 0x32 } },                         /* rdmsr */
    { SIGSEGV, { 0x0f, 0x01, 0xf8 } },                   /* swapgs */
    { SIGSEGV, { 0x0f, 0x01, 0x38 } },                   /* invlpg (%rax) */
    { SIGSEGV, { 0x0f, 0x01, 0x14, 0x24 } },             /* lgdt (%rsp) */
    { SIGSEGV, { 0x0f, 0x01, 0x1c, 0x24 } },             /* lidt (%rsp) */
    { SIGSEGV, { 0x0f, 0x00, 0xd8 } },                   /* ltr %ax */
    { SIGSEGV, { 0x0f, 0x09 } },                         /* wbinvd */
    { SIGSEGV, { 0x0f, 0x06 } },                         /* clts */
    { SIGSEGV, { 0x48, 0x0f, 0x07 } },                   /* sysretq */
    { SIGSEGV, { 0x31, 0xc0, 0x8e, 0xd0 } },             /* mov $0, %ss */
    { SIGSEGV, { 0x66, 0xb8, 0x08, 0x00, 0x8e, 0xd8 } }, /* mov $8, %ds */
};

static char *code;

static int runs_code(void *unused)
{
    (void)unused;
    ((void (*)(void))(uintptr_t)code)();
    return 1;
}

static void each_instruction(void)
{
    size_t i;

    code = map_anon(PAGE, RWX);
    for (i = 0; i < COUNT(instructions); i++) {
        memset(code, 0x90, 16);
        memcpy(code, instructions[i].bytes, sizeof(instructions[i].bytes));
        if (!CHECK_SIGNAL(run_child(runs_code, NULL), instructions[i].signo))
            say("  instruction %u of the table\n", (unsigned)i);
    }
}

/* No interrupt gate but the debugger's may be called. */
static void software_interrupts(void)
{
    static const unsigned char vectors[] = {
        0,    1,    2,    5,    6,    7,    8,    10,   11,   12,
        13,   14,   16,   17,   18,   19,   0x20, 0x21, 0x30, 0x40,
        0x7f, 0x81, 0xe0, 0xef, 0xf0, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
    };
    size_t i;

    code = map_anon(PAGE, RWX);
    for (i = 0; i < COUNT(vectors); i++) {
        code[0] = (char)0xcd;
        code[1] = (char)vectors[i];
        code[2] = (char)0xc3;
        if (!CHECK_SIGNAL(run_child(runs_code, NULL), SIGSEGV))
            say("  vector %u\n", vectors[i]);
    }
}

/* A fault with a bad stack pointer is like any other. */
static int faults_without_stack(void *rsp)
{
    __asm__ volatile("mov %0, %%rsp\n"
                     "ud2\n"
                     :
                     : "r"(rsp));
    return 1;
}

static int pushes_without_stack(void *rsp)
{
    __asm__ volatile("mov %0, %%rsp\n"
                     "push %%rax\n"
                     :
                     : "r"(rsp));
    return 1;
}

static int calls_without_stack(void *rsp)
{
    __asm__ volatile("mov %0, %%rsp\n"
                     "mov %1, %%eax\n"
                     "mov $9, %%edi\n"
                     "syscall\n"
                     :
                     : "r"(rsp), "i"(SYS_exit_group)
                     : "rax", "rdi", "rcx", "r11", "memory");
    return 1;
}

static void bad_stack_pointers(void)
{
    static const uintptr_t places[] = {
        0,
        8,
        0x7ffffffff000UL,
        0x1234567812345678UL,
        0xffff800000001000UL,
        0xffffffff80100000UL,
        0xffffffffffffffffUL,
    };
    size_t i;

    for (i = 0; i < COUNT(places); i++) {
        void *rsp = (void *)places[i];

        CHECK_SIGNAL(run_child(faults_without_stack, rsp), SIGILL);
        CHECK_EXIT(run_child(calls_without_stack, rsp), 9);
    }
    CHECK_SIGNAL(run_child(pushes_without_stack, NULL), SIGSEGV);
    CHECK_SIGNAL(run_child(pushes_without_stack, (void *)0xffffffff80100000UL),
                 SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(exit_codes),          CASE(wide_exit_codes),
    CASE(exit_and_exit_group), CASE(fatal_signals),
    CASE(ignored_signals),     CASE(killed_by_the_parent),
    CASE(nobody_to_kill),      CASE(division),
    CASE(floating_point),      CASE(single_step),
    CASE(each_instruction),    CASE(software_interrupts),
    CASE(bad_stack_pointers),
};

TEST_MAIN(cases)
