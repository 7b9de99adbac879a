/* SPDX-License-Identifier: MIT */
/*
 * msync(2) and mincore(2).
 */
#ifndef MM_MSYNC_H
#define MM_MSYNC_H

#include "mm/mm.h"

/* flags: MS_*. 0 or msync's errno. => takes mmap_lock for read */
__must_check int mm_msync(struct mm *mm, vaddr_t addr, size_t len, int flags);

/* Which of the n pages from addr on are in memory: resident[i] is 1 or 0. 0, or
 * -ENOMEM if some are not mapped. => takes mmap_lock for read */
__must_check int mm_mincore(struct mm *mm, vaddr_t addr, size_t n,
                            unsigned char *resident);

#endif
