/* SPDX-License-Identifier: MIT */
/*
 * Device memory in address spaces: physical addresses behind which is no RAM
 * of the allocator's, such as a frame buffer.
 *
 *     file:      0 ....... first ============== end .......   (in pages)
 *                            |                   |
 *     physical:  origin      +== what may be =====+
 *                                 mapped
 *
 * Nobody counts references to such frames, and they may have no struct page.
 * So an entry that maps one has PTE_DEVICE, and whoever is about to look at an
 * entry's frame asks pte_device before. Entries of an area (VM_PFNMAP) are made
 * by faults, like all others. A private area shows the device until a page is
 * written: then that page is a copy, in a frame like any other.
 *
 *   I1  an entry with PTE_DEVICE lies in an area with VM_PFNMAP, maps the very
 *       frame that stands for its place in the file, and is writable only if
 *       the area is shared (mm/vmck.c)
 */
#ifndef MM_DEVMAP_H
#define MM_DEVMAP_H

#include "mm/fault.h"
#include "mm/kmap.h"
#include "mm/pagecache.h"

/* One device's memory, for a mapped_file. All fields: constant once a file
 * has it. */
struct devmap {
    paddr_t origin;      /* what the file's first byte stands for; on a page */
    uint64_t first, end; /* pages of the file that may be mapped */
    int refusal;         /* mmap's answer where others are asked for */
    enum kmap_cache cache; /* as in the kernel's own mapping */
    char *kernel;          /* where the kernel sees the page `first` */
};

/* May these pages of the file be mapped? 0 or map->refusal. */
__must_check int devmap_check(const struct devmap *map, uint64_t pgoff,
                              size_t npages);

/* The physical address of va's page in the device. => vma has VM_PFNMAP */
paddr_t devmap_paddr(const struct vma *vma, vaddr_t va);

/* As fault_in_page and range_zap, for areas with VM_PFNMAP. */
enum mm_fault_result devmap_fault(struct vma *vma, vaddr_t va,
                                  enum mm_access access);
void devmap_zap(struct vma *vma, vaddr_t start, vaddr_t end,
                struct tlb_gather *tlb);

#endif
