/* SPDX-License-Identifier: MIT */
/*
 * Physical frames: one struct page for each, and the page allocator
 * (mm/buddy.c).
 *
 * A frame is free, or in use with a reference count of at least 1 by somebody
 * of the given kind. The last page_put frees it. Frames the allocator never
 * owned (firmware, kernel image) are PAGE_RESERVED for ever.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"
#include "mm/layout.h"

#define PAGE_MAX_ORDER 10 /* largest block: 4 MiB */

/* Who uses a frame; also the index of its counter. */
enum page_use {
    PAGE_FREE,     /* in the buddy lists or a CPU's cache */
    PAGE_RESERVED, /* not the allocator's */
    PAGE_KERNEL,   /* kernel data not told apart below */
    PAGE_SLAB,
    PAGE_STACK, /* kernel stacks */
    PAGE_TABLE, /* page tables */
    PAGE_ANON,  /* private anonymous memory of programs */
    PAGE_FILE,  /* the page cache: files, shared memory */
    PAGE_USES,
};

struct page_cache;

struct page {
    struct atomic refs; /* 0 when free */
    uint8_t use;        /* C while allocated: enum page_use */
    uint8_t order;      /* C while allocated: of the block, in its first page */
    uint16_t flags;     /* PAGE_FLAG_*: by the owner's lock */
    union {
        struct list free_link; /* B: PAGE_FREE */
        struct {               /* PAGE_TABLE; mm/pagetable.c */
            struct spinlock lock;
            uint32_t nentries; /* T: entries not zero */
        } table;
        struct { /* PAGE_FILE; mm/pagecache.c */
            struct page_cache *cache;
            uint64_t index; /* in pages from the file's start */
        } file;
        struct { /* PAGE_SLAB; mm/slab.c */
            void *slab;
        } slab;
        struct list link;  /* any other use: the owner's */
        uint64_t owner[3]; /* any other use: the owner's */
    };
    uint32_t check; /* V: references that vmck has found */
    uint32_t pad[7];
}; /* V: vmck only; B: the buddy's lock; T: table.lock */

_Static_assert(sizeof(struct page) == 64, "one cache line");

extern struct page *page_array; /* C: indexed by frame number */
extern size_t page_array_len;   /* C: frames up to the highest RAM */

static inline uint64_t page_to_pfn(const struct page *page)
{
    return (uint64_t)(page - page_array);
}

static inline struct page *pfn_to_page(uint64_t pfn)
{
    return &page_array[pfn];
}

static inline paddr_t page_to_phys(const struct page *page)
{
    return PADDR(page_to_pfn(page) << PAGE_SHIFT);
}

static inline struct page *phys_to_page(paddr_t pa)
{
    return &page_array[pa.v >> PAGE_SHIFT];
}

/* Where the kernel sees a physical address of RAM. */
static inline void *phys_to_virt(paddr_t pa)
{
    return (void *)(pa.v + DIRECT_MAP);
}

static inline paddr_t virt_to_phys(const void *va)
{
    return PADDR((uint64_t)va - DIRECT_MAP);
}

static inline void *page_address(const struct page *page)
{
    return phys_to_virt(page_to_phys(page));
}

static inline struct page *virt_to_page(const void *va)
{
    return phys_to_page(virt_to_phys(va));
}

/*
 * Early memory: before page_init, from boot_info's RAM below 4 GiB (which the
 * boot page tables map). Zeroed, never freed; panics when there is none.
 */
void *early_alloc(size_t size, size_t align);

/* Builds page_array and hands all free RAM to the buddy allocator.
 * => called once, the direct map is complete */
void page_init(void);

/*
 * One frame, or 2^order contiguous and naturally aligned ones, with one
 * reference. Contents undefined, or zeroed (_zeroed).
 *   => any context but interrupt handlers; does not sleep
 *   => 0, or -ENOMEM after reclaim (page_set_reclaim) found nothing
 */
__must_check int page_alloc(enum page_use use, struct page **out);
__must_check int page_alloc_zeroed(enum page_use use, struct page **out);
__must_check int page_alloc_order(enum page_use use, unsigned order,
                                  struct page **out);

static inline void page_get(struct page *page)
{
    atomic_inc(&page->refs);
}

/* Gives one reference back; the last frees the frame (the whole block). */
void page_put(struct page *page);

/* Frees many frames at once whose last reference the caller holds: chained
 * through `link`, order 0. One lock round for the lot. */
void page_free_list(struct list *pages);

/* Registers what frees clean cached memory when frames run out: tries to
 * free about n frames, returns how many. Called without spinlocks held.
 * Allocations made with preemption disabled do not call it. */
void page_set_reclaim(size_t (*reclaim)(size_t n));

/* Counts, all CPUs' caches included. */
size_t page_count(enum page_use use);
size_t page_total(void); /* frames the allocator manages */
/* Free blocks of each order, for /proc/buddyinfo. */
void page_free_blocks(size_t counts[PAGE_MAX_ORDER + 1]);

/* Makes page_alloc fail when its n-th call from now comes (0: never);
 * for tests of out-of-memory paths. */
void page_fail_after(uint64_t n);

void page_zero(void *va);                  /* PAGE_SIZE bytes */
void page_copy(void *dst, const void *src); /* PAGE_SIZE bytes */

#endif
