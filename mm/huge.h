/* SPDX-License-Identifier: MIT */
/*
 * Transparent huge pages: 2 MiB of private anonymous memory mapped by one
 * entry of level 1, where a program's first write finds a whole aligned 2 MiB
 * inside its area.
 *
 *                  huge_fill                      huge_split
 *     no entry  ------------->  one large page  -------------->  512 entries
 *        ^                            |                          of frames of
 *        +---------- huge_zap --------+                          their own
 *
 * A large page's block has one reference, the entry's: it is never shared, so
 * copy-on-write knows single frames only, and fork splits. A table for the
 * split is set aside with the block; so splitting cannot fail, and whoever
 * cannot do with a large page has it split (pt_next_table does it for all who
 * walk).
 *
 * Which areas: `transparent_hugepage=` always (all but madvise's NOHUGEPAGE),
 * madvise (the default: HUGEPAGE) or never.
 */
#ifndef MM_HUGE_H
#define MM_HUGE_H

#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/tlb.h"
#include "mm/vma.h"

#define HUGE_PAGES PT_ENTRIES /* frames in a large page */
#define HUGE_SIZE (PAGE_SIZE << PT_ENTRY_BITS)

/* The area's flags that must be set, and those that must not, for it to get
 * large pages. C after huge_init. */
extern uint32_t huge_flags_set, huge_flags_clear;

/* Boot: reads the command line. */
void huge_init(void);

/* How many large pages there are, in all address spaces. */
size_t huge_count(void);

/* May an anonymous area with these flags have large pages? */
static inline bool huge_is_possible(uint32_t flags)
{
    return (flags & huge_flags_set) == huge_flags_set &&
           (flags & huge_flags_clear) == 0;
}

/* Is a first touch of va to get a large page? */
static inline bool huge_is_wanted(const struct vma *vma, vaddr_t va,
                                  enum mm_access access)
{
    const vaddr_t start = ROUND_DOWN(va, HUGE_SIZE);

    return huge_is_possible(vma->flags) && access == MM_WRITE &&
           vma->file == NULL && start >= vma->start &&
           start + HUGE_SIZE <= vma->end;
}

/* Maps a zeroed large page around va if nothing is mapped there: true if it
 * did. => huge_is_wanted; mmap_lock held; may sleep */
bool huge_fill(struct vma *vma, vaddr_t va);

/* A fault at va where a large page was found: it allows the access by now, or
 * it is split and the access resolved there. => as fault_in_page */
enum mm_fault_result huge_fault(struct vma *vma, vaddr_t va,
                                enum mm_access access);

/* The large page that entry, of level 1, maps at va becomes single ones, unless
 * it is gone. => mmap_lock held; no table's lock held */
void huge_split(struct mm *mm, pte_t *entry, vaddr_t va);

/* No large page reaches across `at` after this. => mmap_lock held for write */
void huge_split_at(struct mm *mm, vaddr_t at);

/*
 * For who walks with pt_next_mapped and found a large page at [va, stop): if
 * the range is all of it, removes it, or gives it other rights. False: it was
 * split, or changed meanwhile; look at va again.
 *   => as range_zap, range_protect
 */
bool huge_zap(struct vma *vma, const struct pt_cursor *cur, vaddr_t va,
              vaddr_t stop, struct tlb_gather *tlb);

struct huge_rights {
    uint32_t flags; /* VM_* */
    struct tlb_gather *tlb;
};

bool huge_protect(struct vma *vma, const struct pt_cursor *cur, vaddr_t va,
                  vaddr_t stop, const struct huge_rights *rights);

#endif
