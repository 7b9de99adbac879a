/* SPDX-License-Identifier: MIT */
/*
 * Interrupt vectors and what they are for. Devices register their handlers by
 * irq_register (kernel/cpu/trap.h).
 */
#ifndef KERNEL_CPU_IRQ_H
#define KERNEL_CPU_IRQ_H

#include "kernel/cpu/acpi.h"
#include "kernel/lib/types.h"

/* The priority of an interrupt is its vector's upper half. */
enum irq_vector {
    IRQ_VECTOR_PIC = 0x20, /* 16: the masked 8259s' */
    IRQ_VECTOR_ISA = 0x30, /* 16: ISA interrupts by the I/O APIC */
    IRQ_VECTOR_TIMER = 0xe0,
    IRQ_VECTOR_KICK = 0xf0,  /* cpu_kick: look at need_resched and work */
    IRQ_VECTOR_FLUSH = 0xf1, /* smp_flush_interrupt */
    IRQ_VECTOR_SPURIOUS = 0xff,
};

struct trap_frame;

/* Masks the 8259s; ISA interrupts go by `acpi`, which must stay.
 * => before any irq_register; interrupts off */
void irq_init(const struct acpi_info *acpi);

/* From entry.asm, for each interrupt: its handler, its end, and then, if it
 * came while the kernel could be preempted, the scheduler.
 * => interrupts off */
void irq_dispatch(struct trap_frame *frame);

/* Interrupts that nobody had asked for, since boot. */
extern uint64_t irq_unexpected;

#endif
