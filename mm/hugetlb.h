/* SPDX-License-Identifier: MIT */
/*
 * MAP_HUGETLB: memory of 2 MiB pages from a pool that is set aside for it.
 *
 * `hugepages=N` on the command line fills the pool with blocks, at boot, while
 * memory is whole. A mapping reserves the pages that it may come to need, so
 * that mmap fails (ENOMEM) rather than a later touch (SIGBUS, for who reserved
 * nothing: MAP_NORESERVE, or a child that writes to what it has from its
 * parent).
 *
 *     block:  in the pool, free  <-->  mapped by entries, or a page of a
 *             (refs 0)                 shared object (refs: how many)
 *
 * Such an area never merges, and is split at 2 MiB only. Its entries, of level
 * 1, map blocks that fork shares like small pages; they are never split
 * (mm/huge.h are others). Read next: mm/hugetlb_area.c, the entries.
 */
#ifndef MM_HUGETLB_H
#define MM_HUGETLB_H

#include "mm/huge.h"
#include "mm/mm.h"
#include "mm/vma.h"

struct page;
struct mapped_file;
struct mmap_request;
struct tlb_gather;

/* ---- the pool ---- */

struct hugetlb_counts {
    size_t total, free, reserved; /* blocks; reserved ones are free yet */
    size_t surplus; /* of total: more than wanted, to go when they are free */
};

/* Boot: fills the pool. */
void hugetlb_init(void);

struct hugetlb_counts hugetlb_counts(void);

/* Makes the pool n blocks large, as far as memory has blocks and as blocks are
 * free: others go when they are. */
void hugetlb_resize(size_t n);

/* A zeroed block with one reference, out of a reservation or not; NULL: the
 * pool has none to spare. */
struct page *hugetlb_alloc(bool reserved);

/* Sets n free blocks aside; false: there are not so many. */
bool hugetlb_reserve(size_t n);
void hugetlb_unreserve(size_t n);

/* ---- what is mapped: an unnamed file of large pages ---- */

/* Turns the request into one that maps such a file, new, with its reservation.
 * The request's reference on the file is the caller's.
 * => 0, -EINVAL or -ENOMEM */
__must_check int hugetlb_prepare(struct mm *mm, struct mmap_request *req);

/* ---- its areas: mmap_lock held as in the functions of like name in range.h
 * and fault.h ---- */

enum mm_fault_result hugetlb_fault(struct vma *vma, vaddr_t va,
                                   enum mm_access access);
void hugetlb_zap(struct vma *vma, vaddr_t start, vaddr_t end,
                 struct tlb_gather *tlb);
/* hugetlb_zap where the area stays. */
void hugetlb_drop(struct vma *vma, vaddr_t start, vaddr_t end,
                  struct tlb_gather *tlb);
void hugetlb_protect(struct vma *vma, vaddr_t start, vaddr_t end,
                     const struct huge_rights *rights);
__must_check int hugetlb_copy(struct vma *vma, struct mm *child,
                              struct tlb_gather *tlb);

/* [start, end) of the area is about to go: gives back what was reserved for it
 * and never touched. => its entries are in place; mmap_lock held for write */
void hugetlb_release(struct vma *vma, vaddr_t start, vaddr_t end);

/* ---- for hugetlb_area.c ---- */

/* The area's page of this index in its shared file, with a reference; NULL: the
 * pool has none to spare. => may sleep */
struct page *hugetlb_file_page(struct mapped_file *file, size_t index);
/* The same for private memory: a fresh one for an entry that is empty, or for
 * one that loses what it shared. The latter is no part of the promise, but may
 * be had out of it rather than not at all. */
struct page *hugetlb_private_page(struct vma *vma);
struct page *hugetlb_private_copy(struct vma *vma);
/* Empty entries of all areas of the private file are filled one at a time, so
 * that no page is taken in vain. => may sleep */
void hugetlb_lock_file(struct mapped_file *file);
void hugetlb_unlock_file(struct mapped_file *file);
/* vma's entry for the block is no more, but its area stays: the next touch of
 * it will find a page again. => mmap_lock held until the caller drops the
 * entry's reference */
void hugetlb_promise_again(struct vma *vma, struct page *block);
/* n pages of a private file that mm reserved are not needed any more. */
void hugetlb_file_unreserve(struct mapped_file *file, const struct mm *mm,
                            size_t n);

#endif
