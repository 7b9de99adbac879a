/* SPDX-License-Identifier: MIT */
/*
 * Verifies that a program can see its own stack overflow, from a handler on
 * another stack, and that a handler without a usable stack kills.
 */
#include <signal.h>
#include <sys/resource.h>

#include "user/test/fault.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static char other_stack[32 * 1024];
static char *volatile fault_address;
static volatile char *handler_frame;

static void on_overflow(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)signo;
    (void)context;
    fault_address = info->si_addr;
    handler_frame = (volatile char *)(uintptr_t)&here;
    siglongjmp(fault_return, 1);
}

static void catch_on(void *stack, size_t size)
{
    struct sigaction action;
    stack_t other;

    memset(&other, 0, sizeof(other));
    other.ss_sp = stack;
    other.ss_size = size;
    REQUIRE_OK(sigaltstack(&other, NULL));
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_overflow;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    REQUIRE_OK(sigaction(SIGSEGV, &action, NULL));
}

static int __attribute__((noinline)) descend(int depth)
{
    volatile char frame[900];

    frame[0] = (char)depth;
    return depth > 0 ? descend(depth - 1) + frame[0] : 0;
}

static void overflow_is_caught(void)
{
    char *here = __builtin_frame_address(0);
    long below;

    set_limit(RLIMIT_STACK, 1 * MIB);
    catch_on(other_stack, sizeof(other_stack));
    if (sigsetjmp(fault_return, 1) == 0)
        descend(1 << 30);
    below = here - fault_address;
    CHECK(below > (long)(512 * KIB) && below < (long)(2 * MIB));
    CHECK(handler_frame >= other_stack &&
          handler_frame < other_stack + sizeof(other_stack));
}

static int overflows_without_stack(void *unused)
{
    struct sigaction action;

    (void)unused;
    set_limit(RLIMIT_STACK, 1 * MIB);
    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_overflow;
    action.sa_flags = SA_SIGINFO;
    REQUIRE_OK(sigaction(SIGSEGV, &action, NULL));
    return descend(1 << 30);
}

static void overflow_without_another_stack(void)
{
    CHECK_SIGNAL(run_child(overflows_without_stack, NULL), SIGSEGV);
}

static int faults_on_bad_stack(void *stack)
{
    catch_on(stack, sizeof(other_stack));
    poke((void *)8, 1);
    return 1;
}

static void bad_signal_stacks(void)
{
    char *none = map_anon(sizeof(other_stack), PROT_NONE);

    CHECK_SIGNAL(run_child(faults_on_bad_stack, none), SIGSEGV);
    CHECK_SIGNAL(
        run_child(faults_on_bad_stack, free_range(sizeof(other_stack))),
        SIGSEGV);
    CHECK_SIGNAL(run_child(faults_on_bad_stack, (void *)0xffff800000000000UL),
                 SIGSEGV);
    CHECK_SIGNAL(run_child(faults_on_bad_stack, (void *)0x7fffffff0000UL),
                 SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(overflow_is_caught),
    CASE(overflow_without_another_stack),
    CASE(bad_signal_stacks),
};

TEST_MAIN(cases)
