/* SPDX-License-Identifier: MIT */
/*
 * The VMA list: which parts of an address space exist, what may be done there,
 * and what backs them.
 *
 * A struct vma describes one area [start, end). The areas of an address space
 * are kept twice: in a list, sorted by address, for neighbours and for walking
 * in order; and in a balanced tree, keyed by address, for finding one. Each
 * tree node also knows the largest hole in its subtree, so that room for a new
 * mapping is found without walking the list.
 *
 *        hole        hole                   hole
 *     |-------[ a ]---------[ b ][ c ]---------------|
 *     0                                              USER_END
 *
 * An area's gap is the hole right below it. This file knows no page tables:
 * it is pure bookkeeping and is tested on the host against an array of pages.
 */
#ifndef MM_VMA_H
#define MM_VMA_H

#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"
#include "kernel/lib/types.h"
#include "mm/layout.h"

struct mm;
struct mapped_file;

/* What the program may do, and what mprotect may grant it. */
#define VM_READ (1U << 0)
#define VM_WRITE (1U << 1)
#define VM_EXEC (1U << 2)
#define VM_SHARED (1U << 3) /* stores reach the file or the other sharers */
#define VM_MAYREAD (1U << 4)
#define VM_MAYWRITE (1U << 5)
#define VM_MAYEXEC (1U << 6)
#define VM_MAYSHARE (1U << 7) /* mapped MAP_SHARED, if perhaps read-only */
#define VM_GROWSDOWN (1U << 8)
#define VM_NORESERVE (1U << 9)
#define VM_LOCKED (1U << 10)
#define VM_HUGEPAGE 0x800U    /* madvise: large pages are welcome */
#define VM_NOHUGEPAGE 0x1000U /* … or not */
#define VM_HUGETLB 0x2000U    /* MAP_HUGETLB: mm/hugetlb.h */
/* madvise: */
#define VM_RAND_READ 0x4000U   /* no reading around a fault */
#define VM_SEQ_READ 0x8000U    /* reading on behind it */
#define VM_DONTCOPY 0x10000U   /* a child does not get the area */
#define VM_WIPEONFORK 0x20000U /* … or gets it empty */
#define VM_DONTDUMP 0x40000U
#define VM_LOCKONFAULT 0x80000U /* with VM_LOCKED: mm/mlock.h */
#define VM_ACCOUNT 0x100000U    /* a promise of memory: mm/commit.h */
#define VM_PFNMAP 0x200000U     /* a device's memory: mm/devmap.h */
#define VM_COUNTED 0x400000U    /* the file counts its areas: ops->attach */
#define VM_LEAVING 0x800000U    /* is being moved away: mm/mremap.c */

/* Each area stays as it was mapped. */
#define VM_NEVER_MERGED (VM_HUGETLB | VM_PFNMAP | VM_COUNTED | VM_LEAVING)

#define VM_ACCESS (VM_READ | VM_WRITE | VM_EXEC)
#define VM_MAY_SHIFT 4 /* VM_READ << this is VM_MAYREAD */

/* All fields but the two noted are guarded by mm's mmap_lock. */
struct vma {
    vaddr_t start, end;       /* multiples of PAGE_SIZE, start < end */
    uint32_t flags;           /* VM_* */
    bool has_anon;            /* A: may hold private frames; fork copies its
                                 page-table entries */
    bool has_huge;            /* A: may hold large pages */
    bool tracked;             /* entries tell which pages were written to;
                                 false: all count as written (mm/refs.c) */
    uint64_t pgoff;           /* of start, in pages: into the file; for
                                 anonymous memory start's page number when it
                                 was mapped */
    struct mapped_file *file; /* C: NULL: private anonymous; a reference */
    struct mm *mm;            /* C */
    struct list link;         /* in vma_list.list */
    struct rbnode node;       /* in vma_list.tree */
    size_t gap;               /* bytes between the area below and this one */
    size_t max_gap;           /* the largest gap in the node's subtree */
    struct list cache_link;   /* P: in file->cache->mappings */
}; /* A: atomic; C: constant; P: the cache's mappings_lock */

struct vma_list {
    struct list list;
    struct rbtree tree;
    size_t count;
    struct vma *hint; /* A: what vma_find found last, or NULL */
};

static inline size_t vma_len(const struct vma *vma)
{
    return vma->end - vma->start;
}

static inline size_t vma_npages(const struct vma *vma)
{
    return vma_len(vma) >> PAGE_SHIFT;
}

/* Stores stay in this address space: written frames are its own copies. */
static inline bool vma_is_private(const struct vma *vma)
{
    return (vma->flags & VM_SHARED) == 0;
}

/* Stores to an area with these flags may come to reach a file: mm/seal.h. */
static inline bool vma_may_write_shared(uint32_t flags)
{
    return (flags & VM_SHARED) != 0 && (flags & VM_MAYWRITE) != 0;
}

/* There will be a private frame in it. Written once only: many CPUs fault. */
static inline void vma_note_anon(struct vma *vma)
{
    if (!READ_ONCE(vma->has_anon))
        WRITE_ONCE(vma->has_anon, true);
}

/* The lowest address that other mappings must keep clear of. */
static inline vaddr_t vma_start_gap(const struct vma *vma)
{
    if ((vma->flags & VM_GROWSDOWN) == 0)
        return vma->start;
    return vma->start > STACK_GUARD_GAP ? vma->start - STACK_GUARD_GAP : 0;
}

/* va's page as an index into the file. */
static inline uint64_t vma_pgoff(const struct vma *vma, vaddr_t va)
{
    return vma->pgoff + ((va - vma->start) >> PAGE_SHIFT);
}

void vma_list_init(struct vma_list *vmas);

/* The first area with end > addr: the one that holds addr or the next above.
 * NULL if there is none. => mmap_lock held */
struct vma *vma_find(struct vma_list *vmas, vaddr_t addr);

/* The first area that meets [start, end); NULL if there is none. */
struct vma *vma_find_overlap(struct vma_list *vmas, vaddr_t start, vaddr_t end);

/* Neighbours in address order; NULL past either end. */
struct vma *vma_next(struct vma_list *vmas, struct vma *vma);
struct vma *vma_prev(struct vma_list *vmas, struct vma *vma);
struct vma *vma_first(struct vma_list *vmas);
struct vma *vma_last(struct vma_list *vmas);

#define vma_for_each(vma, vmas) list_for_each_entry (vma, &(vmas)->list, link)

/* => mmap_lock held for write from here on */

/* Adds an area that overlaps no other. */
void vma_insert(struct vma_list *vmas, struct vma *vma);
/* Takes it off; the caller owns it again. */
void vma_remove(struct vma_list *vmas, struct vma *vma);
/* Moves its borders, without passing a neighbour, and pgoff with start. */
void vma_set_range(struct vma_list *vmas, struct vma *vma, vaddr_t start,
                   vaddr_t end);

/* Divides vma at `at`, inside it: vma keeps the lower part, `upper` (memory
 * from the caller, contents undefined) becomes the rest, inserted. The caller
 * takes the references that upper's fields stand for. */
void vma_split(struct vma_list *vmas, struct vma *vma, struct vma *upper,
               vaddr_t at);

/* True if `upper`, right above `lower`, could be one area with it: same
 * rights, same backing, contiguous offsets. */
bool vma_can_merge(const struct vma *lower, const struct vma *upper);
/* As if upper were an area [start, …) with these properties. */
bool vma_can_append(const struct vma *lower, vaddr_t start, uint32_t flags,
                    const struct mapped_file *file, uint64_t pgoff);
bool vma_can_prepend(const struct vma *upper, vaddr_t end, uint32_t flags,
                     const struct mapped_file *file, uint64_t pgoff);

/* Makes lower end where upper does and takes upper off the list; the caller
 * owns upper again. => vma_can_merge(lower, upper) */
void vma_merge(struct vma_list *vmas, struct vma *lower, struct vma *upper);

/* Room for len bytes within [low, high), keeping clear of growing stacks: the
 * highest fit, or the lowest. 0 or -ENOMEM. => len > 0, a multiple of
 * PAGE_SIZE */
__must_check int vma_find_hole_below(struct vma_list *vmas, size_t len,
                                     vaddr_t low, vaddr_t high, vaddr_t *out);
__must_check int vma_find_hole_above(struct vma_list *vmas, size_t len,
                                     vaddr_t low, vaddr_t high, vaddr_t *out);

#endif
