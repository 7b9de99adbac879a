/* SPDX-License-Identifier: MIT */
/*
 * Overcommit: how much memory the kernel promises.
 *
 * A private area that may be written to, and shared memory without a file, is
 * a promise of frames that are not there yet. The promises are counted, in
 * pages (Committed_AS in /proc/meminfo). What is done with the count is the
 * administrator's choice, /proc/sys/vm/overcommit_memory, proc(5):
 *
 *   0  a single promise may not exceed the machine's memory
 *   1  anything is promised
 *   2  all promises together stay below CommitLimit
 *
 * VM_ACCOUNT says that an area is counted. As on Linux it is decided when the
 * area is made or becomes writable, and stays.
 */
#ifndef MM_COMMIT_H
#define MM_COMMIT_H

#include "kernel/abi/mman.h"
#include "kernel/lib/atomic.h"
#include "mm/mm.h"
#include "mm/vmstat.h"

/* A: set through /proc/sys/vm. */
struct commit_settings {
    int64_t mode; /* OVERCOMMIT_* */
    int64_t ratio, kbytes;
    int64_t admin_reserve_kbytes, user_reserve_kbytes;
};

extern struct commit_settings commit_settings;

/* Mode 2: who does not want to be promised anything is not heard. */
static inline bool commit_is_strict(void)
{
    return READ_ONCE(commit_settings.mode) == OVERCOMMIT_NEVER;
}

/* Is an area with these flags a promise? */
static inline bool vma_is_accountable(uint32_t flags)
{
    return (flags & (VM_WRITE | VM_SHARED | VM_NORESERVE | VM_HUGETLB)) ==
           VM_WRITE;
}

/* Promises npages more, for mm (NULL: nobody's); false: that is too much. None
 * can always be had.
 * => any context that may read mm->total_pages */
__must_check bool commit_charge(const struct mm *mm, size_t npages);

/* The same where no answer but yes is possible. */
static inline void commit_force(size_t npages)
{
    vmstat_add(VM_COMMITTED, npages);
}

/* … are promised no longer. */
static inline void commit_uncharge(size_t npages)
{
    vmstat_add(VM_COMMITTED, -npages);
}

/* In pages: what is promised, and how much may be in mode 2. */
size_t commit_total(void);
size_t commit_limit(void);

/* Boot: the reserves, by the memory there is. => page_init */
void commit_init(void);

#endif
