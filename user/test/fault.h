/* SPDX-License-Identifier: MIT */
/*
 * Catching faults in the process itself, with SA_SIGINFO handlers: signal,
 * si_code and si_addr, exactly. For the programs named sig_*.c only; the
 * others ask how a child ended (probe.h).
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include <setjmp.h>
#include <signal.h>

struct fault {
    int signo; /* 0: none came */
    int code;
    void *addr;
};

extern struct fault fault_seen;
extern sigjmp_buf fault_return;

/* Installs the handlers of SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP. */
void fault_catch(void);

/* Runs a statement; fault_seen then says what it raised. */
#define CATCH_FAULT(statement)                                                 \
    do {                                                                       \
        fault_catch();                                                         \
        if (sigsetjmp(fault_return, 1) == 0) {                                 \
            statement;                                                         \
        }                                                                      \
    } while (0)

#define CHECK_FAULT(statement, signo, code, addr)                              \
    do {                                                                       \
        CATCH_FAULT(statement);                                                \
        fault_check((signo), (code), (const volatile void *)(addr), __FILE__,  \
                    __LINE__);                                                 \
    } while (0)

/* The statement must raise nothing. */
#define CHECK_NO_FAULT(statement) CHECK_FAULT(statement, 0, 0, NULL)

void fault_check(int signo, int code, const volatile void *addr,
                 const char *file, int line);

#endif
