/* SPDX-License-Identifier: MIT */
/*
 * Counting the pages of areas: see counts.h. A frame is shared if several
 * entries map it, dirty if it was written through an entry; PSS charges each
 * entry its share of the frame.
 */
#include "mm/counts.h"
#include "mm/anon.h"
#include "mm/huge.h"
#include "mm/pagecache.h"
#include "mm/pagetable.h"

uint32_t page_mappings(const struct page *page)
{
    uint32_t refs = (uint32_t)atomic_load(&page->refs);
    bool kept = false;

    if (page->use == PAGE_FILE)
        kept = pagecache_has_page(page);
    else if (page->use == PAGE_HUGETLB)
        kept = page->hugetlb.in_file;
    return kept && refs > 0 ? refs - 1 : refs;
}

static void count_pss(const struct vma *vma, enum mm_rss kind, uint64_t bytes,
                      struct vma_counts *out)
{
    out->pss += bytes;
    out->pss_kind[kind] += bytes;
    if (vma->flags & VM_LOCKED)
        out->pss_locked += bytes;
}

static void count_page(const struct vma *vma, pte_t pte, struct vma_counts *out)
{
    struct page *page = pte_page(pte);
    bool anon, dirty;
    uint32_t mappings;
    uint64_t pss;

    if (page == anon_zero_page || pte_device(pte))
        return;
    anon = page->use == PAGE_ANON;
    dirty = anon || (pte.v & PTE_D) != 0;
    mappings = MAX(page_mappings(page), 1U);
    pss = PAGE_SIZE / mappings;
    out->rss++;
    out->anon += anon;
    out->referenced += (pte.v & PTE_A) != 0;
    if (mappings > 1)
        *(dirty ? &out->shared_dirty : &out->shared_clean) += 1;
    else
        *(dirty ? &out->private_dirty : &out->private_clean) += 1;
    if (dirty)
        out->pss_dirty += pss;
    count_pss(vma, anon ? MM_RSS_ANON : pagecache_rss_kind(vma_cache(vma)), pss,
              out);
}

/* Not counted as resident, as on Linux. */
static void count_hugetlb(pte_t pte, struct vma_counts *out)
{
    if (page_mappings(pte_page(pte)) > 1)
        out->shared_hugetlb += HUGE_PAGES;
    else
        out->private_hugetlb += HUGE_PAGES;
}

/* A large page is always private. npages: of it, in the area. */
static void count_large(const struct vma *vma, pte_t pte, size_t npages,
                        struct vma_counts *out)
{
    if (!pte_large(pte, 1))
        return; /* it was split just now: next time */
    if ((vma->flags & VM_HUGETLB) != 0) {
        count_hugetlb(pte, out);
        return;
    }
    out->rss += npages;
    out->anon += npages;
    out->anon_huge += npages;
    out->private_dirty += npages;
    out->referenced += pte.v & PTE_A ? npages : 0;
    out->pss_dirty += npages << PAGE_SHIFT;
    count_pss(vma, MM_RSS_ANON, npages << PAGE_SHIFT, out);
}

void vma_count_pages(struct vma *vma, struct vma_counts *counts)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = vma->start; pt_next_mapped(vma->mm, &va, vma->end, &cur, &stop);
         va = stop) {
        pte_t *entry = cur.entry[cur.level];

        pt_lock(entry);
        if (cur.level != 0)
            count_large(vma, *entry, (stop - va) >> PAGE_SHIFT, counts);
        else
            for (vaddr_t at = va; at < stop; at += PAGE_SIZE, entry++)
                if (!pte_none(*entry))
                    count_page(vma, *entry, counts);
        pt_unlock(cur.entry[cur.level]);
    }
}
