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
    struct tlb_batch *next;
    size_t npages;
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

static void put_batches(struct tlb_gather *tlb)
{
    while (tlb->batch != NULL) {
        struct tlb_batch *batch = tlb->batch;

        tlb->batch = batch->next;
        for (size_t i = 0; i < batch->npages; i++)
            page_put(batch->pages[i]);
        page_put(virt_to_page(batch));
    }
    tlb->nbatches = 0;
}

void tlb_begin_dead(struct tlb_gather *tlb, struct mm *mm)
{
    ASSERT(READ_ONCE(mm->cpumask) == 0);
    tlb_begin(tlb, mm);
    tlb->dead = true;
}

void tlb_begin(struct tlb_gather *tlb, struct mm *mm)
{
    tlb->mm = mm;
    tlb->dead = false;
    tlb->start = UINT64_MAX;
    tlb->end = 0;
    tlb->batch = NULL;
    tlb->nbatches = 0;
}

void tlb_finish(struct tlb_gather *tlb)
{
    if (tlb->start < tlb->end)
        flush(tlb->mm, tlb->start, tlb->end);
    put_batches(tlb);
    tlb_begin(tlb, tlb->mm);
}

/* Makes room for one more page; false if there is no memory for it. */
static bool batch_extend(struct tlb_gather *tlb)
{
    struct tlb_batch *batch;
    struct page *frame;

    if (tlb->nbatches == BATCHES_MAX)
        tlb_finish(tlb);
    if (page_alloc(PAGE_KERNEL, &frame) != 0)
        return false;
    batch = page_address(frame);
    batch->next = tlb->batch;
    batch->npages = 0;
    tlb->batch = batch;
    tlb->nbatches++;
    return true;
}

void tlb_add_page(struct tlb_gather *tlb, vaddr_t va, struct page *page)
{
    if (tlb->dead) {
        page_put(page);
        return;
    }
    tlb_add(tlb, va);
    if (tlb->batch == NULL || tlb->batch->npages == BATCH_PAGES) {
        if (!batch_extend(tlb)) {
            tlb_finish(tlb);
            page_put(page);
            return;
        }
    }
    tlb->batch->pages[tlb->batch->npages++] = page;
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
