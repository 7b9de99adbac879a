/* SPDX-License-Identifier: MIT */
/*
 * Areas of MAP_HUGETLB memory: their entries and faults. The same cases as for
 * small pages, but that every entry is one of level 1: there is no zero page,
 * and a private page is copied if a second address space has it.
 *
 * Locks: as in mm/fault.c and mm/range.c, with the table of level 1 in the
 * place of the last-level one.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "mm/fault.h"
#include "mm/hugetlb.h"
#include "mm/range.h"
#include "mm/tlb.h"
#include "mm/tlbdebt.h"
#include "mm/vmstat.h"

/* The index of va's page in the area's file. */
static size_t file_index(const struct vma *vma, vaddr_t va)
{
    return vma_pgoff(vma, va) / HUGE_PAGES;
}

static pte_t make_entry(const struct vma *vma, const struct page *block,
                        bool writable)
{
    return pte_make(page_to_phys(block),
                    vma_pte_bits(vma->flags, writable) | PTE_PS);
}

/* Puts pte into the entry if that still holds `old`; true if so. */
static bool set_entry(struct vma *vma, vaddr_t va, pte_t *entry, pte_t old,
                      pte_t pte)
{
    bool same;

    pt_lock(entry);
    same = entry->v == old.v;
    if (same) {
        pt_set(vma->mm, va, entry, pte, __func__);
        if (pte_none(old))
            pt_count(entry, 1);
    }
    pt_unlock(entry);
    return same;
}

static enum mm_fault_result fill_shared(struct vma *vma, vaddr_t va,
                                        pte_t *entry)
{
    struct page *block = hugetlb_file_page(vma->file, file_index(vma, va));

    if (block == NULL)
        return MM_FAULT_BUS;
    if (!set_entry(vma, va, entry, (pte_t){0}, make_entry(vma, block, true)))
        page_put(block);
    return MM_FAULT_OK;
}

/* => the file's lock held: the entry is empty, and stays so, or was filled */
static enum mm_fault_result fill_private_locked(struct vma *vma, vaddr_t va,
                                                pte_t *entry)
{
    struct page *block;
    bool filled;

    if (!pte_none(pte_load(entry)))
        return MM_FAULT_OK;
    block = hugetlb_private_page(vma);
    if (block == NULL)
        return MM_FAULT_BUS;
    vma_note_anon(vma);
    filled =
        set_entry(vma, va, entry, (pte_t){0}, make_entry(vma, block, true));
    ASSERT(filled);
    return MM_FAULT_OK;
}

static enum mm_fault_result fill_private(struct vma *vma, vaddr_t va,
                                         pte_t *entry)
{
    enum mm_fault_result result;

    hugetlb_lock_file(vma->file);
    result = fill_private_locked(vma, va, entry);
    hugetlb_unlock_file(vma->file);
    return result;
}

/* => pte is the entry's, read-only, of a private area that allows writing */
static enum mm_fault_result copy_on_write(struct vma *vma, vaddr_t va,
                                          pte_t *entry, pte_t pte)
{
    struct page *old = pte_page(pte), *copy;
    bool same, last;

    pt_lock(entry);
    same = entry->v == pte.v;
    last = same && atomic_load(&old->refs) == 1;
    if (last)
        pte_store(entry, make_entry(vma, old, true));
    else if (same)
        page_get(old);
    pt_unlock(entry);
    if (last || !same)
        return MM_FAULT_OK;
    copy = hugetlb_private_copy(vma);
    if (copy == NULL) {
        page_put(old);
        return MM_FAULT_BUS;
    }
    for (size_t i = 0; i < HUGE_PAGES; i++)
        page_copy(page_address(copy + i), page_address(old + i));
    if (!set_entry(vma, va, entry, pte, make_entry(vma, copy, true))) {
        page_put(copy);
        page_put(old);
        return MM_FAULT_OK;
    }
    tlb_flush_page(vma->mm, va);
    page_put(old); /* ours */
    page_put(old); /* the entry's, now that no CPU uses it */
    return MM_FAULT_OK;
}

enum mm_fault_result hugetlb_fault(struct vma *vma, vaddr_t va,
                                   enum mm_access access)
{
    struct pt_cursor cur;
    pte_t pte;

    va = ROUND_DOWN(va, HUGE_SIZE);
    if (pt_descend(vma->mm, va, 1, true, &cur) != 0)
        return MM_FAULT_OOM;
    pte = pte_load(cur.entry[1]);
    if (pte_none(pte))
        return vma->flags & VM_MAYSHARE ? fill_shared(vma, va, cur.entry[1])
                                        : fill_private(vma, va, cur.entry[1]);
    if (access == MM_WRITE && !pte_writable(pte))
        return copy_on_write(vma, va, cur.entry[1], pte);
    return MM_FAULT_OK; /* another thread was faster */
}

static void zap(struct vma *vma, vaddr_t start, vaddr_t end,
                struct tlb_gather *tlb, bool area_stays)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = start; pt_next_mapped(vma->mm, &va, end, &cur, &stop);
         va = stop) {
        pte_t *entry = cur.entry[1];
        pte_t old;

        pt_lock(entry);
        old = *entry;
        if (!pte_none(old)) {
            pt_set(vma->mm, va, entry, (pte_t){0}, __func__);
            pt_count(entry, -1);
        }
        pt_unlock(entry);
        if (pte_none(old))
            continue;
        if (area_stays)
            hugetlb_promise_again(vma, pte_page(old));
        tlb_add_page(tlb, va, pte_page(old));
    }
}

void hugetlb_zap(struct vma *vma, vaddr_t start, vaddr_t end,
                 struct tlb_gather *tlb)
{
    zap(vma, start, end, tlb, false);
}

void hugetlb_drop(struct vma *vma, vaddr_t start, vaddr_t end,
                  struct tlb_gather *tlb)
{
    zap(vma, start, end, tlb, true);
}

void hugetlb_protect(struct vma *vma, vaddr_t start, vaddr_t end,
                     const struct huge_rights *rights)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = start; pt_next_mapped(vma->mm, &va, end, &cur, &stop);
         va = stop) {
        pte_t *entry = cur.entry[1];
        bool writable;

        pt_lock(entry);
        writable = !vma_is_private(vma) || pte_writable(*entry) ||
                   atomic_load(&pte_page(*entry)->refs) == 1;
        pt_set(vma->mm, va, entry,
               pte_make(pte_paddr(*entry),
                        vma_pte_bits(rights->flags, writable) | PTE_PS),
               __func__);
        pt_unlock(entry);
        tlb_add(rights->tlb, va);
    }
}

int hugetlb_copy(struct vma *vma, struct mm *child, struct tlb_gather *tlb)
{
    struct pt_cursor from, to;
    vaddr_t va, stop;

    for (va = vma->start; pt_next_mapped(vma->mm, &va, vma->end, &from, &stop);
         va = stop) {
        pte_t *entry = from.entry[1];
        int err = pt_descend(child, va, 1, true, &to);

        if (err != 0)
            return err;
        pt_lock(entry);
        if (pte_writable(*entry)) {
            pt_set(vma->mm, va, entry, pte_wrprotect(*entry), __func__);
            tlb_add(tlb, va);
        }
        page_get(pte_page(*entry));
        pte_store(to.entry[1], *entry);
        pt_unlock(entry);
        pt_count(to.entry[1], 1);
    }
    return 0;
}

void hugetlb_release(struct vma *vma, vaddr_t start, vaddr_t end)
{
    size_t untouched = (end - start) / HUGE_SIZE;
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = start; pt_next_mapped(vma->mm, &va, end, &cur, &stop); va = stop)
        untouched--;
    hugetlb_file_unreserve(vma->file, vma->mm, untouched);
}
