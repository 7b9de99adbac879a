/* SPDX-License-Identifier: MIT */
/*
 * The buddy allocator (Knowlton, "A fast storage allocator", CACM 1965; Knuth,
 * "The Art of Computer Programming", vol. 1, 2.5): free frames in naturally
 * aligned blocks of 2^order.
 *
 *      order 3   [ . . . . . . . . ]        a block splits into two buddies,
 *      order 2   [ . . . . ][ . . . . ]     whose frame numbers differ in one
 *      order 1   [ . . ][ . . ]             bit, and they merge again when both
 *      order 0   [ . ][ . ]                 are free
 *
 * Invariants (page_check_free_lists):
 *   I1  of a free block only the first frame has an order in its head; it is on
 *       the list of that order
 *   I2  two buddies are never both free blocks of the same order below the
 *       largest: they would be one block
 *   I3  nblocks, buddy_nfree and the mask of orders agree with the lists
 *
 * Locks: buddy_lock guards all of it. It is innermost but for the log's.
 *
 * Read next: mm/percpu_pages.c, through which nearly all requests come.
 */
#include "mm/buddy.h"

static struct spinlock buddy_lock = SPINLOCK_INIT;
static struct list free_lists[PAGE_MAX_ORDER + 1]; /* B: by free_link */
static size_t nblocks[PAGE_MAX_ORDER + 1];         /* B: the lists' lengths */
static uint32_t orders;                            /* B: lists not empty */
size_t buddy_nfree;

#define HEAD_FLAGS PAGE_HEAD(0, 0, 0, 0xffff)

/* Everything in a head but the flags: a block of this order on its list. */
static uint64_t block_head(unsigned order)
{
    return PAGE_HEAD(0, PAGE_FREE, order, 0);
}

static void set_order(struct page *page, unsigned order)
{
    WRITE_ONCE(page->head, (page->head & HEAD_FLAGS) | block_head(order));
}

void buddy_init(void)
{
    for (unsigned order = 0; order <= PAGE_MAX_ORDER; order++)
        list_init(&free_lists[order]);
}

static void push_locked(struct page *block, unsigned order)
{
    set_order(block, order);
    list_push_front(&free_lists[order], &block->free_link);
    orders |= 1U << order;
    nblocks[order]++;
}

static void unlink_locked(struct page *block, unsigned order)
{
    list_remove(&block->free_link);
    if (--nblocks[order] == 0)
        orders &= ~(1U << order);
    set_order(block, PAGE_NO_ORDER);
}

/* A block of exactly this order, cut from the smallest that is large enough;
 * NULL if there is none. The lower part is taken, so that blocks cut one after
 * another rise. */
static struct page *take_locked(unsigned order)
{
    uint32_t candidates = orders >> order << order;
    struct page *block;
    unsigned have;

    /* LAB buddy: split */
    if (candidates == 0)
        return NULL;
    have = (unsigned)__builtin_ctz(candidates);
    block = list_first(&free_lists[have], struct page, free_link);
    unlink_locked(block, have);
    while (have > order) {
        have--;
        push_locked(block + (1UL << have), have);
    }
    buddy_nfree -= 1UL << order;
    return block;
    /* END LAB */
}

static void give_locked(uint64_t pfn, unsigned order)
{
    /* LAB buddy: merge */
    buddy_nfree += 1UL << order;
    for (; order < PAGE_MAX_ORDER; order++) {
        uint64_t buddy = pfn ^ 1UL << order;

        if (buddy >= page_array_len ||
            (pfn_to_page(buddy)->head & ~HEAD_FLAGS) != block_head(order))
            break;
        unlink_locked(pfn_to_page(buddy), order);
        pfn &= buddy;
    }
    push_locked(pfn_to_page(pfn), order);
    /* END LAB */
}

/* floor(log2(n)) => n > 0 */
static unsigned log2_of(uint64_t n)
{
    return 63U - (unsigned)__builtin_clzl(n);
}

size_t buddy_take_frames(struct page **frames, size_t max, size_t keep)
{
    size_t got = 0;

    spin_lock(&buddy_lock);
    while (got < max && buddy_nfree > keep) {
        unsigned wanted = log2_of(MIN(max - got, buddy_nfree - keep));
        /* In as few pieces as can be: what is used one after another is freed
         * so, and long runs are quickly freed (page_put_array). */
        unsigned order = MIN(wanted, log2_of(orders));
        struct page *block = take_locked(order);

        for (size_t i = 1UL << order; i-- > 0;)
            frames[got++] = block + i;
    }
    spin_unlock(&buddy_lock);
    return got;
}

struct page *buddy_take_block(unsigned order, size_t keep)
{
    struct page *block = NULL;

    spin_lock(&buddy_lock);
    if (buddy_nfree >= keep + (1UL << order))
        block = take_locked(order);
    spin_unlock(&buddy_lock);
    return block;
}

void buddy_give_run(struct page *first, size_t n)
{
    uint64_t pfn = page_to_pfn(first);

    spin_lock(&buddy_lock);
    while (n > 0) {
        /* The bit beyond PAGE_MAX_ORDER caps frame 0's alignment too. */
        unsigned aligned =
            (unsigned)__builtin_ctzl(pfn | 1UL << PAGE_MAX_ORDER);
        unsigned order = MIN(aligned, log2_of(n));

        give_locked(pfn, order);
        pfn += 1UL << order;
        n -= 1UL << order;
    }
    spin_unlock(&buddy_lock);
}

void buddy_give_frames(struct page *const *frames, size_t n)
{
    spin_lock(&buddy_lock);
    for (size_t i = 0; i < n; i++)
        give_locked(page_to_pfn(frames[i]), 0);
    spin_unlock(&buddy_lock);
}

void buddy_add(uint64_t pfn, size_t n)
{
    buddy_give_run(pfn_to_page(pfn), n);
}

void page_free_blocks(size_t counts[PAGE_MAX_ORDER + 1])
{
    spin_lock(&buddy_lock);
    for (unsigned order = 0; order <= PAGE_MAX_ORDER; order++)
        counts[order] = nblocks[order];
    spin_unlock(&buddy_lock);
}

/* One free block: I1 and I2; counts its frames. */
static void check_block(struct page *block, unsigned order)
{
    uint64_t pfn = page_to_pfn(block), buddy = pfn ^ 1UL << order;

    ASSERT((pfn & ((1UL << order) - 1)) == 0);
    ASSERT(pfn + (1UL << order) <= page_array_len);
    ASSERT((block->head & ~HEAD_FLAGS) == block_head(order));
    for (size_t i = 1; i < 1UL << order; i++)
        ASSERT((block[i].head & ~HEAD_FLAGS) == PAGE_HEAD_FREE);
    ASSERT(order == PAGE_MAX_ORDER || buddy >= page_array_len ||
           (pfn_to_page(buddy)->head & ~HEAD_FLAGS) != block_head(order));
    for (size_t i = 0; i < 1UL << order; i++)
        block[i].check++;
}

void buddy_check(void)
{
    size_t frames = 0;
    struct page *block;

    spin_lock(&buddy_lock);
    for (unsigned order = 0; order <= PAGE_MAX_ORDER; order++) {
        size_t n = 0;

        list_for_each_entry (block, &free_lists[order], free_link) {
            check_block(block, order);
            n++;
        }
        ASSERT(n == nblocks[order]);
        ASSERT((n != 0) == ((orders >> order & 1) != 0));
        frames += n << order;
    }
    ASSERT(frames == buddy_nfree);
    spin_unlock(&buddy_lock);
}
