/* SPDX-License-Identifier: MIT */
/*
 * What happens to the page-table entries of a whole range: removed, given
 * other rights, copied for fork. Each walks a table once, not once a page.
 *
 * An entry that is not zero holds a reference on its frame (but for the zero
 * page, which is not counted). If its area allows no access (PROT_NONE) the
 * entry has P clear and all else in place: the frame waits there.
 */
#ifndef MM_RANGE_H
#define MM_RANGE_H

#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/tlb.h"
#include "mm/vma.h"

/* The bits of an entry in an area with these VM_* flags; `writable`: stores
 * may go to the frame (not a shared private frame, not a clean file page). */
static inline uint64_t vma_pte_bits(uint32_t flags, bool writable)
{
    uint64_t bits = PTE_US | PTE_A;

    if ((flags & VM_ACCESS) != 0)
        bits |= PTE_P;
    if (writable && (flags & VM_WRITE) != 0)
        bits |= PTE_RW | PTE_D;
    if ((flags & VM_EXEC) == 0)
        bits |= pte_nx;
    return bits;
}

/* The bits of `old` when its area gets these rights: what is known of the
 * page's use stays. */
static inline uint64_t vma_pte_bits_again(pte_t old, uint32_t flags,
                                          bool writable)
{
    const uint64_t kept = PTE_A | PTE_D | PTE_CLEAN;
    const bool clean = (old.v & PTE_CLEAN) != 0;

    return (vma_pte_bits(flags, writable && !clean) & ~PTE_A) | (old.v & kept);
}

/* How the frame of an entry in vma is counted. */
enum mm_rss range_rss_kind(const struct vma *vma, const struct page *page);

/* Removes the entries of [start, end), which lies within vma.
 * => mmap_lock held; the flush and the freeing are tlb's */
void range_zap(struct vma *vma, vaddr_t start, vaddr_t end,
               struct tlb_gather *tlb);

/* The same for the pages of the area's file: private copies of them stay.
 * => vma has a cache */
void range_zap_file(struct vma *vma, vaddr_t start, vaddr_t end,
                    struct tlb_gather *tlb);

/* Gives the entries the rights of `flags`. => mmap_lock held for write */
void range_protect(struct vma *vma, vaddr_t start, vaddr_t end, uint32_t flags,
                   struct tlb_gather *tlb);

/* fork: child gets vma's entries, private ones read-only in both.
 * => both mmap_locks held for write; tlb gathers for vma->mm
 * => 0 or -ENOMEM, part of the entries then copied */
__must_check int range_copy(struct vma *vma, struct mm *child,
                            struct tlb_gather *tlb);

#endif
