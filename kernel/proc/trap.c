/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: whose fault is it? And the last steps before user mode.
 *
 *     from user mode     a page fault is resolved by mm/ or becomes a signal;
 *                        the others become signals (trap_signal.c)
 *     from the kernel    an access to user memory (mm/uaccess.c) is resolved
 *                        the same way, or ends with an error where it says; all
 *                        else is a bug of the kernel: panic
 *
 * A fault on user memory may sleep, so interrupts are turned on for it. From
 * the kernel that is possible only where they were on, with preemption on:
 * uaccess is called in no other place.
 *
 * Read next: mm/fault.c, signal_deliver.c, report.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/syscall.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/smp.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/decode.h"
#include "kernel/proc/oom.h"
#include "kernel/proc/process.h"
#include "kernel/proc/report.h"
#include "kernel/proc/trap_signal.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "mm/tlbdebt.h"
#include "mm/uaccess.h"
#include "mm/vmck.h"
#include "mm/vmstat.h"

uint32_t syscall_trace; /* C after boot */

void trap_init(void)
{
    syscall_trace = vmck_enabled || lockck_enabled;
}

/* ---- page faults ---- */

static enum mm_access access_of(uint64_t error)
{
    if ((error & PF_FETCH) != 0)
        return MM_EXEC;
    return (error & PF_WRITE) != 0 ? MM_WRITE : MM_READ;
}

/* => interrupts on */
static enum mm_fault_result resolve(const struct trap_frame *frame,
                                    vaddr_t address)
{
    struct thread *thread = current_thread();
    enum mm_fault_result result;

    if (address >= USER_END)
        return MM_FAULT_MAPERR;
    result = mm_fault(thread->mm, address, access_of(frame->error));
    if (result == MM_FAULT_OK)
        thread->minor_faults++;
    else if (result == MM_FAULT_MAJOR)
        thread->major_faults++;
    return result;
}

/* No frame was found for the page. True: the access may be tried again; else
 * the process dies. */
static bool out_of_memory(const struct trap_frame *frame, vaddr_t address)
{
    const struct killed_report report = {
        .frame = frame,
        .sig = SIGKILL,
        .code = SI_KERNEL,
        .address = address,
        .has_address = true,
        .what = "no memory was left for a page that it touched",
    };

    if (oom_ask() == OOM_RETRY)
        return true;
    if (signal_fatal_pending())
        return false;
    vmstat_inc(VM_OOM_KILLS);
    signal_kill_current(SIGKILL);
    report_killed(&report);
    return false;
}

static void check_reserved_bits(const struct trap_frame *frame, vaddr_t address)
{
    if ((frame->error & PF_RESERVED) != 0)
        report_panic_trap(frame, true, address,
                          "a page table has reserved bits set");
}

static void user_page_fault(struct trap_frame *frame, vaddr_t address)
{
    check_reserved_bits(frame, address);
    switch (resolve(frame, address)) {
    case MM_FAULT_OK:
    case MM_FAULT_MAJOR: return;
    case MM_FAULT_MAPERR:
        trap_send_signal(frame, SIGSEGV, SEGV_MAPERR, address);
        break;
    case MM_FAULT_ACCERR:
        trap_send_signal(frame, SIGSEGV, SEGV_ACCERR, address);
        break;
    case MM_FAULT_BUS:
        trap_send_signal(frame, SIGBUS, BUS_ADRERR, address);
        break;
    case MM_FAULT_OOM:
        if (out_of_memory(frame, address))
            return;
        break;
    }
    /* A handler shall not learn which addresses of the kernel are in use. */
    if (address >= USER_END)
        frame->error |= PF_PRESENT;
}

/* The kernel copies to or from user memory, at an instruction that may fail
 * and then goes on at `resume`. */
static void uaccess_fault(struct trap_frame *frame, vaddr_t address,
                          uint64_t resume)
{
    enum mm_fault_result result = MM_FAULT_MAPERR;
    bool may_sleep = (frame->rflags & RFLAGS_IF) != 0 && preempt_enabled() &&
                     current_thread()->mm != NULL;

    if (may_sleep) {
        x86_sti();
        result = resolve(frame, address);
    }
    if (result == MM_FAULT_OK || result == MM_FAULT_MAJOR)
        return;
    if (result == MM_FAULT_OOM && out_of_memory(frame, address))
        return;
    frame->rip = resume;
}

static __noreturn void bad_kernel_access(const struct trap_frame *frame,
                                         vaddr_t address)
{
    char error[DECODE_MAX];
    const char *why = "kernel page fault";

    if (kstack_is_guard(address))
        why = "kernel stack overflow";
    else if (address < PAGE_SIZE)
        why = "the kernel used a null pointer";
    else if (address < USER_END && (frame->error & PF_FETCH) != 0)
        why = "the kernel ran code of a program (SMEP)";
    else if (address < USER_END && (frame->error & PF_PRESENT) != 0)
        why = "the kernel touched user memory outside uaccess (SMAP)";
    decode_page_fault(frame->error, error, sizeof(error));
    report_panic_trap(frame, true, address, "%s at %#lx: %s", why, address,
                      error);
}

static void kernel_page_fault(struct trap_frame *frame, vaddr_t address)
{
    uint64_t resume;

    check_reserved_bits(frame, address);
    if (address >= USER_END || !uaccess_fixup(frame->rip, &resume))
        bad_kernel_access(frame, address);
    uaccess_fault(frame, address, resume);
}

/* ---- the others ---- */

static __noreturn void double_fault(const struct trap_frame *frame)
{
    const vaddr_t address = x86_read_cr2();

    /* The CPU could not push the first fault's frame. */
    if (kstack_is_guard(address) || kstack_is_guard(frame->rsp))
        report_panic_trap(frame, true, address, "kernel stack overflow");
    report_panic_trap(frame, true, address, "double fault");
}

static __noreturn void unexpected(const struct trap_frame *frame)
{
    report_panic_trap(frame, false, 0, "%s in the kernel, error code %#lx",
                      decode_trap(frame->vector), frame->error);
}

/* A program's FPU state, loaded from where it lies, may be one that the CPU
 * refuses. */
static void general_protection(struct trap_frame *frame)
{
    uint64_t resume;

    if (!uaccess_fixup(frame->rip, &resume))
        unexpected(frame);
    frame->rip = resume;
}

static void kernel_exception(struct trap_frame *frame, vaddr_t address)
{
    switch (frame->vector) {
    case TRAP_PF: kernel_page_fault(frame, address); return;
    case TRAP_DF: double_fault(frame);
    case TRAP_GP: general_protection(frame); return;
    case TRAP_DB:
        /* A program's single step that reached over the border. */
        frame->rflags &= ~RFLAGS_TF;
        return;
    default: unexpected(frame);
    }
}

void trap_exception(struct trap_frame *frame, vaddr_t fault_address)
{
    if (frame->vector == TRAP_NMI) { /* no lock may be taken here */
        if (READ_ONCE(smp_stopping))
            cpu_halt();
        return;
    }
    if (frame->vector == TRAP_MC)
        report_panic_trap(frame, false, 0, "machine check: broken hardware");
    if (!trap_from_user(frame)) {
        kernel_exception(frame, fault_address);
        return;
    }
    x86_sti();
    if (likely(frame->vector == TRAP_PF))
        user_page_fault(frame, fault_address);
    else
        trap_to_signal(frame);
    if (unlikely(vmck_enabled))
        tlbdebt_check_thread();
    if (unlikely(lockck_enabled))
        lockck_check_nothing_held();
}

/* ---- the way back to user mode ---- */

void trap_user_work(struct trap_frame *frame)
{
    struct thread *thread = current_thread();

    for (;;) {
        if (cpu_head_gs->need_resched != 0)
            preempt_schedule();
        if (READ_ONCE(thread->head.work) != 0)
            signal_deliver(frame);
        x86_cli();
        if (cpu_head_gs->need_resched == 0 && READ_ONCE(thread->head.work) == 0)
            return;
        x86_sti();
    }
}

/* mm/ checks an address space after each of its own calls, and after faults.
 * These make a new one out of many calls. */
static bool builds_address_space(uint64_t number)
{
    switch ((uint32_t)number) {
    case SYS_execve:
    case SYS_fork:
    case SYS_vfork:
    case SYS_clone: return true;
    default: return false;
    }
}

void syscall_exit_hook(struct trap_frame *frame)
{
    struct mm *mm = mm_current();

    tlbdebt_check_thread();
    if (lockck_enabled)
        lockck_check_nothing_held();
    if (!vmck_enabled || mm == NULL || !builds_address_space(frame->error))
        return;
    rwsem_read_lock(&mm->mmap_lock);
    vmck_check_locked(mm);
    rwsem_read_unlock(&mm->mmap_lock);
}
