/* SPDX-License-Identifier: MIT */
/*
 * mremap(2).
 */
#ifndef MM_MREMAP_H
#define MM_MREMAP_H

#include "mm/mm.h"

struct mremap_request {
    vaddr_t addr;
    size_t old_len, new_len;
    int flags;        /* MREMAP_* */
    vaddr_t new_addr; /* looked at with MREMAP_FIXED and MREMAP_DONTUNMAP */
};

/* 0, and where the memory is now, or mremap's errno.
 * => takes mmap_lock for write; may sleep */
__must_check int mm_mremap(struct mm *mm, const struct mremap_request *req,
                           vaddr_t *out);

#endif
