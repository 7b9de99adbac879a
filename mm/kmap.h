/* SPDX-License-Identifier: MIT */
/*
 * The kernel's half of every address space: the image (W^X), the direct map
 * of all RAM, devices, kernel stacks. Its top-level entries are filled once
 * at boot and shared by all page tables, so later changes below them need no
 * copying.
 */
#ifndef MM_KMAP_H
#define MM_KMAP_H

#include "kernel/lib/types.h"

/* Builds the kernel's page tables and loads them in place of the boot ones.
 * => called once, before page_init, uses early_alloc */
void kmap_init(void);

/* Makes .data.ro_after_init read-only: the kernel has booted. */
void kmap_seal(void);

enum kmap_cache { KMAP_UNCACHED, KMAP_WRITE_COMBINING, KMAP_WRITE_BACK };

/* Those of PTE_PWT and PTE_PCD that ask for it. */
uint64_t kmap_cache_bits(enum kmap_cache cache);

/* Maps a device's memory, for ever; NULL when out of memory or space.
 * => after page_init, or before it with early memory; boot CPU */
void *kmap_device(paddr_t base, size_t len, enum kmap_cache cache);

struct mm;

/* The root to run on when there is no user address space, and the tables
 * below it as a struct mm: it has no areas, only entries. */
extern paddr_t kmap_root;
extern struct mm kernel_mm;

/* A kernel stack between guard pages: its top. Freed stacks stay mapped for
 * the next user (kstack_shrink gives them back).
 * mm/kstack.c. => 0 or -ENOMEM */
__must_check int kstack_alloc(uint64_t *top);
void kstack_free(uint64_t top);
size_t kstack_shrink(void); /* frames freed */

/* If va lies in a guard page below a kernel stack: true. */
bool kstack_is_guard(vaddr_t va);

/* PTE_G where the CPU has it. Kernel addresses repeat in all address spaces:
 * TLBs may keep them, and INVLPG drops them whatever the PCID. All mappings of
 * the kernel's half have it. */
uint64_t kmap_global_bit(void);

#endif
