/* SPDX-License-Identifier: MIT */
/*
 * The numbers that assembly needs from C. This file is compiled to assembly,
 * never linked: tools/offsets.py turns each "->NAME value" line of it into a
 * definition in offsets.inc.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/smp.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "mm/layout.h"

/* Values fit 32 signed bits: the compiler prints no wider ones. */
#define OFFSET(name, value)                                                    \
    asm volatile("\n.ascii \"->" #name " %c0\"" : : "i"(value))

/* The entry of the top-level page table that covers va. */
#define TOP_SLOT(va) ((va) >> 39 & 511)

void offsets(void);

static void cpu_offsets(void)
{
    OFFSET(CPU_CURRENT, offsetof(struct cpu, head.current));
    OFFSET(CPU_PREEMPT_COUNT, offsetof(struct cpu, head.preempt_count));
    OFFSET(CPU_NEED_RESCHED, offsetof(struct cpu, head.need_resched));
    OFFSET(CPU_USER_RSP, offsetof(struct cpu, user_rsp));
    OFFSET(CPU_STACK_TOP, offsetof(struct cpu, stack_top));
    OFFSET(THREAD_WORK, offsetof(struct thread_head, work));
    OFFSET(THREAD_KERNEL_RSP, offsetof(struct thread_head, kernel_rsp));
}

static void smp_offsets(void)
{
    OFFSET(SMP_TRAMPOLINE, SMP_TRAMPOLINE);
    OFFSET(MAILBOX_ROOT, offsetof(struct smp_mailbox, root));
    OFFSET(MAILBOX_STACK_TOP, offsetof(struct smp_mailbox, stack_top));
    OFFSET(MAILBOX_CPU, offsetof(struct smp_mailbox, cpu));
    OFFSET(MAILBOX_EFER, offsetof(struct smp_mailbox, efer));
}

static void frame_offsets(void)
{
    OFFSET(FRAME_SIZE, sizeof(struct trap_frame));
    OFFSET(FRAME_R11, offsetof(struct trap_frame, r11));
    OFFSET(FRAME_RAX, offsetof(struct trap_frame, rax));
    OFFSET(FRAME_VECTOR, offsetof(struct trap_frame, vector));
    OFFSET(FRAME_ERROR, offsetof(struct trap_frame, error));
    OFFSET(FRAME_RIP, offsetof(struct trap_frame, rip));
    OFFSET(FRAME_CS, offsetof(struct trap_frame, cs));
    OFFSET(FRAME_RFLAGS, offsetof(struct trap_frame, rflags));
    OFFSET(FRAME_RSP, offsetof(struct trap_frame, rsp));
    OFFSET(FRAME_SS, offsetof(struct trap_frame, ss));
    OFFSET(TRAP_DB, TRAP_DB);
    OFFSET(TRAP_PF, TRAP_PF);
    OFFSET(TRAP_SYSCALL, TRAP_SYSCALL);
}

static void x86_offsets(void)
{
    OFFSET(DIRECT_MAP_SLOT, TOP_SLOT(DIRECT_MAP));
    OFFSET(KERNEL_SLOT, TOP_SLOT(KERNEL_BASE));
    OFFSET(KERNEL_BASE, KERNEL_BASE);
    OFFSET(KERNEL_CS, KERNEL_CS);
    OFFSET(KERNEL_DS, KERNEL_DS);
    OFFSET(USER_CS, USER_CS);
    OFFSET(USER_DS, USER_DS);
    OFFSET(MSR_GS_BASE, (int32_t)MSR_GS_BASE);
    OFFSET(MSR_EFER, (int32_t)MSR_EFER);
    OFFSET(EFER_LME, EFER_LME);
    OFFSET(EFER_NXE, EFER_NXE);
    OFFSET(CR0_PE, CR0_PE);
    OFFSET(CR0_WP, CR0_WP);
    OFFSET(CR0_PG, (int32_t)CR0_PG);
    OFFSET(CR4_PAE, CR4_PAE);
    OFFSET(RFLAGS_TF, RFLAGS_TF);
    OFFSET(RFLAGS_IF, RFLAGS_IF);
}

void offsets(void)
{
    cpu_offsets();
    smp_offsets();
    frame_offsets();
    x86_offsets();
}

/* entry.asm pushes the registers in this order, and restores what a system
 * call keeps with as many pops. */
_Static_assert(offsetof(struct trap_frame, rdi) == 14 * sizeof(uint64_t),
               "15 registers lie below the vector");
_Static_assert(offsetof(struct trap_frame, rip) ==
                   offsetof(struct trap_frame, vector) + 2 * sizeof(uint64_t),
               "the CPU's part follows vector and error code");
_Static_assert(offsetof(struct trap_frame, r11) == 6 * sizeof(uint64_t),
               "what C keeps over a call comes first");
_Static_assert(sizeof(struct trap_frame) % 16 == 0,
               "the stack stays aligned for C");
_Static_assert(offsetof(struct cpu, head) == 0 &&
                   offsetof(struct cpu_head, self) == 0,
               "GS:0 is the CPU's own address");
