/* SPDX-License-Identifier: MIT */
/*
 * How large an address space is, and how large it was at most: VmHWM and VmPeak
 * of /proc/PID/status, ru_maxrss of getrusage(2).
 *
 * Growing costs nothing: only before something goes away the size so far is
 * noted, and the peak is the larger of that and the present size.
 */
#ifndef MM_PEAKS_H
#define MM_PEAKS_H

#include "mm/mm.h"

/* Pages that are present. */
static inline uint64_t mm_resident(const struct mm *mm)
{
    int64_t npages = 0;

    for (unsigned kind = 0; kind < MM_RSS_KINDS; kind++)
        npages += atomic64_load(&mm->rss[kind]);
    return (uint64_t)MAX(npages, 0L);
}

/* Entries are about to be removed. */
static inline void mm_note_resident(struct mm *mm)
{
    uint64_t now = mm_resident(mm), peak = READ_ONCE(mm->peak_resident);

    while (now > peak &&
           !__atomic_compare_exchange_n(&mm->peak_resident, &peak, now, true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}

static inline uint64_t mm_peak_resident(const struct mm *mm)
{
    return MAX(mm_resident(mm), READ_ONCE(mm->peak_resident));
}

/* From now on the peak is that of what comes. */
static inline void mm_reset_peak_resident(struct mm *mm)
{
    WRITE_ONCE(mm->peak_resident, mm_resident(mm));
}

/* The most pages that all areas had together. => mmap_lock held */
static inline size_t mm_peak_pages(const struct mm *mm)
{
    return MAX(mm->total_pages, mm->peak_pages);
}

#endif
