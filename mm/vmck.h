/* SPDX-License-Identifier: MIT */
/*
 * vmck, the address-space checker: proves the invariants of an address space
 * and panics at the first entry that breaks one. Switched on by the word
 * `vmck` on the command line (vmck_enabled, in mm.h).
 */
#ifndef MM_VMCK_H
#define MM_VMCK_H

#include "mm/mm.h"

/* All areas and all entries. => mmap_lock held */
void vmck_check_locked(struct mm *mm);

/* After a fault: the area at va with its neighbours, and the table that holds
 * va's entry. => mmap_lock held */
void vmck_check_page_locked(struct mm *mm, vaddr_t va);

/* Calls visit for every address space that is listed, preemption off.
 * mm/mm.c; visit may only look. */
void mm_visit_all(void (*visit)(struct mm *mm));

/* What is left of an address space that was taken apart: nothing. */
void vmck_check_destroyed(const struct mm *mm);

#endif
