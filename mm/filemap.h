/* SPDX-License-Identifier: MIT */
/*
 * File-backed mappings: entries that map the page cache's own frames.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include "mm/fault.h"

struct page_cache;
struct tlb_gather;

/* Cases of a fault (fault.h). Past the file's last page: MM_FAULT_BUS. */
enum mm_fault_result filemap_map(struct fault *fault);
enum mm_fault_result filemap_copy(struct fault *fault);
enum mm_fault_result filemap_make_writable(struct fault *fault);

/* Tells vma's cache that vma maps it, or no longer does.
 * => mmap_lock held for write; a no-op if vma has no cache */
void filemap_attach(struct vma *vma);
void filemap_detach(struct vma *vma);

/* Pages [first, end) of a file, by index; and are private copies meant too? */
struct filemap_part {
    uint64_t first, end;
    bool copies;
};

/* Removes every entry that maps, or was copied from, this part of the file, in
 * all address spaces. => no mmap_lock, no spinlock held; may sleep */
void filemap_zap(struct page_cache *cache, const struct filemap_part *part);

#endif
