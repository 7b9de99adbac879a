/* SPDX-License-Identifier: MIT */
/*
 * The frame that a handler runs on, and the way back from it: Linux's layout
 * (kernel/abi/signal.h), to the byte, for programs look into it.
 *
 *     sp when the signal came, or the top of the alternate stack
 *       128 bytes    the red zone (System V ABI, 3.2.2): left alone
 *       FPU state    64-byte aligned; signal_fpu.c
 *       rt_sigframe  return address (the restorer), ucontext, siginfo; its
 *                    address + 8 is a multiple of 16, as after a call
 *     sp when the handler starts
 *
 * On the way back nothing in the frame is trusted: segments must be the
 * program's own, of the flags only those count that a program may set, and the
 * FPU state is checked by the CPU that loads it. A bad frame is a SIGSEGV.
 */
#include "kernel/abi/errno.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/string.h"
#include "kernel/proc/report.h"
#include "kernel/proc/signal_calls.h"
#include "kernel/proc/signal_impl.h"
#include "mm/layout.h"
#include "mm/uaccess.h"

#define RED_ZONE 128
#define FPU_ALIGN 64UL
#define STACK_ALIGN 16UL
#define CPL_USER 3

bool signal_on_stack(const struct thread *thread, uint64_t sp)
{
    const struct signal_stack *stack = &thread->altstack;

    if (((uint32_t)stack->flags & SS_AUTODISARM) != 0)
        return false;
    return sp > stack->sp && sp - stack->sp <= stack->size;
}

/* ---- building ---- */

struct place {
    uint64_t frame, fpu; /* user addresses */
};

/* 0, or -EFAULT if the alternate stack is too small for the frame. */
static int find_place(const struct trap_frame *frame, uint64_t flags,
                      struct place *place)
{
    const struct thread *thread = current_thread();
    const struct signal_stack *stack = &thread->altstack;
    bool on_stack = signal_on_stack(thread, frame->rsp);
    uint64_t sp = frame->rsp - RED_ZONE;

    if ((flags & SA_ONSTACK) != 0 && stack->size != 0 &&
        !signal_on_stack(thread, sp)) {
        sp = stack->sp + stack->size;
        on_stack = true;
    }
    place->fpu = ROUND_DOWN(sp - signal_fpu_size(), FPU_ALIGN);
    place->frame =
        ROUND_DOWN(place->fpu - sizeof(struct rt_sigframe), STACK_ALIGN) -
        sizeof(uint64_t);
    if (on_stack &&
        (place->frame <= stack->sp || place->frame - stack->sp > stack->size))
        return -EFAULT;
    return 0;
}

/* What is filled in was the kernel's stack before: no field may be left out. */

static void fill_registers(const struct trap_frame *frame,
                           struct sigcontext *out)
{
    out->r8 = frame->r8;
    out->r9 = frame->r9;
    out->r10 = frame->r10;
    out->r11 = frame->r11;
    out->r12 = frame->r12;
    out->r13 = frame->r13;
    out->r14 = frame->r14;
    out->r15 = frame->r15;
    out->rdi = frame->rdi;
    out->rsi = frame->rsi;
    out->rbp = frame->rbp;
    out->rbx = frame->rbx;
    out->rdx = frame->rdx;
    out->rax = frame->rax;
    out->rcx = frame->rcx;
    out->rsp = frame->rsp;
    out->rip = frame->rip;
    out->eflags = frame->rflags;
    out->cs = (uint16_t)frame->cs;
    out->gs = out->fs = 0;
    out->ss = (uint16_t)frame->ss;
}

static void fill_trap(const struct trap_frame *frame, const struct delivery *d,
                      struct sigcontext *out)
{
    bool is_trap = frame->vector < TRAP_EXCEPTIONS;

    out->trapno = is_trap ? frame->vector : 0;
    out->err = is_trap ? frame->error : 0;
    out->cr2 = frame->vector == TRAP_PF ? d->info.addr : 0;
}

static void fill_context(const struct trap_frame *frame,
                         const struct delivery *d, uint64_t mask, uint64_t fpu,
                         struct ucontext *out)
{
    const struct signal_stack *stack = &current_thread()->altstack;
    struct sigcontext *context = &out->uc_mcontext;

    out->uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
    if (signal_fpu_size() > sizeof(struct fpstate))
        out->uc_flags |= UC_FP_XSTATE;
    out->uc_link = NULL;
    memset(&out->uc_stack, 0, sizeof(out->uc_stack)); /* its padding too */
    out->uc_stack.ss_sp = (void *)stack->sp;
    out->uc_stack.ss_flags = stack->flags;
    out->uc_stack.ss_size = stack->size;
    out->uc_sigmask = mask;
    fill_registers(frame, context);
    fill_trap(frame, d, context);
    context->oldmask = mask;
    context->fpstate = (struct fpstate *)fpu;
    memset(context->reserved1, 0, sizeof(context->reserved1));
}

static int write_frame(const struct trap_frame *frame, const struct delivery *d,
                       uint64_t mask, const struct place *place)
{
    struct rt_sigframe out;
    size_t len = offsetof(struct rt_sigframe, info);

    out.pretcode = (void (*)(void))d->action.restorer;
    fill_context(frame, d, mask, place->fpu, &out.uc);
    if ((d->action.flags & SA_SIGINFO) != 0) {
        signal_info_encode(&d->info, &out.info);
        len = sizeof(out);
    }
    return copy_to_user((void *)place->frame, &out, len) == 0 ? 0 : -EFAULT;
}

int signal_frame_build(struct trap_frame *frame, const struct delivery *d,
                       uint64_t mask, uint64_t *where)
{
    struct thread *thread = current_thread();
    struct place place;
    int err = find_place(frame, d->action.flags, &place);

    *where = place.frame;
    if ((d->action.flags & SA_RESTORER) == 0)
        err = -EFAULT; /* the handler could not return */
    if (err == 0)
        err = signal_fpu_save(place.fpu);
    if (err == 0)
        err = write_frame(frame, d, mask, &place);
    if (err != 0)
        return err;

    if (((uint32_t)thread->altstack.flags & SS_AUTODISARM) != 0)
        thread->altstack = (struct signal_stack){.flags = SS_DISABLE};
    frame->rip = d->action.handler;
    frame->rsp = place.frame;
    frame->rdi = (uint64_t)d->info.sig;
    frame->rsi = place.frame + offsetof(struct rt_sigframe, info);
    frame->rdx = place.frame + offsetof(struct rt_sigframe, uc);
    frame->rax = 0;
    frame->rflags &= ~(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    frame->vector = TRAP_REPLACED;
    fpu_reset();
    return 0;
}

/* ---- the way back ---- */

/* The selectors that a frame asks for, with the privilege level of a program
 * forced on them, are the program's. SS counts only where the frame says so:
 * older programs leave it 0. */
static bool has_good_segments(const struct ucontext *uc)
{
    const struct sigcontext *context = &uc->uc_mcontext;

    if ((context->cs | CPL_USER) != USER_CS)
        return false;
    return (uc->uc_flags & UC_STRICT_RESTORE_SS) == 0 ||
           (context->ss | CPL_USER) == USER_DS;
}

static void restore_registers(struct trap_frame *frame,
                              const struct sigcontext *context)
{
    frame->r8 = context->r8;
    frame->r9 = context->r9;
    frame->r10 = context->r10;
    frame->r11 = context->r11;
    frame->r12 = context->r12;
    frame->r13 = context->r13;
    frame->r14 = context->r14;
    frame->r15 = context->r15;
    frame->rdi = context->rdi;
    frame->rsi = context->rsi;
    frame->rbp = context->rbp;
    frame->rbx = context->rbx;
    frame->rdx = context->rdx;
    frame->rax = context->rax;
    frame->rcx = context->rcx;
    frame->rsp = context->rsp;
    frame->rip = context->rip;
    frame->rflags =
        (frame->rflags & ~RFLAGS_USER) | (context->eflags & RFLAGS_USER);
    frame->cs = USER_CS;
    frame->ss = USER_DS;
}

static void restore_mask(uint64_t mask)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);

    signal_set_blocked_locked(mask);
    spin_unlock_irqrestore(&process->lock, flags);
}

/* No errors but a bad frame are told: the program cannot be asked. As a rule
 * the stack is what it was. */
static void restore_stack(const stack_t *from, uint64_t sp)
{
    const struct signal_stack *now = &current_thread()->altstack;
    const struct signal_stack stack = {
        .sp = (uint64_t)from->ss_sp,
        .flags = from->ss_flags,
        .size = from->ss_size,
    };

    if (stack.sp != now->sp || stack.flags != now->flags ||
        stack.size != now->size)
        (void)signal_set_stack(&stack, NULL, sp);
}

static int return_from(struct trap_frame *frame, uint64_t user_frame)
{
    struct thread *thread = current_thread();
    struct ucontext uc;
    int err;

    if (copy_from_user(
            &uc, (const void *)(user_frame + offsetof(struct rt_sigframe, uc)),
            sizeof(uc)) != 0)
        return -EFAULT;
    restore_mask(uc.uc_sigmask);
    if (!has_good_segments(&uc))
        return -EINVAL;
    err = signal_fpu_restore((uint64_t)uc.uc_mcontext.fpstate);
    if (err != 0)
        return err;
    restore_registers(frame, &uc.uc_mcontext);
    restore_stack(&uc.uc_stack, frame->rsp);
    thread->restart.fn = NULL;
    return 0;
}

static void refuse(const struct trap_frame *frame, uint64_t user_frame)
{
    const struct killed_report report = {
        .frame = frame,
        .sig = SIGSEGV,
        .code = SI_KERNEL,
        .address = user_frame,
        .has_address = true,
        .what = "sigreturn found no valid signal frame",
    };

    if (signal_force(SIGSEGV, SI_KERNEL, 0))
        report_killed(&report);
}

long signal_return(void)
{
    struct trap_frame *frame = thread_frame(current_thread());
    uint64_t user_frame = frame->rsp - sizeof(uint64_t);

    if (return_from(frame, user_frame) != 0) {
        refuse(frame, user_frame);
        return 0;
    }
    frame->vector = TRAP_REPLACED;
    return (long)frame->rax;
}
