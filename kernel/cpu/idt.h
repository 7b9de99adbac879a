/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table, one for all CPUs.
 */
#ifndef KERNEL_CPU_IDT_H
#define KERNEL_CPU_IDT_H

struct trap_frame;

/* Fills the table. => once, before idt_load */
void idt_init(void);
/* Makes this CPU use it. */
void idt_load(void);

/*
 * IRETQ to user mode faulted: `fault` is the exception's frame, whose general
 * registers are the program's already, and whose rsp points at what IRETQ was
 * to load. Makes one frame of the two: the exception as if it had happened in
 * the program. Returns where it lies, above the old one. For entry.asm.
 */
struct trap_frame *trap_bad_return(struct trap_frame *fault);

#endif
