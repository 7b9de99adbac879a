/* SPDX-License-Identifier: MIT */
/*
 * One CPU: its identity, its stacks and tables, what it runs.
 *
 * A CPU finds its struct cpu at GS:0 while in the kernel (swapgs at the
 * border). Fields are its own: touched by that CPU only, with preemption off,
 * unless tagged otherwise.
 */
#ifndef KERNEL_CPU_CPU_H
#define KERNEL_CPU_CPU_H

#include "kernel/lib/lockck.h"
#include "kernel/lib/preempt.h"
#include "kernel/lib/types.h"

#define MAX_CPUS 64
#define CPU_COUNTERS 64

struct mm;

/* First member of struct thread: what assembly needs to know of it. */
struct thread_head {
    uint32_t work;     /* A: bits of THREAD_WORK_*: not straight back to user */
    uint32_t fail_nth; /* A: page_fail_after's countdown; mm/page.h */
    uint64_t kernel_rsp; /* saved by cpu_switch while the thread is off CPU */
    uint64_t stack_top;  /* C: top of its kernel stack */
};                       /* A: atomic; C: constant */

/* Something to do before returning to user mode. */
#define THREAD_WORK_SIGNAL 1 /* a signal may be deliverable */
#define THREAD_WORK_MASK 2   /* the signal mask before is to come back */

struct cpu {
    struct cpu_head head; /* first: GS:0 */
    uint64_t user_rsp;    /* system-call entry's scratch */
    uint64_t stack_top;   /* of the current thread: rsp on entry from user */
    unsigned id;          /* C: 0 is the boot CPU */
    uint32_t apic_id;     /* C */
    struct mm *mm;        /* the address space CR3 holds; mm/mm.c */
    struct thread *idle;  /* C */
    uint64_t counters[CPU_COUNTERS]; /* mm/vmstat.h */
    struct cpu_arch *arch;    /* C: GDT, TSS, IST stacks; kernel/cpu/gdt.c */
    struct lockck_cpu lockck; /* the spinlocks it holds, with lockck */
};                            /* C: constant; A: atomic */

#define cpu_gs ((struct cpu __seg_gs *)0)

/* => preemption off, or the answer may be stale at once */
static __always_inline struct cpu *this_cpu(void)
{
    return cpu_head_gs->self;
}

static __always_inline unsigned cpu_id(void)
{
    return cpu_gs->id;
}

/* What GS:0 is from boot/start.asm on. */
extern struct cpu boot_cpu;

extern unsigned cpu_count; /* C: CPUs running */
extern struct cpu *cpus[MAX_CPUS];

/* Bits of the CPUs that run. */
static inline uint64_t cpu_online_mask(void)
{
    return cpu_count >= MAX_CPUS ? UINT64_MAX : (1UL << cpu_count) - 1;
}

/* What the CPU offers; constant after boot. */
struct cpu_features {
    bool nx, pages_1g, smep, smap, umip, pcid, xsave, fsgsbase, pge;
    unsigned phys_bits;
};
extern struct cpu_features cpu_features;

/* Boot CPU: features, GDT, IDT, GS, syscall entry, control bits (NX, WP,
 * SMEP, SMAP, UMIP, OSFXSR, OSXSAVE), the PAT (CPU_PAT), FPU.
 *   => on the boot page tables, where the kernel's code can be written: STAC
 *      and CLAC are put in their places */
void cpu_init_boot(void);

/* Every other CPU, on its own struct cpu and stack, with the same choices.
 * => interrupts off; leaves its APIC on */
void cpu_init_other(void);

/*
 * The page attribute table as each CPU sets it, by a PTE's PAT, PCD and PWT
 * bits (SDM vol. 3, 11.12): as after reset, but PWT alone is write-combining.
 */
#define CPU_PAT 0x0007010600070106UL

/* Gives the traps that have stacks of their own (IST) new ones: `stack_tops`
 * has CPU_IST_STACKS entries. => interrupts off */
#define CPU_IST_STACKS 4
void cpu_set_ist_stacks(struct cpu *cpu, const uint64_t *stack_tops);

/* Leaves the current stack for good: function() on another one. */
__noreturn void cpu_call_on_stack(uint64_t stack_top, void (*function)(void));

/* Enters user mode with this frame; does not return. => interrupts off */
struct trap_frame;
__noreturn void cpu_enter_user(struct trap_frame *frame);

/*
 * Switches kernel stacks: saves the callee-saved registers and rsp in prev,
 * loads next's. Returns in next, when it was saved by cpu_switch before;
 * a new thread's stack is built by cpu_prepare_stack.
 *   => interrupts off
 */
void cpu_switch(struct thread_head *prev, struct thread_head *next);

/* Makes the first cpu_switch to `head` call entry(arg) on its fresh stack.
 * `reserve` bytes are kept free at the top (for a trap_frame). */
void cpu_prepare_stack(struct thread_head *head, void (*entry)(void *),
                       void *arg, size_t reserve);

/* The stack that entries from user mode use, in TSS.RSP0 and struct cpu. */
void cpu_set_kernel_stack(uint64_t stack_top);

/* The thread's FS and GS bases in user mode (arch_prctl). The user's GS
 * base waits in MSR_KERNEL_GS_BASE while in the kernel. */
void cpu_set_user_fs(uint64_t base);
uint64_t cpu_user_fs(void);
void cpu_set_user_gs(uint64_t base);
uint64_t cpu_user_gs(void);

/* Loads CR3: a table, a PCID if the CPU has them, and whether that one's
 * translations stay (CR3_NOFLUSH). */
void cpu_load_cr3(uint64_t cr3);

/* Stops this CPU until the next interrupt, turning interrupts on for the
 * wait: no wake-up between the caller's check and the halt is lost. */
void cpu_idle_wait(void);

/* Interrupts another CPU, which then looks at need_resched and at its thread's
 * work on the way back. => any context */
void cpu_kick(unsigned cpu);

/* Stops this CPU for good, interrupts off. */
__noreturn void cpu_halt(void);

#endif
