/* SPDX-License-Identifier: MIT */
/*
 * The ledger of TLB debts, a part of vmck.
 *
 * Whoever weakens an entry owes a flush to each CPU that may have cached it
 * (mm/tlb.h). With `vmck` on the command line every such debt is written down:
 * who made it and where, for which addresses, to which CPUs, and what frames
 * the old entries mapped. A flush pays, on the CPU that runs it. Then
 *
 *   - a thread that goes back to user mode with a debt of its own unpaid,
 *   - a frame that is freed while an old entry for it may be cached
 *
 * panic, naming the place that weakened the entry. So a flush that is forgotten
 * shows the first time it is needed, whatever the hardware's TLB held.
 */
#ifndef MM_TLBDEBT_H
#define MM_TLBDEBT_H

#include "mm/mm.h"
#include "mm/pagetable.h"

/* Boot: before any debt is made. => after page_init; vmck_enabled is set */
void tlbdebt_init(void);

/* mm's entry for va changes from old to new; if that weakens it, the current
 * thread is in debt. place: a constant string. => the table's lock held */
void tlbdebt_note(struct mm *mm, vaddr_t va, pte_t old, pte_t new,
                  const char *place);

/* This CPU has flushed [start, end) of mm (kernel_mm: the kernel's half).
 * => preemption off */
void tlbdebt_pay(const struct mm *mm, vaddr_t start, vaddr_t end);

/* This CPU has loaded another page table: takes its bit out of mm->cpumask, and
 * with it all its debts, in one step. => preemption off */
void tlbdebt_leave(struct mm *mm);

/* The current thread goes back to user mode: panics if it owes. */
void tlbdebt_check_thread(void);

/* The frame is being freed: panics if an old entry for it may be cached. */
void tlbdebt_check_frame(const struct page *page);

/*
 * Stores an entry of mm for va that may become weaker, and writes the debt
 * down. => the table's lock held
 */
#define pt_set(mm, va, entry, pte, place)                                      \
    do {                                                                       \
        if (unlikely(vmck_enabled))                                            \
            tlbdebt_note((mm), (va), *(entry), (pte), (place));                \
        pte_store((entry), (pte));                                             \
    } while (0)

#endif
