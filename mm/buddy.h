/* SPDX-License-Identifier: MIT */
/*
 * What the files of the page allocator share with each other and with slab.c:
 * page.c (the array of frames), buddy.c (free blocks), percpu_pages.c (each
 * CPU's cache of single frames; page_alloc and page_put).
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

/* Frames that programs' memory (PAGE_ANON, PAGE_FILE) may not have. */
#define BUDDY_RESERVE 64

extern size_t page_managed; /* C after page_init: frames of the allocator */

/* ---- free blocks, mm/buddy.c ---- */

extern size_t buddy_nfree; /* B (READ_ONCE without): frames in free blocks */

void buddy_init(void);

/* Boot: the frames [pfn, pfn + n), marked PAGE_HEAD_FREE, are allocatable. */
void buddy_add(uint64_t pfn, size_t n);

/* Takes up to max single frames, as long as more than `keep` stay free; how
 * many. They are PAGE_HEAD_FREE and in blocks that rise from the end of
 * `frames` to its start. */
size_t buddy_take_frames(struct page **frames, size_t max, size_t keep);

/* A block of 2^order frames that leaves at least `keep` free; NULL if there is
 * none. All of it is PAGE_HEAD_FREE. */
struct page *buddy_take_block(unsigned order, size_t keep);

/* Takes back n frames, all PAGE_HEAD_FREE: contiguous ones, or any. */
void buddy_give_run(struct page *first, size_t n);
void buddy_give_frames(struct page *const *frames, size_t n);

/* Proves the free blocks to be right and counts each frame's `check` up. */
void buddy_check(void);

/* ---- single frames, mm/percpu_pages.c ---- */

void percpu_pages_init(void);

/* ---- marks, mm/page.c ---- */

/* Makes the head of a frame that is being freed say so; under vmck the frame
 * is filled with PAGE_POISON, so that later writes show. */
void page_mark_poisoned(struct page *page);

/* A frame is taken from the free ones whose head is not just PAGE_HEAD_FREE:
 * panics unless it is free and, if poisoned, untouched since. */
void page_check_taken(const struct page *page);

/* ---- failures on demand, mm/page.c ---- */

/* For page_must_fail only: whether page_fail_after was ever called, and the
 * current thread's countdown. */
extern bool page_fail_used; /* A: false -> true */
bool page_fail_count(void);

/* At the start of each allocation: true if it has to fail for a test. */
static inline bool page_must_fail(void)
{
    return unlikely(READ_ONCE(page_fail_used)) && page_fail_count();
}

#endif
