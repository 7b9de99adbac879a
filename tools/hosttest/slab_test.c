/* SPDX-License-Identifier: MIT */
/*
 * Verifies mm/slab.c and kmalloc.c: random objects of many caches against a
 * list of what is held, all frames back after slab_shrink, failures on demand,
 * and what vmck sees of objects used after they were freed.
 */
#include <stdio.h>
#include <string.h>

#include "mm/mm.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "tools/hosttest/ram.h"
#include "tools/hosttest/test.h"

#define CACHES 12
#define HELD_MAX 3000
#define STEPS 100000

struct held {
    uint8_t *obj;
    size_t size;
    int cache; /* -1: kmalloc */
    uint8_t fill;
};

static struct held held[HELD_MAX];
static size_t nheld;

static struct cache {
    struct slab_cache *slab;
    char name[16];
    size_t size, align, nheld;
} caches[CACHES];
static unsigned first_stats; /* kmalloc's come before */

static void create_caches(void)
{
    static const size_t sizes[CACHES] = {1,   8,   24,   64,   100,  200,
                                         520, 700, 1100, 2688, 4096, 5000};
    struct slab_stats stats;

    while (slab_stats(first_stats, &stats))
        first_stats++;
    for (int i = 0; i < CACHES; i++) {
        struct cache *c = &caches[i];

        sprintf(c->name, "test-%zu", sizes[i]);
        c->size = sizes[i];
        c->align = 1UL << rnd_below(8);
        c->slab = slab_cache_create(c->name, c->size, c->align);
    }
}

static void hold(void *obj, size_t size, int cache)
{
    struct held *h = &held[nheld++];

    *h = (struct held){obj, size, cache, (uint8_t)rnd()};
    memset(obj, h->fill, size);
    if (cache >= 0)
        caches[cache].nheld++;
}

/* Its bytes are what was put there: no other object lies over it. */
static void *let_go(size_t i)
{
    struct held h = held[i];

    for (size_t at = 0; at < h.size; at++)
        if (h.obj[at] != h.fill)
            FAIL("object %p of %zu bytes: byte %zu was overwritten",
                 (void *)h.obj, h.size, at);
    held[i] = held[--nheld];
    if (h.cache >= 0)
        caches[h.cache].nheld--;
    return h.obj;
}

static void step_slab_alloc(void)
{
    int i = (int)rnd_below(CACHES);
    bool zeroed = rnd_once_in(2);
    uint8_t *obj =
        zeroed ? slab_zalloc(caches[i].slab) : slab_alloc(caches[i].slab);

    CHECK(obj != NULL);
    CHECK((uintptr_t)obj % caches[i].align == 0);
    for (size_t at = 0; zeroed && at < caches[i].size; at++)
        CHECK(obj[at] == 0);
    hold(obj, caches[i].size, i);
}

static void step_kmalloc(void)
{
    size_t size = rnd_below(rnd_once_in(10) ? 100000 : 3000);
    bool zeroed = rnd_once_in(2);
    uint8_t *obj = zeroed ? kzalloc(size) : kmalloc(size);
    bool power = size >= 64 && (size & (size - 1)) == 0;

    CHECK(obj != NULL);
    CHECK((uintptr_t)obj % (power ? 64 : 16) == 0);
    for (size_t at = 0; zeroed && at < size; at++)
        CHECK(obj[at] == 0);
    hold(obj, size, -1);
}

static void free_one(size_t i)
{
    int cache = held[i].cache;
    void *obj = let_go(i);

    if (cache < 0)
        kfree(obj);
    else
        slab_free(caches[cache].slab, obj);
}

static void check_stats(void)
{
    struct slab_stats stats;
    size_t frames = 0;

    for (unsigned i = 0; slab_stats(i, &stats); i++)
        frames += stats.frames;
    CHECK_EQ(frames, page_count(PAGE_SLAB));
    for (unsigned i = 0; i < CACHES; i++) {
        CHECK(slab_stats(first_stats + i, &stats));
        CHECK(strcmp(stats.name, caches[i].name) == 0);
        CHECK(stats.object_size >= caches[i].size);
        CHECK_EQ(stats.objects_in_use, caches[i].nheld);
        CHECK(stats.objects_total >= stats.objects_in_use);
    }
    CHECK(!slab_stats(first_stats + CACHES, &stats));
}

static void random_steps(int steps)
{
    size_t wanted = 0;

    for (int i = 0; i < steps; i++) {
        if (i % 2000 == 0)
            wanted = rnd_below(HELD_MAX / 2);
        if (nheld < HELD_MAX && rnd_below(nheld + wanted + 1) < wanted)
            rnd_once_in(3) ? step_kmalloc() : step_slab_alloc();
        else if (nheld > 0)
            free_one(rnd_below(nheld));
        if (i % 500 == 0)
            check_stats();
        if (rnd_once_in(2000))
            slab_shrink();
    }
}

static void check_all_back(size_t kernel_frames)
{
    size_t in_slabs;

    while (nheld > 0)
        free_one(nheld - 1);
    check_stats();
    in_slabs = page_count(PAGE_SLAB);
    CHECK_EQ(slab_shrink(), in_slabs);
    CHECK_EQ(page_count(PAGE_SLAB), 0);
    CHECK_EQ(page_count(PAGE_KERNEL), kernel_frames);
    CHECK_EQ(slab_shrink(), 0);
    page_check_free_lists();
}

static void failing_on_demand(void)
{
    slab_shrink(); /* the next one needs a slab */
    for (uint64_t n = 1; n <= 2; n++) {
        ram_fail_after(n);
        CHECK(slab_alloc(caches[3].slab) == NULL);
    }
    ram_fail_after(1);
    CHECK(kmalloc(10000) == NULL);
    ram_fail_after(1);
    CHECK(kzalloc(10) == NULL);
    CHECK(kmalloc(SIZE_MAX) == NULL);
    CHECK(kmalloc((4UL << 20) + 1) == NULL);
    ram_fail_after(0);
    kfree(NULL);
}

/* Takes all memory in small objects, and gives it back. */
static void running_out(void)
{
    void *first = NULL, **obj;
    size_t n = 0;

    for (; (obj = slab_alloc(caches[5].slab)) != NULL; n++) {
        *obj = first;
        first = obj;
    }
    CHECK(n > page_total() * 15);
    while ((obj = first) != NULL) {
        first = *obj;
        slab_free(caches[5].slab, obj);
    }
}

/* Free objects in slabs that are not empty are used before new slabs. */
static void filling_holes(void)
{
    static void *objs[2000];
    size_t before;

    for (size_t i = 0; i < 2000; i++)
        objs[i] = slab_alloc(caches[3].slab);
    for (size_t i = 0; i < 2000; i += 2)
        slab_free(caches[3].slab, objs[i]);
    slab_shrink();
    before = page_count(PAGE_SLAB);
    for (size_t i = 0; i < 2000; i += 2)
        objs[i] = slab_alloc(caches[3].slab);
    CHECK(page_count(PAGE_SLAB) <= before + 1);
    for (size_t i = 0; i < 2000; i++)
        slab_free(caches[3].slab, objs[i]);
}

static void misuse(void)
{
    uint64_t *obj = slab_alloc(caches[4].slab);

    slab_free(caches[4].slab, obj);
    EXPECT_PANIC("freed twice", slab_free(caches[4].slab, obj));
    obj[3] = 1;
    EXPECT_PANIC("written to after it was freed: at offset 0x18",
                 slab_alloc(caches[4].slab));
    obj = slab_alloc(caches[5].slab);
    EXPECT_PANIC("no object of this cache", slab_free(caches[4].slab, obj));
    EXPECT_PANIC("no object of this cache",
                 slab_free(caches[5].slab, (char *)obj + 8));
    EXPECT_PANIC("no object of this cache",
                 slab_free(caches[5].slab, page_address(pfn_to_page(300))));
}

void test_main(void)
{
    size_t kernel_frames;

    ram_init(24);
    slab_init();
    create_caches();
    kernel_frames = page_count(PAGE_KERNEL);
    random_steps(STEPS);
    check_all_back(kernel_frames);
    running_out();
    check_all_back(kernel_frames);
    filling_holes();
    check_all_back(kernel_frames);
    failing_on_demand();
    check_all_back(kernel_frames);
    vmck_enabled = true; /* no slab is left from before */
    random_steps(STEPS / 5);
    check_all_back(kernel_frames);
    misuse(); /* leaves things broken */
}
