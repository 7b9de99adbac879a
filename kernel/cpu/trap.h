/* SPDX-License-Identifier: MIT */
/*
 * Traps: exceptions, interrupts and system calls enter through
 * kernel/cpu/entry.asm, which saves the same frame for all of them.
 */
#ifndef KERNEL_CPU_TRAP_H
#define KERNEL_CPU_TRAP_H

#include "kernel/lib/types.h"

/* At the top of the kernel stack when entered from user mode. */
struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx; /* lowest address first */
    uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector; /* TRAP_*, an IRQ's vector, or TRAP_SYSCALL */
    uint64_t error;  /* the CPU's error code; a system call's number */
    uint64_t rip, cs, rflags, rsp, ss; /* pushed by the CPU */
};

/* SDM vol. 3, table 6-1. */
enum trap_vector {
    TRAP_DE = 0,
    TRAP_DB = 1,
    TRAP_NMI = 2,
    TRAP_BP = 3,
    TRAP_OF = 4,
    TRAP_BR = 5,
    TRAP_UD = 6,
    TRAP_NM = 7,
    TRAP_DF = 8,
    TRAP_TS = 10,
    TRAP_NP = 11,
    TRAP_SS = 12,
    TRAP_GP = 13,
    TRAP_PF = 14,
    TRAP_MF = 16,
    TRAP_AC = 17,
    TRAP_MC = 18,
    TRAP_XM = 19,
    TRAP_CP = 21,
    TRAP_SYSCALL = 256,
    /* A system call whose frame was replaced (sigreturn, execve, a handler's
     * start, a restart): no register is still what the program had. */
    TRAP_REPLACED = 257,
};

#define TRAP_EXCEPTIONS 32

/* The selectors of kernel/cpu/gdt.c, with Linux's numbers: a program sees its
 * own in signal frames. SYSCALL and SYSRET fix their order (SDM vol. 3,
 * 5.8.8). */
#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER_DS 0x2b
#define USER_CS 0x33

/* Page-fault error code, SDM vol. 3, 4.7. */
#define PF_PRESENT (1UL << 0)
#define PF_WRITE (1UL << 1)
#define PF_USER (1UL << 2)
#define PF_RESERVED (1UL << 3)
#define PF_FETCH (1UL << 4)

static inline bool trap_from_user(const struct trap_frame *frame)
{
    return (frame->cs & 3) == 3;
}

/*
 * Every exception. Implemented in kernel/proc/trap.c.
 *   => interrupts off on entry; the handler turns them on where it may sleep
 *   => NMI, #DF and #MC run on their own stacks (IST) and must not sleep
 *   fault_address: CR2 for #PF, read before anything could fault; else 0
 */
void trap_exception(struct trap_frame *frame, vaddr_t fault_address);

/* Called before each return to user mode while the thread has THREAD_WORK_*
 * or the CPU needs to reschedule, until neither is so. Implemented in
 * kernel/proc/trap.c. => interrupts on on entry, off on return */
void trap_user_work(struct trap_frame *frame);

/* An IRQ's handler runs with interrupts off and preemption disabled. */
typedef void (*irq_handler)(void *arg);

/* Routes the ISA interrupt to the boot CPU and calls handler for each.
 * 0, or -EBUSY if it is taken. */
__must_check int irq_register(unsigned isa_irq, irq_handler handler, void *arg);

/* The table that the system-call entry indexes with the call's number, and
 * its length: kernel/syscall/table.c. Handlers take up to six arguments and
 * return the value for rax. A NULL entry is ENOSYS. */
typedef long (*syscall_fn)(unsigned long, unsigned long, unsigned long,
                           unsigned long, unsigned long, unsigned long);
extern const syscall_fn syscall_table[];
extern const unsigned long syscall_table_len;

/* Called after every system call if syscall_trace is non-zero (vmck). */
extern uint32_t syscall_trace;
void syscall_exit_hook(struct trap_frame *frame);

#endif
