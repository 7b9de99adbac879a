/* SPDX-License-Identifier: MIT */
/*
 * Each CPU's descriptor table, task state segment and interrupt stacks.
 */
#ifndef KERNEL_CPU_GDT_H
#define KERNEL_CPU_GDT_H

#include "kernel/lib/types.h"

struct cpu;

/* Stacks of the traps that may strike while the current stack is bad or not
 * yet the kernel's (SDM vol. 3, 6.14.5); numbers as in IDT entries. */
enum cpu_ist {
    IST_NONE, /* the current stack */
    IST_DF,
    IST_NMI,
    IST_MC,
    IST_DB,
    IST_COUNT,
};

/* The boot CPU's own, in the kernel's image. */
extern struct cpu_arch boot_cpu_arch;

/* Bytes that another CPU's struct cpu_arch takes; zeroed memory, on a page
 * of its own. */
extern const size_t cpu_arch_size;

/* Loads cpu's tables on the CPU that runs this, whose GS base becomes cpu.
 * => interrupts off; cpu->arch is set */
void gdt_load(struct cpu *cpu);

/* Gives a trap of this kind its own stack. */
void gdt_set_ist(struct cpu *cpu, enum cpu_ist ist, uint64_t stack_top);

#endif
