/* SPDX-License-Identifier: MIT */
/*
 * What the pages of an area add up to, as /proc/PID/smaps shows it.
 */
#ifndef MM_COUNTS_H
#define MM_COUNTS_H

#include "mm/mm.h"
#include "mm/page.h"

/* Entries of page tables that map the frame, of any use but a free one's. A
 * glance: it may be out of date at once. */
uint32_t page_mappings(const struct page *page);

/* Adds what vma's entries map to counts. => vma->mm's mmap_lock held */
void vma_count_pages(struct vma *vma, struct vma_counts *counts);

#endif
