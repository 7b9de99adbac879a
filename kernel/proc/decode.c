/* SPDX-License-Identifier: MIT */
/*
 * Numbers into words: names as in the manuals, SDM vol. 3, 6.15 and signal(7).
 */
#include "kernel/proc/decode.h"

#include "kernel/abi/signal.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/format.h"

const char *decode_signal(int sig)
{
    static const char *const names[] = {
        [SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",
        [SIGQUIT] = "SIGQUIT", [SIGILL] = "SIGILL",
        [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
        [SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",
        [SIGKILL] = "SIGKILL", [SIGUSR1] = "SIGUSR1",
        [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
        [SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM",
        [SIGTERM] = "SIGTERM", [SIGSTKFLT] = "SIGSTKFLT",
        [SIGCHLD] = "SIGCHLD", [SIGCONT] = "SIGCONT",
        [SIGSTOP] = "SIGSTOP", [SIGTSTP] = "SIGTSTP",
        [SIGTTIN] = "SIGTTIN", [SIGTTOU] = "SIGTTOU",
        [SIGURG] = "SIGURG",   [SIGXCPU] = "SIGXCPU",
        [SIGXFSZ] = "SIGXFSZ", [SIGVTALRM] = "SIGVTALRM",
        [SIGPROF] = "SIGPROF", [SIGWINCH] = "SIGWINCH",
        [SIGIO] = "SIGIO",     [SIGPWR] = "SIGPWR",
        [SIGSYS] = "SIGSYS",
    };

    if (sig > 0 && (size_t)sig < ARRAY_SIZE(names))
        return names[sig];
    return "a real-time signal";
}

struct code_name {
    int sig, code;
    const char *name;
};

const char *decode_code(int sig, int code)
{
    static const struct code_name names[] = {
        {SIGSEGV, SEGV_MAPERR, "SEGV_MAPERR: no memory is mapped there"},
        {SIGSEGV, SEGV_ACCERR, "SEGV_ACCERR: the mapping forbids it"},
        {SIGBUS, BUS_ADRERR, "BUS_ADRERR: past the end of the file"},
        {SIGBUS, BUS_ADRALN, "BUS_ADRALN: the address is not aligned"},
        {SIGFPE, FPE_INTDIV, "FPE_INTDIV: integer division"},
        {SIGFPE, FPE_FLTDIV, "FPE_FLTDIV: division by zero"},
        {SIGFPE, FPE_FLTOVF, "FPE_FLTOVF: overflow"},
        {SIGFPE, FPE_FLTUND, "FPE_FLTUND: underflow"},
        {SIGFPE, FPE_FLTRES, "FPE_FLTRES: inexact result"},
        {SIGFPE, FPE_FLTINV, "FPE_FLTINV: invalid operation"},
        {SIGILL, ILL_ILLOPN, "ILL_ILLOPN: no such instruction"},
        {SIGTRAP, TRAP_TRACE, "TRAP_TRACE: single step"},
        {SIGTRAP, TRAP_BRKPT, "TRAP_BRKPT: breakpoint"},
    };

    if (code == SI_KERNEL)
        return "SI_KERNEL";
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i].sig == sig && names[i].code == code)
            return names[i].name;
    return "no further code";
}

const char *decode_trap(uint64_t vector)
{
    static const char *const names[TRAP_EXCEPTIONS] = {
        [TRAP_DE] = "#DE divide error",
        [TRAP_DB] = "#DB debug",
        [TRAP_NMI] = "NMI",
        [TRAP_BP] = "#BP breakpoint",
        [TRAP_OF] = "#OF overflow",
        [TRAP_BR] = "#BR bound range exceeded",
        [TRAP_UD] = "#UD invalid opcode",
        [TRAP_NM] = "#NM device not available",
        [TRAP_DF] = "#DF double fault",
        [TRAP_TS] = "#TS invalid TSS",
        [TRAP_NP] = "#NP segment not present",
        [TRAP_SS] = "#SS stack-segment fault",
        [TRAP_GP] = "#GP general protection",
        [TRAP_PF] = "#PF page fault",
        [TRAP_MF] = "#MF x87 floating-point error",
        [TRAP_AC] = "#AC alignment check",
        [TRAP_MC] = "#MC machine check",
        [TRAP_XM] = "#XM SIMD floating-point exception",
        [TRAP_CP] = "#CP control protection",
    };

    if (vector >= TRAP_SYSCALL)
        return "system call";
    if (vector < ARRAY_SIZE(names) && names[vector] != NULL)
        return names[vector];
    return "an interrupt";
}

const char *decode_trap_deed(uint64_t vector)
{
    switch (vector) {
    case TRAP_DE: return "it divided by zero, or the quotient did not fit";
    case TRAP_DB: return "it ran one instruction with the trap flag set";
    case TRAP_BP: return "it ran a breakpoint (int3)";
    case TRAP_UD: return "it ran bytes that are no instruction";
    case TRAP_GP:
        return "it ran a privileged instruction, or used an address that is "
               "not canonical";
    case TRAP_SS:
        return "it used the stack at an address that is not canonical";
    case TRAP_MF:
    case TRAP_XM:
        return "a floating-point operation raised an exception that it had "
               "unmasked";
    case TRAP_AC: return "it used an address that is not aligned";
    default: return "the CPU refused an instruction";
    }
}

void decode_page_fault(uint64_t error, char *buf, size_t size)
{
    const char *access = (error & PF_FETCH) != 0   ? "instruction fetch"
                         : (error & PF_WRITE) != 0 ? "write"
                                                   : "read";
    const char *why = (error & PF_PRESENT) != 0
                          ? "the page is present, but does not allow it"
                          : "the page is not present";

    ksnprintf(buf, size, "%s in %s mode, %s%s", access,
              (error & PF_USER) != 0 ? "user" : "kernel", why,
              (error & PF_RESERVED) != 0 ? ", reserved bits are set" : "");
}

void decode_flags(uint64_t rflags, char *buf, size_t size)
{
    static const struct {
        uint64_t bit;
        const char *name;
    } flags[] = {
        {RFLAGS_CF, "CF"}, {RFLAGS_PF, "PF"}, {RFLAGS_AF, "AF"},
        {RFLAGS_ZF, "ZF"}, {RFLAGS_SF, "SF"}, {RFLAGS_TF, "TF"},
        {RFLAGS_IF, "IF"}, {RFLAGS_DF, "DF"}, {RFLAGS_OF, "OF"},
        {RFLAGS_NT, "NT"}, {RFLAGS_RF, "RF"}, {RFLAGS_AC, "AC"},
        {RFLAGS_ID, "ID"},
    };
    size_t len = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if ((rflags & flags[i].bit) != 0)
            len +=
                (size_t)kscnprintf(buf + len, size - len, " %s", flags[i].name);
}
