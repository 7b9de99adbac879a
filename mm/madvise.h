/* SPDX-License-Identifier: MIT */
/*
 * madvise(2).
 */
#ifndef MM_MADVISE_H
#define MM_MADVISE_H

#include "mm/mm.h"

/* advice: MADV_*. 0 or madvise's errno. => takes mmap_lock; may sleep */
__must_check int mm_madvise(struct mm *mm, vaddr_t addr, size_t len,
                            int advice);

#endif
