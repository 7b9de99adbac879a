/* SPDX-License-Identifier: MIT */
/*
 * What a program did with its memory since it was last asked: mm/refs.c.
 */
#ifndef MM_REFS_H
#define MM_REFS_H

#include "mm/pagetable.h"
#include "mm/vma.h"

/* Was the page that the entry (perhaps none) maps in vma written since
 * clear_refs was told to forget it? => mmap_lock held */
bool mm_is_written(const struct vma *vma, pte_t pte);

#endif
