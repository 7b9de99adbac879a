/* SPDX-License-Identifier: MIT */
/*
 * The local APIC of each CPU (SDM vol. 3, chapter 11): end of interrupt, the
 * one-shot timer, interrupts to other CPUs.
 */
#ifndef KERNEL_CPU_APIC_H
#define KERNEL_CPU_APIC_H

#include "kernel/lib/types.h"

/* Boot CPU: where the registers are mapped (uncached, one page), which is the
 * same for all CPUs; then as apic_init_cpu. */
void apic_init(void *registers);

/* Turns this CPU's APIC on, all its local interrupts masked, and notes its
 * number in struct cpu. => interrupts off */
void apic_init_cpu(void);

void apic_end_of_interrupt(void);

/* The timer counts down from n at apic_timer_read's rate and interrupts at 0
 * (IRQ_VECTOR_TIMER); n == 0 stops it. */
void apic_timer_start(uint32_t n);
uint32_t apic_timer_read(void);

/* Interrupts the CPU with this APIC number, or every CPU but this one.
 * => any context */
void apic_send(uint32_t apic_id, uint8_t vector);
void apic_send_others(uint8_t vector);
/* An NMI to every CPU but this one. */
void apic_send_nmi_others(void);

/* The messages that start another CPU (SDM vol. 3, 9.4.4): INIT, then twice a
 * start-up with the page number its code begins at. */
void apic_send_init(uint32_t apic_id);
void apic_send_startup(uint32_t apic_id, uint8_t page);

#endif
