/* SPDX-License-Identifier: MIT */
/*
 * Device memory in address spaces: see devmap.h.
 *
 * Locks: as for any fault: mmap_lock, then the table's lock for its entries.
 */
#include "mm/devmap.h"
#include "kernel/lib/assert.h"
#include "mm/anon.h"
#include "mm/range.h"
#include "mm/tlb.h"
#include "mm/vmstat.h"

static const struct devmap *devmap_of(const struct vma *vma)
{
    return vma->file->device;
}

int devmap_check(const struct devmap *map, uint64_t pgoff, size_t npages)
{
    return pgoff >= map->first && pgoff <= map->end &&
                   npages <= map->end - pgoff
               ? 0
               : map->refusal;
}

paddr_t devmap_paddr(const struct vma *vma, vaddr_t va)
{
    return PADDR(devmap_of(vma)->origin.v + (vma_pgoff(vma, va) << PAGE_SHIFT));
}

/* Maps the device's own frame. A writable entry of a shared area is so from
 * the start: there is nobody who wants to know what was written. */
static void map_frame(struct fault *fault)
{
    const struct vma *vma = fault->vma;
    const uint64_t bits = vma_pte_bits(vma->flags, !vma_is_private(vma)) |
                          kmap_cache_bits(devmap_of(vma)->cache) | PTE_DEVICE;

    if (pte_none(fault->pte))
        fault_set_entry(fault, pte_make(devmap_paddr(vma, fault->va), bits),
                        MM_RSS_KINDS);
}

/* Gives a private area a copy of the device's page. */
static enum mm_fault_result copy_frame(struct fault *fault)
{
    const struct devmap *map = devmap_of(fault->vma);
    const uint64_t index = vma_pgoff(fault->vma, fault->va) - map->first;
    struct page *copy;
    pte_t pte;

    if (page_alloc(PAGE_ANON, &copy) != 0)
        return MM_FAULT_OOM;
    page_copy(page_address(copy), map->kernel + (index << PAGE_SHIFT));
    vmstat_inc(VM_FAULT_COW_COPY);
    vmstat_inc(VM_PAGES_COPIED);
    pte = pte_make(page_to_phys(copy), vma_pte_bits(fault->vma->flags, true));
    vma_note_anon(fault->vma);
    if (!fault_set_entry(fault, pte, MM_RSS_ANON)) {
        page_put(copy);
        return MM_FAULT_OK;
    }
    if (!pte_none(fault->pte))
        tlb_flush_page(fault->mm, fault->va);
    return MM_FAULT_OK;
}

enum mm_fault_result devmap_fault(struct vma *vma, vaddr_t va,
                                  enum mm_access access)
{
    const bool copies = access == MM_WRITE && vma_is_private(vma);
    struct fault fault = {
        .mm = vma->mm, .vma = vma, .va = va, .access = access};
    struct pt_cursor cur;

    if (pt_descend(vma->mm, va, 0, true, &cur) != 0)
        return MM_FAULT_OOM;
    fault.entry = cur.entry[0];
    fault.pte = pte_load(fault.entry);
    if (!pte_none(fault.pte) && !pte_device(fault.pte))
        return copies && !pte_writable(fault.pte) ? anon_copy_on_write(&fault)
                                                  : MM_FAULT_OK;
    if (copies)
        return copy_frame(&fault);
    map_frame(&fault);
    return MM_FAULT_OK;
}

/* => the table's lock held; how many copies were removed */
static int zap_table_locked(struct vma *vma, pte_t *entry, vaddr_t va,
                            vaddr_t stop, struct tlb_gather *tlb)
{
    int ncopies = 0;

    for (; va < stop; va += PAGE_SIZE, entry++) {
        const pte_t pte = *entry;

        if (pte_none(pte))
            continue;
        pt_set(vma->mm, va, entry, (pte_t){0}, __func__);
        pt_count(entry, -1);
        if (pte_device(pte)) {
            tlb_add(tlb, va);
            continue;
        }
        tlb_add_page(tlb, va, pte_page(pte));
        ncopies++;
    }
    return ncopies;
}

void devmap_zap(struct vma *vma, vaddr_t start, vaddr_t end,
                struct tlb_gather *tlb)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = start; pt_next_table(vma->mm, &va, end, &cur, &stop); va = stop) {
        int ncopies;

        pt_lock(cur.entry[0]);
        ncopies = zap_table_locked(vma, cur.entry[0], va, stop, tlb);
        pt_unlock(cur.entry[0]);
        atomic64_add(&vma->mm->rss[MM_RSS_ANON], -ncopies);
    }
}
