/* SPDX-License-Identifier: MIT */
/*
 * Verifies the page allocator (mm/page.c, buddy.c, percpu_pages.c): random
 * allocations of all orders against a list of what is held, until memory runs
 * out and back; that everything merges again; failures on demand; what vmck
 * sees of frames used after they were freed.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/abi/errno.h"
#include "mm/buddy.h"
#include "mm/mm.h"
#include "mm/vmstat.h"
#include "tools/hosttest/ram.h"
#include "tools/hosttest/test.h"

#define RAM_MIB 24
#define HELD_MAX 8000
#define STEPS 60000

struct held {
    struct page *page;
    unsigned order;
    enum page_use use;
    int refs;
    uint64_t mark; /* in the first and last word of each frame */
};

static struct held held[HELD_MAX];
static size_t nheld, frames_by_use[PAGE_USES];
static size_t initial_blocks[PAGE_MAX_ORDER + 1];
static bool *is_held; /* by frame number */

static void mark_frames(const struct held *h)
{
    for (size_t i = 0; i < 1UL << h->order; i++) {
        uint64_t *words = page_address(h->page + i);

        words[0] = words[511] = h->mark + i;
    }
}

static void check_marks(const struct held *h)
{
    for (size_t i = 0; i < 1UL << h->order; i++) {
        uint64_t *words = page_address(h->page + i);

        CHECK_EQ(words[0], h->mark + i);
        CHECK_EQ(words[511], h->mark + i);
    }
}

/* Enters a fresh block in the list. */
static void hold(struct page *page, unsigned order, enum page_use use)
{
    uint64_t pfn = page_to_pfn(page);

    CHECK((pfn & ((1UL << order) - 1)) == 0);
    CHECK(pfn + (1UL << order) <= page_array_len);
    CHECK_EQ(page->refs.v, 1);
    CHECK_EQ(page->order, order);
    for (size_t i = 0; i < 1UL << order; i++) {
        CHECK(!is_held[pfn + i]);
        CHECK_EQ(page[i].use, use);
        CHECK(i == 0 || page[i].order == PAGE_NO_ORDER);
        is_held[pfn + i] = true;
    }
    held[nheld] = (struct held){page, order, use, 1, rnd()};
    mark_frames(&held[nheld]);
    nheld++;
    frames_by_use[use] += 1UL << order;
}

/* Takes entry i off the list before its last reference goes. */
static struct page *let_go(size_t i)
{
    struct held h = held[i];

    check_marks(&h);
    for (size_t k = 0; k < 1UL << h.order; k++)
        is_held[page_to_pfn(h.page) + k] = false;
    frames_by_use[h.use] -= 1UL << h.order;
    held[i] = held[--nheld];
    return h.page;
}

static enum page_use random_use(void)
{
    return PAGE_KERNEL + (enum page_use)rnd_below(PAGE_HUGETLB - PAGE_KERNEL);
}

static bool step_alloc(void)
{
    unsigned order = rnd_once_in(4) ? (unsigned)rnd_below(7) : 0;
    enum page_use use = random_use();
    struct page *page;

    if (nheld == HELD_MAX || page_alloc_order(use, order, &page) != 0)
        return false;
    hold(page, order, use);
    return true;
}

static void step_zeroed(void)
{
    struct page *page;

    if (nheld == HELD_MAX || page_alloc_zeroed(PAGE_ANON, &page) != 0)
        return;
    CHECK_EQ(page_find_other(page_address(page), 0), PAGE_SIZE / 8);
    hold(page, 0, PAGE_ANON);
}

static void step_put(void)
{
    size_t i;

    if (nheld == 0)
        return;
    i = rnd_below(nheld);
    if (rnd_once_in(8)) {
        page_get(held[i].page);
        held[i].refs++;
    } else if (held[i].refs > 1) {
        page_put(held[i].page);
        held[i].refs--;
    } else {
        page_put(let_go(i));
    }
}

/* Runs of frames, as an unmapped area's are: some still have other owners. */
static void step_run(void)
{
    struct page *pages[300];
    size_t n = 0, first = nheld, want = rnd_below(300);
    bool rising = !rnd_once_in(4); /* as tlb.c gathers them */

    while (n < want && nheld < HELD_MAX &&
           page_alloc(PAGE_ANON, &pages[n]) == 0)
        hold(pages[n++], 0, PAGE_ANON);
    n = 0;
    for (size_t i = nheld; i-- > first;) {
        if (rnd_once_in(50)) {
            page_get(held[i].page);
            pages[n++] = held[i].page; /* our reference stays */
        } else if (!rnd_once_in(50)) {
            pages[n++] = let_go(i);
        }
    }
    for (size_t i = 0; rising && i < n / 2; i++) {
        struct page *swap = pages[i];

        pages[i] = pages[n - 1 - i];
        pages[n - 1 - i] = swap;
    }
    page_put_array(pages, n);
}

static void step_list(void)
{
    struct list pages = LIST_INIT(pages);

    for (int k = 0; k < 5 && nheld > 0; k++) {
        size_t i = rnd_below(nheld);

        if (held[i].refs == 1)
            list_push_back(&pages, &let_go(i)->link);
    }
    page_free_list(&pages);
}

static void check_counts(void)
{
    size_t used = 0;

    for (unsigned use = PAGE_KERNEL; use < PAGE_USES; use++) {
        CHECK_EQ(page_count(use), frames_by_use[use]);
        used += frames_by_use[use];
    }
    CHECK_EQ(page_count(PAGE_FREE), page_total() - used);
    CHECK_EQ(vmstat_sum(VM_PGALLOC) - vmstat_sum(VM_PGFREE), used);
    page_check_free_lists();
}

static void free_all(void)
{
    while (nheld > 0) {
        for (; held[nheld - 1].refs > 1; held[nheld - 1].refs--)
            page_put(held[nheld - 1].page);
        page_put(let_go(nheld - 1));
    }
}

/* With all frames back, the blocks are what they were at the start. */
static void check_all_merged(void)
{
    size_t blocks[PAGE_MAX_ORDER + 1];

    page_drain();
    page_free_blocks(blocks);
    for (unsigned order = 0; order <= PAGE_MAX_ORDER; order++)
        CHECK_EQ(blocks[order], initial_blocks[order]);
    check_counts();
}

static void random_steps(int steps)
{
    size_t wanted = 0;

    for (int i = 0; i < steps; i++) {
        if (i % 1000 == 0)
            wanted = rnd_below(HELD_MAX / 2);
        if (rnd_below(nheld + wanted + 1) < wanted)
            rnd_once_in(3) ? step_zeroed() : (void)step_alloc();
        else
            step_put();
        if (rnd_once_in(100))
            step_run();
        if (rnd_once_in(50))
            step_list();
        if (rnd_once_in(500))
            page_drain();
        if (i % 500 == 0)
            check_counts();
    }
}

/* ---- running out ---- */

static int reclaim_calls, reclaim_gives;

static size_t reclaim(size_t n)
{
    size_t freed = 0;

    CHECK(n > 0);
    reclaim_calls++;
    for (; reclaim_gives > 0 && nheld > 0; reclaim_gives--) {
        struct held *h = &held[nheld - 1];

        for (; h->refs > 1; h->refs--)
            page_put(h->page);
        page_put(let_go(nheld - 1));
        freed++;
    }
    return freed;
}

static void fill_with(enum page_use use)
{
    struct page *page;

    while (nheld < HELD_MAX && page_alloc(use, &page) == 0)
        hold(page, 0, use);
    CHECK(nheld < HELD_MAX);
}

static void running_out(void)
{
    struct page *page;

    page_set_reclaim(reclaim);
    reclaim_calls = 0;
    fill_with(PAGE_ANON);
    CHECK(reclaim_calls > 0);
    /* The kernel's share is left, nearly to the frame. */
    CHECK(page_count(PAGE_FREE) >= BUDDY_RESERVE - 1 &&
          page_count(PAGE_FREE) <= BUDDY_RESERVE + 1);
    CHECK_EQ(page_alloc(PAGE_FILE, &page), -ENOMEM);
    CHECK_EQ(page_alloc_order(PAGE_ANON, 1, &page), -ENOMEM);
    fill_with(PAGE_TABLE);
    CHECK_EQ(page_count(PAGE_FREE), 0);
    check_counts();
    /* One frame comes back: the kernel's again. */
    reclaim_gives = 1;
    CHECK_EQ(page_alloc(PAGE_KERNEL, &page), 0);
    hold(page, 0, PAGE_KERNEL);
    CHECK_EQ(reclaim_gives, 0);
    page_put(let_go(nheld - 1));
    CHECK_EQ(page_alloc(PAGE_ANON, &page), -ENOMEM);
    /* Without sleep there is no reclaim. */
    preempt_disable();
    reclaim_calls = 0;
    CHECK_EQ(page_alloc(PAGE_ANON, &page), -ENOMEM);
    CHECK_EQ(reclaim_calls, 0);
    preempt_enable();
    page_set_reclaim(NULL);
    free_all();
    check_all_merged();
}

static void failing_on_demand(void)
{
    struct page *page;

    for (uint64_t n = 1; n < 5; n++) {
        ram_fail_after(n);
        for (uint64_t i = 1; i < n; i++) {
            CHECK_EQ(page_alloc_order(PAGE_KERNEL, i % 2, &page), 0);
            page_put(page);
        }
        CHECK_EQ(page_alloc_order(PAGE_KERNEL, n % 2, &page), -ENOMEM);
        CHECK_EQ(page_alloc(PAGE_KERNEL, &page), 0);
        page_put(page);
    }
    ram_fail_after(1);
    ram_fail_after(0);
    CHECK_EQ(page_alloc(PAGE_KERNEL, &page), 0);
    page_put(page);
}

/* ---- what is noticed ---- */

static struct page *freed_frame(void)
{
    struct page *page;

    CHECK_EQ(page_alloc(PAGE_ANON, &page), 0);
    page_put(page);
    return page;
}

static void alloc_again(void)
{
    struct page *page;
    int err = page_alloc(PAGE_ANON, &page); /* off the top of the stack */

    (void)err;
}

static void misuse(void)
{
    struct page *page = freed_frame();
    uint64_t *words = page_address(page), word = words[77];

    words[77] = 1;
    EXPECT_PANIC("written to after it was freed: at offset 0x268",
                 alloc_again());
    words[77] = word;
    page = freed_frame();
    EXPECT_PANIC("no reference", page_put(page));
    EXPECT_PANIC("no reference", page_put(pfn_to_page(0)));
}

void test_main(void)
{
    ram_init(RAM_MIB);
    is_held = calloc(page_array_len, 1);
    page_free_blocks(initial_blocks);
    CHECK(page_total() > RAM_MIB * 230 && page_total() < RAM_MIB * 256);
    check_all_merged();
    random_steps(STEPS);
    failing_on_demand();
    free_all();
    check_all_merged();
    running_out();
    vmck_enabled = true;
    random_steps(STEPS / 10);
    free_all();
    check_all_merged();
    free(is_held);
    misuse(); /* leaves things broken */
}
