/* SPDX-License-Identifier: MIT */
/*
 * Catching faults: see fault.h.
 */
#include "user/test/fault.h"

#include "user/test/test.h"

struct fault fault_seen;
sigjmp_buf fault_return;

static void on_fault(int signo, siginfo_t *info, void *context)
{
    (void)context;
    fault_seen.signo = signo;
    fault_seen.code = info->si_code;
    fault_seen.addr = info->si_addr;
    siglongjmp(fault_return, 1);
}

void fault_catch(void)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
    struct sigaction action;
    size_t i;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    for (i = 0; i < COUNT(signals); i++)
        REQUIRE_OK(sigaction(signals[i], &action, NULL));
    memset(&fault_seen, 0, sizeof(fault_seen));
}

void fault_check(int signo, int code, const volatile void *addr,
                 const char *file, int line)
{
    test_equal(fault_seen.signo, signo, file, line, "signal");
    test_equal(fault_seen.code, code, file, line, "si_code");
    test_equal((long)fault_seen.addr, (long)addr, file, line, "si_addr");
}
