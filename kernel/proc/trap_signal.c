/* SPDX-License-Identifier: MIT */
/*
 * Which signal, si_code and si_addr an exception becomes: as on Linux, for
 * programs tell by them what happened.
 */
#include "kernel/proc/trap_signal.h"

#include "kernel/abi/signal.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/preempt.h"
#include "kernel/proc/report.h"
#include "kernel/proc/signal.h"
#include "kernel/proc/thread.h"

void trap_send_signal(const struct trap_frame *frame, int sig, int code,
                      uint64_t address)
{
    const struct killed_report report = {
        .frame = frame,
        .sig = sig,
        .code = code,
        .address = address,
        .has_address = frame->vector == TRAP_PF,
    };

    if (signal_force(sig, code, address))
        report_killed(&report);
}

/* Exceptions of the x87 (status and control word) and of SSE (MXCSR) have the
 * same bits: SDM vol. 1, 8.1.3 and 10.2.3. */
#define FP_INVALID (1U << 0)
#define FP_DENORMAL (1U << 1)
#define FP_DIVIDE (1U << 2)
#define FP_OVERFLOW (1U << 3)
#define FP_UNDERFLOW (1U << 4)
#define FP_INEXACT (1U << 5)
#define MXCSR_MASK_SHIFT 7

/* The exceptions that have happened and are not masked. */
static uint32_t fp_exceptions(uint64_t vector)
{
    struct fpstate *state = current_thread()->fpu;

    preempt_disable();
    fpu_save(state);
    preempt_enable();
    if (vector == TRAP_MF)
        return state->swd & ~(uint32_t)state->cwd;
    return state->mxcsr & ~(state->mxcsr >> MXCSR_MASK_SHIFT);
}

static int fp_code(uint32_t exceptions)
{
    if ((exceptions & FP_INVALID) != 0)
        return FPE_FLTINV;
    if ((exceptions & FP_DIVIDE) != 0)
        return FPE_FLTDIV;
    if ((exceptions & FP_OVERFLOW) != 0)
        return FPE_FLTOVF;
    if ((exceptions & (FP_UNDERFLOW | FP_DENORMAL)) != 0)
        return FPE_FLTUND;
    if ((exceptions & FP_INEXACT) != 0)
        return FPE_FLTRES;
    return FPE_FLTUNK;
}

void trap_to_signal(struct trap_frame *frame)
{
    const uint64_t here = frame->rip;

    switch (frame->vector) {
    case TRAP_DE: trap_send_signal(frame, SIGFPE, FPE_INTDIV, here); break;
    case TRAP_DB:
        trap_send_signal(
            frame, SIGTRAP,
            (frame->rflags & RFLAGS_TF) != 0 ? TRAP_TRACE : TRAP_BRKPT, here);
        break;
    case TRAP_BP: trap_send_signal(frame, SIGTRAP, SI_KERNEL, 0); break;
    case TRAP_UD: trap_send_signal(frame, SIGILL, ILL_ILLOPN, here); break;
    case TRAP_MF:
    case TRAP_XM:
        trap_send_signal(frame, SIGFPE, fp_code(fp_exceptions(frame->vector)),
                         here);
        break;
    case TRAP_AC: trap_send_signal(frame, SIGBUS, BUS_ADRALN, 0); break;
    case TRAP_NP:
    case TRAP_SS: trap_send_signal(frame, SIGBUS, SI_KERNEL, 0); break;
    default: /* #GP, and what needs no name of its own */
        trap_send_signal(frame, SIGSEGV, SI_KERNEL, 0);
        break;
    }
}
