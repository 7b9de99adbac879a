/* SPDX-License-Identifier: MIT */
/*
 * Faulting memory in before it is touched. All: => takes mmap_lock for read;
 * may sleep; ends early when the process is being killed
 */
#ifndef MM_POPULATE_H
#define MM_POPULATE_H

#include "mm/mm.h"

/* All of [start, end), as far as it can be: for MAP_POPULATE. */
void mm_populate(struct mm *mm, vaddr_t start, vaddr_t end);

/* The same for mlock(2): 0, or -ENOMEM or -EFAULT for the first page that
 * cannot be had. */
__must_check int mm_populate_locked(struct mm *mm, vaddr_t start, vaddr_t end);

/* The same for [start, end) within vma, errors aside, unless the area need not
 * be populated (VM_LOCKONFAULT). => mmap_lock held */
void mm_populate_area_locked(struct vma *vma, vaddr_t start, vaddr_t end);

/* By accesses of this kind, for madvise(2): 0, -ENOMEM (a hole, or no memory),
 * -EINVAL (the area forbids it), -EFAULT (no page of the file) or -EINTR. */
__must_check int mm_populate_range(struct mm *mm, vaddr_t start, vaddr_t end,
                                   enum mm_access access);

#endif
