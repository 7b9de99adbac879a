/* SPDX-License-Identifier: MIT */
/*
 * Private anonymous memory: the zero page, first touch, copy-on-write.
 *
 *   no entry --read--> zero page, read-only
 *      |                   |
 *    write               write
 *      v                   v
 *   own frame, writable <--+            fork
 *      |  ^                              |
 *      |  +--- write, last owner --- shared frame, read-only
 *      |                                 |
 *      +--------- fork ----------------> +--- write, others left ---> a copy
 */
#ifndef MM_ANON_H
#define MM_ANON_H

#include "mm/fault.h"

/* The frame of zeroes that every untouched page reads from. Never freed, so
 * its references are not counted. C: after anon_init. */
extern struct page *anon_zero_page;

void anon_init(void);

/* Cases of a fault (fault.h). */
enum mm_fault_result anon_map_zero(struct fault *fault);
enum mm_fault_result anon_fill(struct fault *fault);
/* The entry is there and read-only: reuse or copy its frame. */
enum mm_fault_result anon_copy_on_write(struct fault *fault);

/* Installs a fresh private frame, already filled, where fault->entry still
 * holds fault->pte; otherwise somebody else was faster and page is dropped. */
void anon_install(struct fault *fault, struct page *page);

#endif
