/* SPDX-License-Identifier: MIT */
/*
 * The frame of the stress programs: see stress.h.
 *
 * The two accesses are single instructions; the handler sends the program
 * from there to their other end.
 */
#include "user/test/stress.h"

#include <stdlib.h>
#include <sys/ucontext.h>

#include "user/test/signals.h"

static unsigned long times = 1;

extern const char stress_load_at[], stress_store_at[], stress_failed[];

__asm__(".globl stress_load\n"
        "stress_load:\n"
        "mov $1, %eax\n"
        "stress_load_at:\n"
        "mov (%rdi), %rdx\n"
        "mov %rdx, (%rsi)\n"
        "ret\n"
        ".globl stress_store\n"
        "stress_store:\n"
        "mov $1, %eax\n"
        "stress_store_at:\n"
        "mov %rsi, (%rdi)\n"
        "ret\n"
        "stress_failed:\n"
        "xor %eax, %eax\n"
        "ret\n");

static void on_fault(int signo, siginfo_t *info, void *context)
{
    struct sigcontext *at = &((ucontext_t *)context)->uc_mcontext;

    (void)signo;
    (void)info;
    if (at->rip != (uintptr_t)stress_load_at &&
        at->rip != (uintptr_t)stress_store_at)
        _exit(98);
    at->rip = (uintptr_t)stress_failed;
}

void stress_catch_faults(void)
{
    catch_with(SIGSEGV, on_fault, SA_NODEFER);
    catch_with(SIGBUS, on_fault, SA_NODEFER);
}

unsigned long stress_rounds(unsigned long n)
{
    return n * times;
}

int stress_main(int argc, char **argv, char **envp,
                const struct test_case *cases, size_t ncases)
{
    if (argc > 1 && argv[1][0] >= '1' && argv[1][0] <= '9') {
        times = strtoul(argv[1], NULL, 10);
        test_timeout_ms *= (long)times;
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    return test_main(argc, argv, envp, cases, ncases);
}
