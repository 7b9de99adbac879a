/* SPDX-License-Identifier: MIT */
/*
 * TLB invalidation: gather, flush, shoot down.
 *
 * mm->cpumask has a bit for each CPU that has loaded the address space and not
 * yet another; no other CPU can hold its translations, because loading CR3
 * drops those of the address space before.
 */
#include "mm/tlb.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/assert.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/vmstat.h"

/* A frame full of pages whose references are to be dropped. */
struct tlb_batch {
    struct tlb_batch *next; /* the one before */
    struct page *pages[];
};

#define BATCH_PAGES ((PAGE_SIZE - sizeof(struct tlb_batch)) / sizeof(void *))
#define BATCHES_MAX 32 /* 64 MiB of pages wait for their flush at most */

static void flush_this_cpu(const struct mm *mm, vaddr_t start, vaddr_t end)
{
    if (this_cpu()->mm != mm)
        return;
    if (end - start > TLB_FLUSH_PAGES_MAX * PAGE_SIZE) {
        vmstat_inc(VM_TLB_FLUSH_ALL);
        x86_write_cr3(x86_read_cr3());
        return;
    }
    for (vaddr_t va = start; va < end; va += PAGE_SIZE) {
        vmstat_inc(VM_TLB_FLUSH_PAGE);
        x86_invlpg(va);
    }
}

static void flush(struct mm *mm, vaddr_t start, vaddr_t end)
{
    preempt_disable();
    flush_this_cpu(mm, start, end);
    preempt_enable();
}

static void start_over(struct tlb_gather *tlb)
{
    tlb->start = UINT64_MAX;
    tlb->end = 0;
    tlb->pages = tlb->few;
    tlb->npages = 0;
    tlb->room = TLB_FEW_PAGES;
    tlb->batch = NULL;
    tlb->nbatches = 0;
}

void tlb_begin(struct tlb_gather *tlb, struct mm *mm)
{
    tlb->mm = mm;
    tlb->dead = false;
    start_over(tlb);
}

void tlb_begin_dead(struct tlb_gather *tlb, struct mm *mm)
{
    ASSERT(READ_ONCE(mm->cpumask) == 0);
    tlb_begin(tlb, mm);
    tlb->dead = true;
}

/* Only the newest batch may have room left. */
static void put_pages(struct tlb_gather *tlb)
{
    size_t n = tlb->npages;

    while (tlb->batch != NULL) {
        struct tlb_batch *batch = tlb->batch;

        page_put_array(batch->pages, n);
        tlb->batch = batch->next;
        page_put(virt_to_page(batch));
        n = tlb->batch != NULL ? BATCH_PAGES : TLB_FEW_PAGES;
    }
    page_put_array(tlb->few, n);
}

void tlb_finish(struct tlb_gather *tlb)
{
    if (tlb->start < tlb->end && !tlb->dead)
        flush(tlb->mm, tlb->start, tlb->end);
    put_pages(tlb);
    start_over(tlb);
}

void tlb_make_room(struct tlb_gather *tlb)
{
    struct tlb_batch *batch;
    struct page *frame;

    if (tlb->nbatches == BATCHES_MAX ||
        page_alloc(PAGE_KERNEL, &frame) != 0) {
        tlb_finish(tlb);
        return;
    }
    batch = page_address(frame);
    batch->next = tlb->batch;
    tlb->batch = batch;
    tlb->nbatches++;
    tlb->pages = batch->pages;
    tlb->npages = 0;
    tlb->room = BATCH_PAGES;
}

void tlb_flush_page(struct mm *mm, vaddr_t va)
{
    va = ROUND_DOWN(va, PAGE_SIZE);
    flush(mm, va, va + PAGE_SIZE);
}

void tlb_flush_kernel(vaddr_t start, vaddr_t end)
{
    for (vaddr_t va = start; va < end; va += PAGE_SIZE)
        x86_invlpg(va);
}

void tlb_flush_local(vaddr_t va)
{
    x86_invlpg(va);
}
