/* SPDX-License-Identifier: MIT */
/*
 * Physical frames: one struct page for each, and the page allocator
 * (mm/buddy.c).
 *
 * A frame is free, or in use with a reference count of at least 1 by somebody
 * of the given kind. The last page_put frees it. Frames the allocator never
 * owned (firmware, kernel image, the first megabyte) are PAGE_RESERVED for
 * ever.
 *
 * Of a block of several frames only the first has references; the others have
 * the same use, no references and PAGE_NO_ORDER.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"
#include "mm/layout.h"

#define PAGE_MAX_ORDER 10  /* largest block: 4 MiB */
#define PAGE_NO_ORDER 0xff /* not the first frame of a block */

/* Who uses a frame; also the index of its counter. */
enum page_use {
    PAGE_FREE,     /* in the buddy lists or a CPU's cache */
    PAGE_RESERVED, /* not the allocator's */
    PAGE_KERNEL,   /* kernel data not told apart below */
    PAGE_SLAB,
    PAGE_STACK,   /* kernel stacks */
    PAGE_TABLE,   /* page tables */
    PAGE_ANON,    /* private anonymous memory of programs */
    PAGE_FILE,    /* the page cache: files, shared memory */
    PAGE_HUGETLB, /* the pool of MAP_HUGETLB, whether in use or not */
    PAGE_USES,
};

/* The allocator's own, on a free frame: it is filled with PAGE_POISON. Owners
 * may use the other bits. */
#define PAGE_FLAG_POISONED (1 << 15)
#define PAGE_POISON 0xf4eedf4eedf4eedfUL

struct mapped_file;
struct page_cache;
struct slab_cache;
struct thread_head;

struct page {
    union {
        struct {
            struct atomic refs; /* 0 when free */
            uint8_t use;        /* C while allocated: enum page_use */
            uint8_t order;      /* C while allocated: of the block */
            uint16_t flags;     /* PAGE_FLAG_*: by the owner's lock */
        };
        uint64_t head; /* all four: mm/buddy.c changes them in one store */
    };
    union {
        struct list free_link; /* B: first of a free block */
        struct {               /* PAGE_TABLE; mm/pagetable.c */
            struct spinlock lock;
            uint32_t nentries; /* T: entries not zero */
        } table;
        struct {                /* PAGE_ANON, a large page's block; mm/huge.c */
            struct page *table; /* for when it is split */
        } huge;
        struct {          /* PAGE_HUGETLB, a block in use; mm/hugetlb.c */
            bool in_file; /* one of its references is a shared file's */
            struct mapped_file *promised; /* its last reference's: or NULL */
        } hugetlb;
        struct { /* PAGE_FILE; mm/pagecache.c */
            struct page_cache *cache;
            uint64_t index; /* in pages from the file's start */
        } file;
        struct { /* PAGE_SLAB; mm/slab.c */
            struct slab_cache *cache;
            struct page *first; /* of the slab's block */
            struct list link;   /* S */
            void *free;         /* S: the first free object */
            uint16_t used;      /* S: objects handed out */
            uint16_t total;     /* objects */
        } slab;
        struct list link;  /* any other use: the owner's */
        uint64_t owner[6]; /* any other use: the owner's */
    };
    uint32_t check; /* V: references that vmck has found */
    uint32_t pad;
}; /* V: vmck only; B: the buddy's lock; S: the slab cache's lock;
      T: table.lock */

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
 * Early memory: before page_init, from boot_info's RAM between 1 MiB and 4 GiB
 * (which the boot page tables map). Zeroed, never freed; panics when there is
 * none. mm/early.c.
 */
void *early_alloc(size_t size, size_t align);

/* Builds page_array and hands all free RAM but the first megabyte (where other
 * CPUs start) to the buddy allocator.
 * => called once, the direct map is complete, vmck_enabled is set */
void page_init(void);

/*
 * One frame, or 2^order contiguous and naturally aligned ones, with one
 * reference. Contents undefined, or zeroed (_zeroed; counts VM_PAGES_ZEROED).
 *   => any context but interrupt handlers; does not sleep
 *   => 0, or -ENOMEM after reclaim (page_set_reclaim) found nothing. For
 *      PAGE_ANON and PAGE_FILE a few frames before the last one: those are the
 *      kernel's, so that it can still act
 */
__must_check int page_alloc(enum page_use use, struct page **out);
__must_check int page_alloc_zeroed(enum page_use use, struct page **out);
__must_check int page_alloc_order(enum page_use use, unsigned order,
                                  struct page **out);

/* The block's frames become single ones, with a reference each.
 * => the caller has its only reference */
void page_split_block(struct page *block);

static inline void page_get(struct page *page)
{
    atomic_inc(&page->refs);
}

/* For page_put: the count has fallen to 0 (asserted). */
void page_free_last(struct page *page);

/* Gives one reference back; the last frees the frame (the whole block).
 * => any context but interrupt handlers; does not sleep */
static inline void page_put(struct page *page)
{
    if (atomic_sub(&page->refs, 1) <= 0)
        page_free_last(page);
}

/* page_put for each of many pages. Much cheaper than one by one, most of all
 * where they lie in rising order next to each other. */
void page_put_array(struct page *const *pages, size_t n);

/* The same for pages chained through `link`. => each has only the caller's
 * reference left, or the link would not be the caller's */
void page_free_list(struct list *pages);

/* Registers what frees clean cached memory when frames run out: tries to
 * free about n frames, returns how many. Called without spinlocks held;
 * the caller may hold any sleeping lock, so it can only try those.
 * Allocations made with preemption disabled do not call it. */
void page_set_reclaim(size_t (*reclaim)(size_t n));

/* Registers who gets a PAGE_HUGETLB block whose last reference is gone: such
 * blocks are not freed. */
void page_set_take_back(void (*take_back)(struct page *block));

/* Counts, all CPUs' caches included. */
size_t page_count(enum page_use use);
size_t page_total(void); /* frames the allocator manages */
/* Free blocks of each order, for /proc/buddyinfo. */
void page_free_blocks(size_t counts[PAGE_MAX_ORDER + 1]);

/* Gives all CPUs' caches of free frames back to the free blocks. */
void page_drain(void);

/* Proves that every free frame is in exactly one free block or CPU's cache and
 * marked so; panics if not. For vmck and the host tests.
 * => nobody else allocates or frees meanwhile */
void page_check_free_lists(void);

/* Makes the n-th allocation of that thread from now fail (0: none), of frames
 * or slab objects alike (an object that needs a new slab counts for both); for
 * tests of out-of-memory paths. Interrupts and preemption do not disturb it. */
void page_fail_after(struct thread_head *thread, uint32_t n);
/* How many it has left; 0: the one to fail has been reached. */
uint32_t page_fail_left(const struct thread_head *thread);

/* mm/page_ops.asm, on whole pages. */
void page_zero(void *va);
void page_copy(void *dst, const void *src);
void page_fill(void *va, uint64_t word);
/* The index of the first word that differs; PAGE_SIZE / 8 if none does. */
size_t page_find_other(const void *va, uint64_t word);

#endif
