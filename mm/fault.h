/* SPDX-License-Identifier: MIT */
/*
 * A page fault being resolved, shared by the files that resolve its cases.
 */
#ifndef MM_FAULT_H
#define MM_FAULT_H

#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/tlbdebt.h"
#include "mm/vma.h"

struct fault {
    struct mm *mm;
    struct vma *vma;
    vaddr_t va; /* of the page */
    enum mm_access access;
    pte_t *entry; /* va's, in a last-level table */
    pte_t pte;    /* what the entry held when the fault was classified */
};

/*
 * Makes the page at va, inside vma and allowed by it, present for this
 * access. => mmap_lock held; may sleep
 */
enum mm_fault_result fault_in_page(struct vma *vma, vaddr_t va,
                                   enum mm_access access);

/* The area that holds address, if need be after growing a stack down to it.
 * NULL: none. => mmap_lock held for read, on return too */
struct vma *fault_find_area(struct mm *mm, vaddr_t address);

/* Do vma's rights allow the access? */
bool fault_is_allowed(const struct vma *vma, enum mm_access access);

/*
 * Puts pte into fault's entry if that still holds fault->pte; true if so.
 * The caller's reference on the frame then belongs to the entry, and rss of
 * this kind goes up if the entry was empty (MM_RSS_KINDS: is not counted).
 */
#define fault_set_entry(fault, pte, kind)                                      \
    fault_set_entry_at((fault), (pte), (kind), __func__)

static __always_inline bool fault_set_entry_at(struct fault *fault, pte_t pte,
                                               enum mm_rss kind,
                                               const char *place)
{
    pte_t *entry = fault->entry;
    bool was_empty = pte_none(fault->pte);

    pt_lock(entry);
    if (unlikely(entry->v != fault->pte.v)) {
        pt_unlock(entry);
        return false;
    }
    pt_set(fault->mm, fault->va, entry, pte, place);
    if (was_empty)
        pt_count(entry, 1);
    pt_unlock(entry);
    if (kind != MM_RSS_KINDS)
        atomic64_add(&fault->mm->rss[kind], 1);
    return true;
}

#endif
