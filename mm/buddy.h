/* SPDX-License-Identifier: MIT */
/*
 * What the files of the page allocator share with each other and with slab.c.
 */
#ifndef MM_BUDDY_H
#define MM_BUDDY_H

#include "mm/page.h"

/* The fields of struct page's `head`. */
#define PAGE_HEAD(refs, use, order, flags)                                     \
    ((uint64_t)(uint32_t)(refs) | (uint64_t)(use) << 32 |                      \
     (uint64_t)(order) << 40 | (uint64_t)(flags) << 48)

/* A free frame that is not the first of a free block: inside one, or in a
 * CPU's cache. */
#define PAGE_HEAD_FREE PAGE_HEAD(0, PAGE_FREE, PAGE_NO_ORDER, 0)

extern size_t page_managed; /* C after page_init: frames of the allocator */

/* Boot: the frames [pfn, pfn + n), marked PAGE_HEAD_FREE, become allocatable. */
void buddy_add(uint64_t pfn, size_t n);

/* vmck: fills a frame that is being freed, so that later writes show. */
void page_poison(struct page *page);

/* A frame is taken from the free ones whose head is not just PAGE_HEAD_FREE:
 * panics unless it is free and, if poisoned, untouched since. */
void page_check_taken(const struct page *page);

/* page_fail_after's countdown, for page_must_fail only. */
extern uint64_t page_fail_countdown; /* A: atomic */
bool page_fail_count(void);

/* At the start of each allocation: true if it has to fail for a test. */
static inline bool page_must_fail(void)
{
    return unlikely(READ_ONCE(page_fail_countdown) != 0) && page_fail_count();
}

#endif
