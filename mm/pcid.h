/* SPDX-License-Identifier: MIT */
/*
 * Process-context identifiers (SDM vol. 3, 4.10.1): TLB entries are tagged with
 * the PCID that CR3 held, so that an address space finds its translations
 * again when it comes back to a CPU.
 *
 * Each CPU has a few slots, PCID 1 to PCID_SLOTS, for the address spaces that
 * it ran last. While an address space is away from a CPU, nobody sends it
 * flushes (mm->cpumask); instead every flush counts mm->tlb_gen up, and a slot
 * remembers which count its translations are as old as. If mm comes back and
 * has been counted up, the load of CR3 drops the slot's translations.
 *
 * CPUs without PCIDs: every load drops all, and nothing is counted.
 */
#ifndef MM_PCID_H
#define MM_PCID_H

#include "kernel/cpu/cpu.h"
#include "mm/mm.h"

#define PCID_SLOTS 6U

/* What to load into CR3 for mm on this CPU (NULL: the kernel alone).
 * => interrupts off until it is loaded; the CPU's bit is set in mm->cpumask */
uint64_t pcid_choose(struct mm *mm);

/* An entry of mm was weakened: the count that says so. Before mm->cpumask is
 * read. */
static inline uint64_t pcid_next_gen(struct mm *mm)
{
    return cpu_features.pcid ? (uint64_t)atomic64_add(&mm->tlb_gen, 1) : 0;
}

/* This CPU, on which mm is loaded, has flushed what `gen` stands for.
 * => preemption off */
void pcid_flushed(uint64_t gen);

#endif
