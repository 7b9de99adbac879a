/* SPDX-License-Identifier: MIT */
/*
 * Starting the other CPUs, and interrupting them. What runs on them is the
 * business of kernel/proc/cpus.c.
 */
#ifndef KERNEL_CPU_SMP_H
#define KERNEL_CPU_SMP_H

#include "kernel/cpu/cpu.h"
#include "kernel/lib/types.h"

/* Where boot/trampoline.asm is copied to: a page below 1 MiB, where a CPU
 * starts in real mode. Nothing else uses it (mm/early.h). */
#define SMP_TRAMPOLINE 0x8000UL

/* What a CPU takes up on its way in; one is started at a time. */
struct smp_mailbox {
    uint64_t root; /* page table */
    uint64_t stack_top;
    struct cpu *cpu;
    uint64_t efer;
    void (*entry)(void);
};
extern struct smp_mailbox smp_mailbox;

/*
 * Makes the CPU with cpu->apic_id run entry() on its stack, in the page table
 * `root`: interrupts off, preemption count 0.
 *   => cpu: filled in but for what cpu_init_other does; boot CPU, clock
 * running, the page SMP_TRAMPOLINE is RAM and mapped at `trampoline`
 *   => 0 once it has called smp_cpu_started, or -ETIMEDOUT: no such CPU
 */
__must_check int smp_start_cpu(struct cpu *cpu, uint64_t stack_top,
                               paddr_t root, void (*entry)(void),
                               void *trampoline);

/* By the new CPU: it has what it needs of the mailbox, and can be counted. */
void smp_cpu_started(void);

/* Stops all other CPUs where they are, for a panic: they get an NMI, whose
 * handler has to see smp_stopping and halt. => any context */
void smp_stop_others(void);
extern bool smp_stopping; /* A */

/* Another CPU wants translations flushed. Implemented in mm/tlb.c.
 * => interrupts off, preemption off */
void smp_flush_interrupt(void);

#endif
