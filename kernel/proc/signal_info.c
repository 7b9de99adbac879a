/* SPDX-License-Identifier: MIT */
/*
 * siginfo_t: which of its fields a signal uses depends on the signal and on
 * si_code (sigaction(2)). struct signal_info keeps just those.
 */
#include "kernel/lib/string.h"
#include "kernel/proc/signal_impl.h"

enum layout {
    LAYOUT_SENDER, /* pid, uid and, from sigqueue, a value */
    LAYOUT_CHILD,  /* pid, uid, status, times */
    LAYOUT_FAULT,  /* address */
};

static enum layout layout_of(int sig, int code)
{
    if (code <= 0 || code >= SI_KERNEL)
        return LAYOUT_SENDER;
    switch (sig) {
    case SIGCHLD: return LAYOUT_CHILD;
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP: return LAYOUT_FAULT;
    default: return LAYOUT_SENDER;
    }
}

void signal_info_encode(const struct signal_info *info, struct siginfo *out)
{
    memset(out, 0, sizeof(*out));
    out->si_signo = info->sig;
    out->si_errno = info->error;
    out->si_code = info->code;
    switch (layout_of(info->sig, info->code)) {
    case LAYOUT_FAULT: out->si_addr = (void *)info->addr; return;
    case LAYOUT_CHILD:
        out->si_pid = info->pid;
        out->si_uid = info->uid;
        out->si_status = info->status;
        out->si_utime = (clock_t)info->utime;
        out->si_stime = (clock_t)info->stime;
        return;
    case LAYOUT_SENDER:
        out->si_pid = info->pid;
        out->si_uid = info->uid;
        out->si_value.sival_ptr = (void *)info->addr;
        return;
    }
}

void signal_info_decode(int sig, const struct siginfo *in,
                        struct signal_info *out)
{
    *out = (struct signal_info){
        .sig = sig,
        .code = in->si_code,
        .error = in->si_errno,
    };
    switch (layout_of(sig, in->si_code)) {
    case LAYOUT_FAULT: out->addr = (uint64_t)in->si_addr; return;
    case LAYOUT_CHILD:
        out->pid = in->si_pid;
        out->uid = in->si_uid;
        out->status = in->si_status;
        out->utime = (uint64_t)in->si_utime;
        out->stime = (uint64_t)in->si_stime;
        return;
    case LAYOUT_SENDER:
        out->pid = in->si_pid;
        out->uid = in->si_uid;
        out->addr = (uint64_t)in->si_value.sival_ptr;
        return;
    }
}
