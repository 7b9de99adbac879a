/* SPDX-License-Identifier: MIT */
/*
 * Keeping TLBs true (SDM vol. 3, 4.10.4).
 *
 * A CPU may go on using an entry that it has cached, whatever the page table
 * says now. So whoever weakens an entry (removes it, takes a right away,
 * changes the frame) owes a flush to each CPU that may have cached it, and
 * must not give the frame to another use before the debt is paid. Entries that
 * become stronger owe nothing: the worst is a fault that finds nothing to do,
 * and a page fault makes its CPU forget the address (4.10.4.1).
 *
 * A range operation gathers its debts in a struct tlb_gather and pays them at
 * the end, once:
 *
 *     tlb_begin(&tlb, mm);
 *     … clear entries, tlb_add(&tlb, va), tlb_add_page(&tlb, va, page) …
 *     tlb_finish(&tlb);           flushes, then drops the pages' references
 */
#ifndef MM_TLB_H
#define MM_TLB_H

#include "kernel/lib/types.h"
#include "mm/layout.h"

struct mm;
struct page;
struct tlb_batch;

/* References that a gather keeps without memory for a batch. */
#define TLB_FEW_PAGES 16

#define TLB_NONE_KEPT 1UL /* no table begins there */

struct tlb_gather {
    struct mm *mm;
    vaddr_t start, end;      /* what to flush; empty: nothing */
    struct page **pages;     /* references to drop after the flush: `few`, */
    size_t npages, room;     /* … then the newest batch's */
    struct tlb_batch *batch; /* the newest; NULL: none yet */
    size_t nbatches;
    vaddr_t kept; /* where the last-level table begins that the last zap left
                     with entries; TLB_NONE_KEPT: it emptied the table */
    bool dead;    /* no CPU has the address space: nothing to flush */
    struct page *few[TLB_FEW_PAGES];
};

/* A wider range than this, in pages, and the whole address space is flushed. */
#define TLB_FLUSH_PAGES_MAX 32

void tlb_begin(struct tlb_gather *tlb, struct mm *mm);
/* For taking apart an address space that no CPU has loaded any more. */
void tlb_begin_dead(struct tlb_gather *tlb, struct mm *mm);

/* The entry of the page at va was weakened. */
static inline void tlb_add(struct tlb_gather *tlb, vaddr_t va)
{
    if (va < tlb->start)
        tlb->start = va;
    if (va >= tlb->end)
        tlb->end = va + PAGE_SIZE;
}

/* For tlb_add_page. */
void tlb_make_room(struct tlb_gather *tlb);

/* And the entry's reference on page goes with the flush. May flush early.
 * => a table lock may be held */
static inline void tlb_add_page(struct tlb_gather *tlb, vaddr_t va,
                                struct page *page)
{
    tlb_add(tlb, va);
    if (unlikely(tlb->npages == tlb->room)) {
        tlb_make_room(tlb);
        tlb_add(tlb, va);
    }
    tlb->pages[tlb->npages++] = page;
}

/* Pays all debts. => mmap_lock held as it was when the entries changed */
void tlb_finish(struct tlb_gather *tlb);

/* One entry weakened: flushed on every CPU that may hold it. */
void tlb_flush_page(struct mm *mm, vaddr_t va);

/* Kernel entries of [start, end) were removed: flushed on all CPUs. */
void tlb_flush_kernel(vaddr_t start, vaddr_t end);

#endif
