/* SPDX-License-Identifier: MIT */
/*
 * Forgetting what a program did with its memory, so that what it does next can
 * be seen: /proc/PID/clear_refs (Documentation/filesystems/proc.rst and
 * admin-guide/mm/soft-dirty.rst).
 *
 *   referenced   the CPU's A bits are cleared, and set again by the next
 *                access, once no TLB remembers that they were set
 *   written      a page counts as written ("soft-dirty") from its first touch.
 *                Clearing makes its entry read-only and marks it PTE_CLEAN; the
 *                next write faults, and every fault that lets a write through
 *                makes a new entry, without the mark. So the usual paths know
 *                nothing of all this
 *
 *     written  --clear_refs-->  PTE_CLEAN, read-only  --write-->  written
 *
 * New areas count as written as a whole until they are cleared once
 * (vma->tracked), and so do those that something was added to or moved to.
 * Where an entry is missing, nothing was written.
 *
 * Locks: entries under their table's lock; mmap_lock for read for A bits, which
 * others change too, for write to make entries read-only.
 */
#include "kernel/abi/errno.h"
#include "mm/huge.h"
#include "mm/mm.h"
#include "mm/peaks.h"
#include "mm/refs.h"
#include "mm/tlb.h"
#include "mm/tlbdebt.h"
#include "mm/vmck.h"

/* What is written to clear_refs. */
enum {
    CLEAR_REFERENCED = 1,
    CLEAR_REFERENCED_ANON,
    CLEAR_REFERENCED_FILE,
    CLEAR_WRITTEN,
    CLEAR_PEAK,
};

typedef void (*clear_fn)(struct mm *mm, vaddr_t va, pte_t *entry,
                         struct tlb_gather *tlb);

/* => the table's lock held, as in clear_written; the CPU may set bits */
static void clear_referenced(struct mm *mm __unused, vaddr_t va, pte_t *entry,
                             struct tlb_gather *tlb)
{
    if ((entry->v & PTE_A) == 0)
        return;
    __atomic_fetch_and(&entry->v, ~PTE_A, __ATOMIC_SEQ_CST);
    tlb_add(tlb, va);
}

static void clear_written(struct mm *mm, vaddr_t va, pte_t *entry,
                          struct tlb_gather *tlb)
{
    const pte_t old = *entry;

    pt_set(mm, va, entry, (pte_t){(old.v & ~PTE_RW) | PTE_CLEAN}, __func__);
    if (pte_writable(old))
        tlb_add(tlb, va);
}

static void clear_area(struct vma *vma, clear_fn clear, struct tlb_gather *tlb)
{
    struct mm *mm = vma->mm;
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = vma->start; pt_next_mapped(mm, &va, vma->end, &cur, &stop);
         va = stop) {
        pte_t *entry = cur.entry[cur.level];

        pt_lock(entry);
        if (cur.level != 0) {
            if (pte_large(*entry, 1))
                clear(mm, va, entry, tlb);
            else
                stop = va; /* it was split: look again */
        } else {
            for (vaddr_t at = va; at < stop; at += PAGE_SIZE, entry++)
                if (!pte_none(*entry))
                    clear(mm, at, entry, tlb);
        }
        pt_unlock(cur.entry[cur.level]);
    }
}

/* Pages that are not tracked, as on Linux. */
#define VM_UNTRACKED (VM_HUGETLB | VM_PFNMAP)

/* Is the area meant? */
static bool is_meant(const struct vma *vma, int what)
{
    if ((vma->flags & VM_UNTRACKED) != 0)
        return false;
    return what !=
           (vma->file == NULL ? CLEAR_REFERENCED_FILE : CLEAR_REFERENCED_ANON);
}

static void clear_areas(struct mm *mm, int what, clear_fn clear)
{
    struct tlb_gather tlb;
    struct vma *vma;

    tlb_begin(&tlb, mm);
    vma_for_each (vma, &mm->vmas) {
        if (what == CLEAR_WRITTEN)
            vma->tracked = true;
        if (is_meant(vma, what))
            clear_area(vma, clear, &tlb);
    }
    tlb_finish(&tlb);
    if (vmck_enabled)
        vmck_check_locked(mm);
}

int mm_clear_refs(struct mm *mm, int what)
{
    switch (what) {
    case CLEAR_REFERENCED:
    case CLEAR_REFERENCED_ANON:
    case CLEAR_REFERENCED_FILE:
        rwsem_read_lock(&mm->mmap_lock);
        clear_areas(mm, what, clear_referenced);
        rwsem_read_unlock(&mm->mmap_lock);
        return 0;
    case CLEAR_WRITTEN:
        rwsem_write_lock(&mm->mmap_lock);
        clear_areas(mm, what, clear_written);
        rwsem_write_unlock(&mm->mmap_lock);
        return 0;
    case CLEAR_PEAK: mm_reset_peak_resident(mm); return 0;
    default: return -EINVAL;
    }
}

bool mm_is_written(const struct vma *vma, pte_t pte)
{
    if (!vma->tracked)
        return true;
    if (pte_none(pte) || (pte.v & PTE_CLEAN) || (vma->flags & VM_UNTRACKED))
        return false;
    return pte_page(pte)->use == PAGE_ANON || (pte.v & PTE_D) != 0;
}
