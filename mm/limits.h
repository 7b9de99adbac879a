/* SPDX-License-Identifier: MIT */
/*
 * How much an address space may hold: RLIMIT_AS, RLIMIT_DATA (getrlimit(2))
 * and the number of areas. RLIMIT_MEMLOCK: mm/mlock.h; promises: mm/commit.h.
 */
#ifndef MM_LIMITS_H
#define MM_LIMITS_H

#include "mm/mm.h"
#include "mm/peaks.h"

/* How many areas there may be: vm.max_map_count, at first Linux's default.
 * A: set through /proc/sys/vm */
extern int64_t limits_max_areas;

static inline size_t limits_areas(void)
{
    return (size_t)READ_ONCE(limits_max_areas);
}

/* Private, writable and no stack: what RLIMIT_DATA counts. */
static inline bool vma_is_data(uint32_t flags)
{
    return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* May npages more be mapped with these flags? => mmap_lock held for write */
static inline bool limits_allow(const struct mm *mm, uint32_t flags,
                                size_t npages)
{
    if (mm->total_pages + npages > mm->limits.as >> PAGE_SHIFT)
        return false;
    return !vma_is_data(flags) ||
           mm->data_pages + npages <= mm->limits.data >> PAGE_SHIFT;
}

/* npages (negative: fewer) are now mapped with these flags.
 * => mmap_lock held for write */
static inline void limits_account(struct mm *mm, uint32_t flags, long npages)
{
    if (npages < 0)
        mm->peak_pages = mm_peak_pages(mm);
    mm->total_pages += (size_t)npages;
    if (vma_is_data(flags))
        mm->data_pages += (size_t)npages;
    if (flags & VM_LOCKED)
        mm->locked_pages += (size_t)npages;
    if (flags & VM_ACCOUNT)
        mm->committed_pages += (size_t)npages;
}

#endif
