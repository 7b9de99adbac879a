/* SPDX-License-Identifier: MIT */
/*
 * Moving page-table entries from one place of an address space to another.
 */
#ifndef MM_MOVE_H
#define MM_MOVE_H

#include "mm/mm.h"

struct move {
    struct mm *mm;
    vaddr_t from, to; /* multiples of PAGE_SIZE, the ranges disjoint */
    size_t len;
};

/* Builds the tables that move_entries will need. Those that then are not used
 * go when the area at `to` does, or at once on failure.
 * => mmap_lock held for write; 0 or -ENOMEM */
__must_check int move_prepare(const struct move *move);
/* … or does not: they go at once. */
void move_cancel(const struct move *move);

/* Moves all entries, and flushes. Whole tables move where both ends lie alike
 * in theirs. => move_prepare; mmap_lock held for write; nothing is mapped in
 * the range at `to`; areas reach as far as large pages do */
void move_entries(const struct move *move);

#endif
