/* SPDX-License-Identifier: MIT */
/*
 * Stacks: areas that grow downwards when the program touches the hole below
 * them, as far as RLIMIT_STACK and the mapping below allow.
 */
#ifndef MM_STACK_H
#define MM_STACK_H

#include "mm/mm.h"

/* The main stack's size to begin with. */
#define STACK_INITIAL_SIZE (33 * PAGE_SIZE)

/* Grows the VM_GROWSDOWN area above address down to it, if that is what lies
 * there. The area that now holds address, or NULL if there is none.
 * => mmap_lock held for write */
struct vma *stack_grow_locked(struct mm *mm, vaddr_t address);

#endif
