/* SPDX-License-Identifier: MIT */
/*
 * Private anonymous memory: see the drawing in anon.h.
 *
 * A private frame has one reference for each entry that maps it. An entry
 * allows writing only if it holds the frame's one reference (vmck checks it);
 * so a frame that two address spaces can see never changes.
 */
#include "mm/anon.h"
#include "kernel/lib/assert.h"
#include "mm/pagecache.h"
#include "mm/range.h"
#include "mm/tlb.h"
#include "mm/vmstat.h"

struct page *anon_zero_page __ro_after_init;

void anon_init(void)
{
    if (page_alloc_zeroed(PAGE_KERNEL, &anon_zero_page) != 0)
        panic("anon: no memory for the zero page");
}

enum mm_fault_result anon_map_zero(struct fault *fault)
{
    pte_t pte = pte_make(page_to_phys(anon_zero_page),
                         vma_pte_bits(fault->vma->flags, false));

    /* LAB anon: zero */
    vmstat_inc(VM_FAULT_ZERO);
    vma_note_anon(fault->vma);
    fault_set_entry(fault, pte, MM_RSS_KINDS);
    return MM_FAULT_OK;
    /* END LAB */
}

/* Inlined into the most frequent case of all. */
static __always_inline void install(struct fault *fault, struct page *page)
{
    pte_t pte =
        pte_make(page_to_phys(page), vma_pte_bits(fault->vma->flags, true));

    vma_note_anon(fault->vma);
    if (!fault_set_entry(fault, pte, MM_RSS_ANON))
        page_put(page);
}

void anon_install(struct fault *fault, struct page *page)
{
    install(fault, page);
}

enum mm_fault_result anon_fill(struct fault *fault)
{
    /* LAB anon: first touch */
    struct page *page;

    if (page_alloc_zeroed(PAGE_ANON, &page) != 0)
        return MM_FAULT_OOM;
    vmstat_inc(VM_FAULT_ANON);
    install(fault, page);
    return MM_FAULT_OK;
    /* END LAB */
}

/* A reference on the frame that the entry maps, if it maps it still. */
static bool get_frame(struct fault *fault, struct page *page)
{
    bool same;

    pt_lock(fault->entry);
    same = fault->entry->v == fault->pte.v;
    if (same)
        page_get(page);
    pt_unlock(fault->entry);
    return same;
}

/* Makes the entry writable in place if it holds the last reference. Looking
 * and setting happen under the table's lock: while the entry is what it was
 * the frame is in use, and a second reference could only come from a fork of
 * this address space, which mmap_lock keeps out, or be given up by another one
 * meanwhile, which does no harm. */
static bool try_reuse(struct fault *fault, struct page *page)
{
    bool reused = false;

    pt_lock(fault->entry);
    if (fault->entry->v == fault->pte.v && page->use == PAGE_ANON &&
        atomic_load(&page->refs) == 1) {
        pte_store(fault->entry,
                  pte_make(page_to_phys(page),
                           vma_pte_bits(fault->vma->flags, true)));
        reused = true;
    }
    pt_unlock(fault->entry);
    return reused;
}

/* The entry maps `old`, which others can see too: gives it a copy. */
static enum mm_fault_result copy_frame(struct fault *fault, struct page *old)
{
    struct page *copy;
    bool old_is_anon;
    pte_t pte;

    if (page_alloc(PAGE_ANON, &copy) != 0)
        return MM_FAULT_OOM;
    if (!get_frame(fault, old)) {
        page_put(copy);
        return MM_FAULT_OK;
    }
    old_is_anon = old->use == PAGE_ANON;
    page_copy(page_address(copy), page_address(old));
    vmstat_inc(VM_PAGES_COPIED);
    pte = pte_make(page_to_phys(copy), vma_pte_bits(fault->vma->flags, true));
    vma_note_anon(fault->vma);
    if (!fault_set_entry(fault, pte, MM_RSS_KINDS)) {
        page_put(copy);
        page_put(old);
        return MM_FAULT_OK;
    }
    if (!old_is_anon) {
        atomic64_add(&fault->mm->rss[range_rss_kind(fault->vma, old)], -1);
        atomic64_add(&fault->mm->rss[MM_RSS_ANON], 1);
    }
    tlb_flush_page(fault->mm, fault->va);
    page_put(old); /* ours */
    page_put(old); /* the entry's, now that no CPU uses it */
    return MM_FAULT_OK;
}

/* The entry maps the zero page: gives it a frame of its own. */
static enum mm_fault_result replace_zero(struct fault *fault)
{
    struct page *page;

    if (page_alloc_zeroed(PAGE_ANON, &page) != 0)
        return MM_FAULT_OOM;
    vmstat_inc(VM_FAULT_ANON);
    anon_install(fault, page);
    tlb_flush_page(fault->mm, fault->va);
    return MM_FAULT_OK;
}

enum mm_fault_result anon_copy_on_write(struct fault *fault)
{
    /* LAB cow: write fault */
    struct page *page = pte_page(fault->pte);

    if (page == anon_zero_page)
        return replace_zero(fault);
    if (try_reuse(fault, page)) {
        vmstat_inc(VM_FAULT_COW_REUSE);
        return MM_FAULT_OK;
    }
    vmstat_inc(VM_FAULT_COW_COPY);
    return copy_frame(fault, page);
    /* END LAB */
}
