/* SPDX-License-Identifier: MIT */
/*
 * Adding and removing areas: what mmap, munmap, brk, mprotect and exec have
 * in common. All functions: => mmap_lock held for write.
 */
#ifndef MM_MMAP_H
#define MM_MMAP_H

#include "mm/mm.h"

struct tlb_gather;

/* An area to be. */
struct area {
    vaddr_t start, end;
    uint32_t flags;
    uint64_t pgoff;
    struct mapped_file *file; /* borrowed */
    uint64_t anon;            /* of what is moved there: mm/vma.h */
    bool anon_inherited;
    bool replaces; /* something may be mapped there */
};

/* PROT_* to VM_READ, VM_WRITE, VM_EXEC. */
uint32_t mmap_prot_flags(int prot);

/* Where an area of req->len, a multiple of the page size, goes: as mmap with
 * req's addr and flags. 0 or mmap's errno. */
__must_check int mmap_choose_place_locked(struct mm *mm,
                                          const struct mmap_request *req,
                                          vaddr_t *out);

/* mmap itself, but for populating. req->len is rounded up. 0 or the errno. */
__must_check int mmap_map_locked(struct mm *mm, struct mmap_request *req,
                                 vaddr_t *out);

/* Adds the area, which meets no other and is charged for (mm/commit.h), merging
 * it with its neighbours where they are alike; accounts it. Cannot fail: spare,
 * from mmap_vma_alloc, is used or freed. The vma that now holds the area. */
struct vma *mmap_add_area_locked(struct mm *mm, const struct area *area,
                                 struct vma *spare);

/* The same if it takes no new vma, only a neighbour to be extended, which then
 * counts as written to (mm/refs.c); else NULL, and nothing is done. */
struct vma *mmap_extend_locked(struct mm *mm, const struct area *area);

/* How much of a promise the area is: mm/commit.h. */
size_t mmap_pages_to_charge(const struct area *area);

/* Charges for the area, which meets no other, and adds it. 0 or -ENOMEM. */
__must_check int mmap_add_new_locked(struct mm *mm, const struct area *area);

/* Removes whatever is mapped in [start, end), splitting at the ends.
 * => 0, -ENOMEM, nothing then changed, or -EINVAL inside a large page */
__must_check int mmap_remove_locked(struct mm *mm, vaddr_t start, vaddr_t end);

/* Takes vma, whose entries are gone, off the list and lets go of all that it
 * holds. */
void mmap_drop_vma_locked(struct mm *mm, struct vma *vma);

/* Makes `at` a border between areas if it lies inside one.
 * => 0, -ENOMEM or, inside a page of MAP_HUGETLB, -EINVAL */
__must_check int mmap_split_locked(struct mm *mm, vaddr_t at);

/* Makes [start, end), which lies within an area, one of its own; on failure
 * nothing changed. The errors of mmap_split_locked. */
__must_check int mmap_isolate_locked(struct mm *mm, vaddr_t start, vaddr_t end);

/* Merges vma with its neighbours where they are alike; the area that holds
 * it all. */
struct vma *mmap_merge_locked(struct mm *mm, struct vma *vma);
/* Only with the one above, for an area that has grown. (It may be like the one
 * below already: fork takes locks away. On Linux they stay two.) */
struct vma *mmap_merge_next_locked(struct mm *mm, struct vma *vma);

/* Pages of [start, end) that are mapped, with the flag if it is not 0. */
size_t mmap_count_pages(struct mm *mm, vaddr_t start, vaddr_t end,
                        uint32_t flag);

/* A number for vma->anon that nobody has. */
uint64_t mmap_new_anon(void);

struct vma *mmap_vma_alloc(void); /* NULL: out of memory */
void mmap_vma_free(struct vma *vma);
void mmap_init(void);

#endif
