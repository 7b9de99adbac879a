/* SPDX-License-Identifier: MIT */
/*
 * What signals are called, in words and by name.
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} signals[] = {
    [SIGHUP] = { "HUP", "Hangup" },
    [SIGINT] = { "INT", "Interrupt" },
    [SIGQUIT] = { "QUIT", "Quit" },
    [SIGILL] = { "ILL", "Illegal instruction" },
    [SIGTRAP] = { "TRAP", "Trace/breakpoint trap" },
    [SIGABRT] = { "ABRT", "Aborted" },
    [SIGBUS] = { "BUS", "Bus error" },
    [SIGFPE] = { "FPE", "Floating point exception" },
    [SIGKILL] = { "KILL", "Killed" },
    [SIGUSR1] = { "USR1", "User defined signal 1" },
    [SIGSEGV] = { "SEGV", "Segmentation fault" },
    [SIGUSR2] = { "USR2", "User defined signal 2" },
    [SIGPIPE] = { "PIPE", "Broken pipe" },
    [SIGALRM] = { "ALRM", "Alarm clock" },
    [SIGTERM] = { "TERM", "Terminated" },
    [SIGSTKFLT] = { "STKFLT", "Stack fault" },
    [SIGCHLD] = { "CHLD", "Child exited" },
    [SIGCONT] = { "CONT", "Continued" },
    [SIGSTOP] = { "STOP", "Stopped (signal)" },
    [SIGTSTP] = { "TSTP", "Stopped" },
    [SIGTTIN] = { "TTIN", "Stopped (tty input)" },
    [SIGTTOU] = { "TTOU", "Stopped (tty output)" },
    [SIGURG] = { "URG", "Urgent I/O condition" },
    [SIGXCPU] = { "XCPU", "CPU time limit exceeded" },
    [SIGXFSZ] = { "XFSZ", "File size limit exceeded" },
    [SIGVTALRM] = { "VTALRM", "Virtual timer expired" },
    [SIGPROF] = { "PROF", "Profiling timer expired" },
    [SIGWINCH] = { "WINCH", "Window changed" },
    [SIGIO] = { "POLL", "I/O possible" },
    [SIGPWR] = { "PWR", "Power failure" },
    [SIGSYS] = { "SYS", "Bad system call" },
};

#define SIGNALS_NAMED (int)(sizeof(signals) / sizeof(signals[0]))

char *strsignal(int sig)
{
    static char other[32];

    if (sig > 0 && sig < SIGNALS_NAMED)
        return (char *)signals[sig].text;
    if (sig >= SIGRTMIN && sig <= SIGRTMAX)
        snprintf(other, sizeof(other), "Real-time signal %d", sig - SIGRTMIN);
    else
        snprintf(other, sizeof(other), "Unknown signal %d", sig);
    return other;
}

const char *sigabbrev_np(int sig)
{
    return sig > 0 && sig < SIGNALS_NAMED ? signals[sig].name : NULL;
}

int str2sig(const char *name, int *sig)
{
    char *end;
    long number = strtol(name, &end, 10);
    int i;

    if (isdigit((unsigned char)*name)) {
        *sig = (int)number;
        return *end == '\0' && number < NSIG ? 0 : -1;
    }
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (i = 1; i < SIGNALS_NAMED; i++) {
        if (strcasecmp(name, signals[i].name) == 0) {
            *sig = i;
            return 0;
        }
    }
    return -1;
}
