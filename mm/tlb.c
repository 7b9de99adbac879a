/* SPDX-License-Identifier: MIT */
/*
 * TLB invalidation: gather, flush, shoot down.
 *
 * mm->cpumask has a bit for each CPU that has loaded the address space and not
 * yet another; no other CPU uses its translations, because loading CR3 drops
 * those of the address space before, or keeps them under a PCID that is not
 * used (mm/pcid.h). A CPU sets its bit before it loads
 * the table, and a flush reads the mask after the entry is changed, both with
 * full barriers: whoever is not in the mask will see the new entry.
 *
 * Shooting down: each CPU has one request of its own, for the others to read
 * while it waits, and an inbox with a bit for each CPU whose request it has
 * still to serve.
 *
 *     sender                                 target
 *     request, waiting = n
 *     inbox[target] |= own bit, interrupt -> takes its inbox, flushes,
 *     spins, serving its own inbox           waiting--
 *
 * Because a waiting sender serves its inbox itself, two that send to each other
 * both get on, interrupts off or not. The target must let the interrupt in:
 * nobody may wait with interrupts off for a lock that is held across a flush.
 */
#include "mm/tlb.h"
#include "kernel/cpu/apic.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/smp.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/assert.h"
#include "mm/mm.h"
#include "mm/kmap.h"
#include "mm/page.h"
#include "mm/pcid.h"
#include "mm/tlbdebt.h"
#include "mm/vmstat.h"

/* A frame full of pages whose references are to be dropped. */
struct tlb_batch {
    struct tlb_batch *next; /* the one before */
    struct page *pages[];
};

#define BATCH_PAGES ((PAGE_SIZE - sizeof(struct tlb_batch)) / sizeof(void *))
#define BATCHES_MAX 32 /* 64 MiB of pages wait for their flush at most */

struct flush_request {
    const struct mm *mm; /* kernel_mm: the kernel's half */
    vaddr_t start, end;
    uint64_t gen;          /* of mm's flushes: mm/pcid.h */
    struct atomic waiting; /* A: targets that have yet to flush */
} __aligned(64); /* written by its CPU while waiting is 0; A: atomic */

static struct flush_request requests[MAX_CPUS];

static struct inbox {
    uint64_t senders;              /* A: bits of CPUs */
} __aligned(64) inboxes[MAX_CPUS]; /* A: atomic */

static void flush_pages(vaddr_t start, vaddr_t end)
{
    for (vaddr_t va = start; va < end; va += PAGE_SIZE) {
        vmstat_inc(VM_TLB_FLUSH_PAGE);
        x86_invlpg(va);
    }
}

/* => preemption off */
static void flush_this_cpu(const struct flush_request *req)
{
    const vaddr_t start = req->start, end = req->end;

    if (req->mm == &kernel_mm) {
        flush_pages(start, end);
    } else if (this_cpu()->mm != req->mm) {
        /* Gone already, or on its way: nothing of mm will be used here, and
         * what a PCID keeps of it is dropped when it comes back. */
    } else {
        if (end - start > TLB_FLUSH_PAGES_MAX * PAGE_SIZE) {
            vmstat_inc(VM_TLB_FLUSH_ALL);
            x86_write_cr3(x86_read_cr3());
        } else {
            flush_pages(start, end);
        }
        pcid_flushed(req->gen);
    }
    if (unlikely(vmck_enabled))
        tlbdebt_pay(req->mm, start, end);
}

/* => preemption off */
static void serve_inbox(void)
{
    uint64_t senders =
        __atomic_exchange_n(&inboxes[cpu_id()].senders, 0, __ATOMIC_SEQ_CST);

    for (; senders != 0; senders &= senders - 1) {
        struct flush_request *req = &requests[__builtin_ctzl(senders)];

        flush_this_cpu(req);
        atomic_sub(&req->waiting, 1);
    }
}

void smp_flush_interrupt(void)
{
    serve_inbox();
}

/* This CPU's request, filled in. => preemption off */
static struct flush_request *make_request(const struct mm *mm, vaddr_t start,
                                          vaddr_t end, uint64_t gen)
{
    struct flush_request *req = &requests[cpu_id()];

    req->mm = mm;
    req->start = start;
    req->end = end;
    req->gen = gen;
    return req;
}

/* => preemption off; targets: CPUs that run, without this one; req: its own */
static void shoot_down(struct flush_request *req, uint64_t targets)
{
    const unsigned self = cpu_id();

    atomic_store(&req->waiting, 0);
    for (; targets != 0; targets &= targets - 1) {
        const unsigned cpu = (unsigned)__builtin_ctzl(targets);

        atomic_add(&req->waiting, 1);
        __atomic_fetch_or(&inboxes[cpu].senders, 1UL << self, __ATOMIC_SEQ_CST);
        apic_send(cpus[cpu]->apic_id, IRQ_VECTOR_FLUSH);
        vmstat_inc(VM_TLB_SHOOTDOWN);
    }
    while (atomic_load(&req->waiting) != 0) {
        serve_inbox();
        x86_pause();
    }
}

static void flush(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct flush_request *req;
    uint64_t targets;

    preempt_disable();
    if (unlikely(lockck_enabled))
        lockck_check_flush();
    req = make_request(mm, start, end, pcid_next_gen(mm));
    flush_this_cpu(req);
    if (cpu_count > 1) {
        atomic_fence();
        targets = READ_ONCE(mm->cpumask) & ~(1UL << cpu_id());
        if (targets != 0)
            shoot_down(req, targets);
    }
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
    tlb->kept = TLB_NONE_KEPT;
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

    if (tlb->nbatches == BATCHES_MAX || page_alloc(PAGE_KERNEL, &frame) != 0) {
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
    struct flush_request *req;

    preempt_disable();
    if (unlikely(lockck_enabled))
        lockck_check_flush();
    req = make_request(&kernel_mm, start, end, 0);
    flush_this_cpu(req);
    if (cpu_count > 1)
        shoot_down(req, cpu_online_mask() & ~(1UL << cpu_id()));
    preempt_enable();
}
