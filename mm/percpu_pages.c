/* SPDX-License-Identifier: MIT */
/*
 * page_alloc and page_put: each CPU keeps a stack of free frames, so that
 * nearly every request is a few instructions on memory of its own. The free
 * blocks (mm/buddy.c) are asked for, and given, many frames at a time.
 *
 *     page_alloc <--- | frames of this CPU | <--- refill --- | free blocks |
 *     page_put   ---> |     (a stack)      | --- spill --->  |             |
 *     blocks, and long runs of frames, go past the stack  <->
 *
 * A refill's frames come off the stack in rising order. So memory touched in
 * order lies in contiguous frames; when it is unmapped, page_put_array gives
 * whole runs to the free blocks without merging them frame by frame.
 *
 * When memory is short (buddy_nfree at BUDDY_RESERVE), freed frames do not
 * stay on stacks, and only the kernel may have what is left.
 *
 * Invariants (page_check_free_lists):
 *   I1  a frame on a stack is PAGE_HEAD_FREE (and poisoned or not)
 *   I2  summed over the CPUs, counts[use] is the number of frames in that use
 *
 * Locks: each stack has its own, so that page_drain can empty them all. Any
 * spinlock -> a stack's -> buddy_lock.
 *
 * Read next: mm/slab.c.
 */
#include "kernel/abi/errno.h"
#include "mm/buddy.h"
#include "mm/mm.h"
#include "mm/vmstat.h"

#define STACK_FRAMES 256
#define REFILL_FRAMES 32
#define SPILL_FRAMES 64
#define RUN_FRAMES 16     /* a run at least this long goes past the stack */
#define RECLAIM_FRAMES 64 /* what a reclaim is asked for */
#define RECLAIM_TRIES 4

struct cpu_pages {
    struct spinlock lock;
    uint32_t n;                /* L: frames on the stack, < STACK_FRAMES */
    int64_t counts[PAGE_USES]; /* L: taken less given back here, by use */
    struct page *frames[STACK_FRAMES]; /* L */
} __aligned(64);                       /* L: lock */

static struct cpu_pages stacks[MAX_CPUS];
/* Their addresses: loading one is cheaper than computing it again and again. */
static struct cpu_pages *stack_of[MAX_CPUS] __ro_after_init;
static size_t (*reclaim_fn)(size_t n);           /* C after mm_init */
static void (*take_back_fn)(struct page *block); /* C after mm_init */

void percpu_pages_init(void)
{
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
        spin_init(&stacks[cpu].lock);
        stack_of[cpu] = &stacks[cpu];
    }
}

/* Any CPU's stack would do; this one's lock is not contended. */
static __always_inline struct cpu_pages *my_stack(void)
{
    return stack_of[cpu_id()];
}

void page_set_reclaim(size_t (*reclaim)(size_t n))
{
    reclaim_fn = reclaim;
}

void page_set_take_back(void (*take_back)(struct page *block))
{
    take_back_fn = take_back;
}

static bool memory_is_short(void)
{
    return READ_ONCE(buddy_nfree) < BUDDY_RESERVE;
}

/* Frames that must stay free when one is given to this use. */
static size_t reserve_for(enum page_use use)
{
    return use == PAGE_ANON || use == PAGE_FILE ? BUDDY_RESERVE : 0;
}

/* ---- taking ---- */

static __always_inline void take_frame(struct page *page, uint64_t head)
{
    if (unlikely(page->head != PAGE_HEAD_FREE))
        page_check_taken(page);
    page->head = head;
}

/* Puts frames on the stack; below the reserve no more than the one that the
 * kernel needs. */
static __noinline void refill_locked(struct cpu_pages *stack, enum page_use use)
{
    stack->n = (uint32_t)buddy_take_frames(stack->frames, REFILL_FRAMES,
                                           BUDDY_RESERVE);
    if (stack->n == 0 && reserve_for(use) == 0)
        stack->n = (uint32_t)buddy_take_frames(stack->frames, 1, 0);
}

/* A free frame for this use, counted; NULL if there is none. */
static __always_inline struct page *pop_frame(enum page_use use)
{
    struct cpu_pages *stack = my_stack();
    struct page *page = NULL;

    spin_lock(&stack->lock);
    if (unlikely(stack->n == 0))
        refill_locked(stack, use);
    if (likely(stack->n != 0)) {
        page = stack->frames[--stack->n];
        stack->counts[use]++;
    }
    spin_unlock(&stack->lock);
    return page;
}

/* After a request found nothing for the tries-th time: gathers or frees
 * memory; false if that is no use. */
static __noinline bool find_memory(unsigned tries)
{
    bool freed = tries == 0;

    if (tries > 0 && tries <= RECLAIM_TRIES && reclaim_fn != NULL &&
        preempt_enabled())
        freed = reclaim_fn(RECLAIM_FRAMES) != 0;
    page_drain();
    return freed;
}

/* The stack is empty, and so were the free blocks. */
static __noinline struct page *pop_frame_after_search(enum page_use use)
{
    struct page *page = NULL;

    for (unsigned tries = 0; page == NULL && find_memory(tries); tries++)
        page = pop_frame(use);
    return page;
}

/* page_alloc without the detour of *out; NULL when memory is out. */
static __always_inline struct page *alloc_frame(enum page_use use)
{
    struct page *page;

    if (page_must_fail())
        return NULL;
    page = pop_frame(use);
    if (unlikely(page == NULL)) {
        page = pop_frame_after_search(use);
        if (page == NULL)
            return NULL;
    }
    take_frame(page, PAGE_HEAD(1, use, 0, 0));
    vmstat_inc(VM_PGALLOC);
    return page;
}

int page_alloc(enum page_use use, struct page **out)
{
    struct page *page = alloc_frame(use);

    if (unlikely(page == NULL))
        return -ENOMEM;
    *out = page;
    return 0;
}

int page_alloc_zeroed(enum page_use use, struct page **out)
{
    struct page *page = alloc_frame(use);

    if (unlikely(page == NULL))
        return -ENOMEM;
    page_zero(page_address(page));
    vmstat_inc(VM_PAGES_ZEROED);
    *out = page;
    return 0;
}

static __noinline void count(enum page_use use, int64_t n)
{
    struct cpu_pages *stack = my_stack();

    spin_lock(&stack->lock);
    stack->counts[use] += n;
    spin_unlock(&stack->lock);
}

int page_alloc_order(enum page_use use, unsigned order, struct page **out)
{
    struct page *block = NULL;

    if (order == 0)
        return page_alloc(use, out);
    ASSERT(order <= PAGE_MAX_ORDER);
    if (page_must_fail())
        return -ENOMEM;
    for (unsigned tries = 0; block == NULL; tries++) {
        block = buddy_take_block(order, reserve_for(use));
        if (block == NULL && !find_memory(tries))
            return -ENOMEM;
    }
    for (size_t i = 1; i < 1UL << order; i++)
        take_frame(block + i, PAGE_HEAD(0, use, PAGE_NO_ORDER, 0));
    take_frame(block, PAGE_HEAD(1, use, order, 0));
    count(use, (int64_t)(1UL << order));
    vmstat_add(VM_PGALLOC, 1UL << order);
    *out = block;
    return 0;
}

void page_split_block(struct page *block)
{
    const size_t n = 1UL << block->order;
    const unsigned use = block->use;

    ASSERT(atomic_load(&block->refs) == 1);
    for (size_t i = 0; i < n; i++)
        WRITE_ONCE(block[i].head, PAGE_HEAD(1, use, 0, 0));
}

/* ---- giving back ---- */

static void mark_free(struct page *page)
{
    if (unlikely(vmck_enabled))
        page_mark_poisoned(page);
    else
        page->head = PAGE_HEAD_FREE;
}

/* Makes room: the frames that have been on the stack longest go, or all of
 * them if memory is short. */
static __noinline void spill_locked(struct cpu_pages *stack)
{
    uint32_t n = memory_is_short() ? stack->n : SPILL_FRAMES;

    buddy_give_frames(stack->frames, n);
    stack->n -= n;
    for (uint32_t i = 0; i < stack->n; i++)
        stack->frames[i] = stack->frames[n + i];
}

static __noinline void free_block(struct page *block)
{
    size_t n = 1UL << block->order;

    ASSERT(block->order <= PAGE_MAX_ORDER);
    count(block->use, -(int64_t)n);
    for (size_t i = 0; i < n; i++)
        mark_free(block + i);
    buddy_give_run(block, n);
    vmstat_add(VM_PGFREE, n);
}

void page_free_last(struct page *page)
{
    struct cpu_pages *stack = my_stack();
    unsigned use = page->use;

    if (unlikely(page->refs.v != 0 || use <= PAGE_RESERVED))
        panic("frame %#lx is put by somebody who has no reference: use %u, "
              "%d references",
              page_to_pfn(page), use, page->refs.v);
    if (page->order != 0) {
        (use == PAGE_HUGETLB ? take_back_fn : free_block)(page);
        return;
    }
    mark_free(page);
    spin_lock(&stack->lock);
    stack->counts[use]--;
    stack->frames[stack->n++] = page;
    if (unlikely(stack->n == STACK_FRAMES || memory_is_short()))
        spill_locked(stack);
    spin_unlock(&stack->lock);
    vmstat_inc(VM_PGFREE);
}

/* Takes n contiguous frames, marked free, that were in this use. */
static void free_run(struct page *first, size_t n, unsigned use)
{
    struct cpu_pages *stack = my_stack();
    bool bypass = n >= RUN_FRAMES || memory_is_short();

    spin_lock(&stack->lock);
    stack->counts[use] -= (int64_t)n;
    if (!bypass && stack->n + n >= STACK_FRAMES)
        spill_locked(stack);
    for (size_t i = n; !bypass && i-- > 0;)
        stack->frames[stack->n++] = first + i;
    spin_unlock(&stack->lock);
    if (bypass)
        buddy_give_run(first, n);
    vmstat_add(VM_PGFREE, n);
}

/* The caller's is the last reference on a single frame. Nobody can come by
 * another: that takes one to start from. So no atomic operation is needed. */
static bool is_last_of_single(uint64_t head)
{
    return (head & PAGE_HEAD(~0U, 0, 0xff, 0)) == PAGE_HEAD(1, 0, 0, 0);
}

/* Marks the contiguous frames at the start of pages free that are as the first
 * one is; how many. */
static size_t mark_run_free(struct page *const *pages, size_t n, uint64_t head)
{
    struct page *const *end = pages + n, *const *at = pages;
    struct page *frame = *pages;

    do {
        frame->head = PAGE_HEAD_FREE;
        frame++;
        at++;
    } while (at < end && *at == frame && READ_ONCE(frame->head) == head);
    if (unlikely(vmck_enabled))
        for (struct page *page = *pages; page < frame; page++)
            page_mark_poisoned(page);
    return (size_t)(at - pages);
}

void page_put_array(struct page *const *pages, size_t n)
{
    size_t i = 0;

    while (i < n) {
        struct page *first = pages[i];
        uint64_t head = READ_ONCE(first->head);
        unsigned use = first->use;
        size_t len;

        if (!is_last_of_single(head)) {
            page_put(first);
            i++;
            continue;
        }
        ASSERT(use > PAGE_RESERVED);
        len = mark_run_free(pages + i, n - i, head);
        free_run(first, len, use);
        i += len;
    }
}

void page_free_list(struct list *pages)
{
    while (!list_empty(pages)) {
        struct page *page = list_first(pages, struct page, link);

        list_remove(&page->link);
        page_put(page);
    }
}

/* ---- all CPUs ---- */

void page_drain(void)
{
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
        struct cpu_pages *stack = &stacks[cpu];

        if (READ_ONCE(stack->n) == 0)
            continue;
        spin_lock(&stack->lock);
        buddy_give_frames(stack->frames, stack->n);
        stack->n = 0;
        spin_unlock(&stack->lock);
    }
}

static size_t count_in_use(enum page_use use)
{
    int64_t n = 0;

    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        n += READ_ONCE(stacks[cpu].counts[use]);
    return (size_t)MAX(n, 0L); /* others may be halfway through a change */
}

size_t page_count(enum page_use use)
{
    size_t used = 0;

    if (use == PAGE_RESERVED)
        return page_array_len - page_managed;
    if (use != PAGE_FREE)
        return count_in_use(use);
    for (unsigned other = PAGE_KERNEL; other < PAGE_USES; other++)
        used += count_in_use(other);
    return page_managed - MIN(used, page_managed);
}

void page_check_free_lists(void)
{
    size_t nfree = 0;

    for (size_t pfn = 0; pfn < page_array_len; pfn++)
        page_array[pfn].check = 0;
    buddy_check();
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        for (uint32_t i = 0; i < stacks[cpu].n; i++)
            stacks[cpu].frames[i]->check++;
    for (size_t pfn = 0; pfn < page_array_len; pfn++) {
        struct page *page = &page_array[pfn];

        if (page->check != (page->use == PAGE_FREE))
            panic("frame %#zx has use %u, but is %u times among the free ones",
                  pfn, page->use, page->check);
        if (page->use == PAGE_FREE && page->refs.v != 0)
            panic("frame %#zx is free, but has %d references", pfn,
                  page->refs.v);
        nfree += page->check;
        page->check = 0;
    }
    ASSERT(nfree == page_count(PAGE_FREE));
}
