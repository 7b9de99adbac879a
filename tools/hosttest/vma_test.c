/* SPDX-License-Identifier: MIT */
/*
 * Verifies mm/vma.c against an array of pages: 100,000 random operations, each
 * as mmap, munmap and mprotect use the list. After each of them the list, the
 * tree and its gaps are proved to be right (I1 to I5 of vma.c), and searches
 * for holes are compared with looking at every page.
 */
#include <stdlib.h>
#include <string.h>

#include "mm/vma.h"
#include "tools/hosttest/test.h"

#define STEPS 100000
#define PAGES 1200 /* more than STACK_GUARD_GAP */
#define BASE 0x10000UL

struct model_page {
    bool mapped;
    uint32_t flags;
    const void *file;
    uint64_t pgoff;
};

static struct model_page model[PAGES];
static struct vma_list vmas;
static char files[3];

/* ---- what mm/mmap.c does with the list ---- */

static struct vma *merge(struct vma *vma)
{
    struct vma *prev = vma_prev(&vmas, vma), *next = vma_next(&vmas, vma);

    if (next != NULL && vma_can_merge(vma, next)) {
        vma_merge(&vmas, vma, next);
        free(next);
    }
    if (prev != NULL && vma_can_merge(prev, vma)) {
        vma_merge(&vmas, prev, vma);
        free(vma);
        vma = prev;
    }
    return vma;
}

static void split_at(vaddr_t at)
{
    struct vma *vma = vma_find(&vmas, at);

    if (vma != NULL && vma->start < at)
        vma_split(&vmas, vma, malloc(sizeof(*vma)), at);
}

static void unmap(vaddr_t start, vaddr_t end)
{
    struct vma *vma;

    split_at(start);
    split_at(end);
    while ((vma = vma_find_overlap(&vmas, start, end)) != NULL) {
        vma_remove(&vmas, vma);
        free(vma);
    }
}

static void map(vaddr_t start, vaddr_t end, uint32_t flags, void *file,
                uint64_t pgoff)
{
    const struct vma_kind kind = {.flags = flags, .file = file, .pgoff = pgoff};
    struct vma *next, *prev, *vma;

    unmap(start, end);
    next = vma_find(&vmas, start);
    prev = next == NULL ? vma_last(&vmas) : vma_prev(&vmas, next);
    if (vma_can_append(prev, start, &kind)) {
        vma_set_range(&vmas, prev, prev->start, end);
        merge(prev);
    } else if (vma_can_prepend(next, start, end, &kind)) {
        vma_set_range(&vmas, next, start, next->end);
    } else {
        vma = malloc(sizeof(*vma));
        memset(vma, 0x5a, sizeof(*vma));
        vma->start = start;
        vma->end = end;
        vma->flags = flags;
        vma->file = file;
        vma->pgoff = pgoff;
        vma->anon = 0;
        vma->anon_inherited = vma->has_huge = vma->tracked = false;
        vma_insert(&vmas, vma);
    }
}

static void protect(vaddr_t start, vaddr_t end, uint32_t access)
{
    struct vma *vma;

    while (start < end && (vma = vma_find_overlap(&vmas, start, end)) != NULL) {
        vaddr_t stop = MIN(end, vma->end);

        start = MAX(start, vma->start);
        split_at(start);
        split_at(stop);
        vma = vma_find(&vmas, start);
        vma->flags = (vma->flags & ~VM_ACCESS) | access;
        merge(vma);
        start = stop;
    }
}

/* ---- proofs ---- */

static size_t max_gap(struct rbnode *node)
{
    return node == NULL ? 0 : rb_entry(node, struct vma, node)->max_gap;
}

static void check_list(void)
{
    struct rbnode *node = rb_first(&vmas.tree);
    struct vma *vma, *prev = NULL;
    size_t count = 0;

    vma_for_each (vma, &vmas) {
        vaddr_t floor = prev == NULL ? 0 : prev->end;
        vaddr_t ceiling = vma_start_gap(vma);
        size_t below =
            MAX(max_gap(vma->node.child[0]), max_gap(vma->node.child[1]));

        CHECK(node == &vma->node);
        CHECK(vma->start < vma->end && floor <= vma->start);
        CHECK_EQ(vma->gap, ceiling > floor ? ceiling - floor : 0);
        CHECK_EQ(vma->max_gap, MAX(vma->gap, below));
        CHECK(vma_prev(&vmas, vma) == prev);
        node = rb_next(node);
        prev = vma;
        count++;
    }
    CHECK(node == NULL && vma_last(&vmas) == prev);
    CHECK_EQ(vmas.count, count);
}

static vaddr_t page_address(size_t i)
{
    return BASE + i * PAGE_SIZE;
}

static void check_pages(void)
{
    for (size_t i = 0; i < PAGES; i++) {
        struct vma *vma =
            vma_find_overlap(&vmas, page_address(i), page_address(i + 1));

        CHECK((vma != NULL) == model[i].mapped);
        if (vma == NULL)
            continue;
        CHECK_EQ(vma->flags, model[i].flags);
        CHECK(vma->file == model[i].file);
        CHECK_EQ(vma_pgoff(vma, page_address(i)), model[i].pgoff);
    }
}

/* Neighbouring areas that could be one, are. */
static void check_merged(void)
{
    struct vma *vma, *prev = NULL;

    vma_for_each (vma, &vmas) {
        if (prev != NULL && vma_can_merge(prev, vma))
            FAIL("areas %#lx-%#lx and %#lx-%#lx are not merged", prev->start,
                 prev->end, vma->start, vma->end);
        prev = vma;
    }
}

/* ---- holes ---- */

/* Page i is free and out of reach of a stack above. */
static void find_usable(bool usable[PAGES])
{
    size_t clear = STACK_GUARD_GAP >> PAGE_SHIFT, next = SIZE_MAX;
    bool grows = false;

    for (size_t i = PAGES; i-- > 0;) {
        if (model[i].mapped) {
            /* The area's lowest page decides. */
            next = i;
            grows = (model[i].flags & VM_GROWSDOWN) != 0;
        }
        usable[i] = !model[i].mapped &&
                    (next == SIZE_MAX || !grows || next - i > clear);
    }
}

static bool fits(const bool usable[PAGES], size_t at, size_t npages)
{
    for (size_t i = at; i < at + npages; i++)
        if (!usable[i])
            return false;
    return true;
}

static void check_holes(void)
{
    size_t low = rnd_below(PAGES), high = low + rnd_below(PAGES - low + 1);
    size_t npages = 1 + rnd_below(rnd_once_in(2) ? 10 : 200);
    size_t lowest = SIZE_MAX, highest = SIZE_MAX;
    bool usable[PAGES];
    vaddr_t found = 0;
    int err;

    find_usable(usable);
    for (size_t at = low; at + npages <= high; at++) {
        if (!fits(usable, at, npages))
            continue;
        lowest = MIN(lowest, at);
        highest = at;
    }
    err = vma_find_hole_below(&vmas, npages * PAGE_SIZE, page_address(low),
                              page_address(high), &found);
    CHECK((err == 0) == (highest != SIZE_MAX));
    CHECK(err != 0 || found == page_address(highest));
    err = vma_find_hole_above(&vmas, npages * PAGE_SIZE, page_address(low),
                              page_address(high), &found);
    CHECK((err == 0) == (lowest != SIZE_MAX));
    CHECK(err != 0 || found == page_address(lowest));
}

/* ---- steps ---- */

static uint32_t random_access(void)
{
    return (uint32_t)rnd_below(3);
}

static void step_map(size_t at, size_t npages)
{
    static const uint32_t kinds[] = {0, 0, 0, VM_SHARED, VM_GROWSDOWN};
    uint32_t flags = random_access() | kinds[rnd_below(5)];
    void *file = rnd_once_in(2) ? NULL : &files[rnd_below(3)];
    uint64_t pgoff =
        file == NULL ? page_address(at) >> PAGE_SHIFT : at + rnd_below(2);

    map(page_address(at), page_address(at + npages), flags, file, pgoff);
    for (size_t i = 0; i < npages; i++)
        model[at + i] = (struct model_page){true, flags, file, pgoff + i};
}

static void step_unmap(size_t at, size_t npages)
{
    unmap(page_address(at), page_address(at + npages));
    for (size_t i = 0; i < npages; i++)
        model[at + i].mapped = false;
}

static void step_protect(size_t at, size_t npages)
{
    uint32_t access = random_access();

    protect(page_address(at), page_address(at + npages), access);
    for (size_t i = 0; i < npages; i++)
        model[at + i].flags = (model[at + i].flags & ~VM_ACCESS) | access;
}

static void step(void)
{
    size_t at = rnd_below(PAGES);
    size_t most = MIN((size_t)PAGES - at, rnd_once_in(20) ? 300UL : 20UL);
    size_t npages = 1 + rnd_below(most);

    switch (rnd_below(5)) {
    case 0:
    case 1: step_map(at, npages); break;
    case 2:
    case 3: step_unmap(at, npages); break;
    case 4: step_protect(at, npages); break;
    }
}

void test_main(void)
{
    vma_list_init(&vmas);
    for (int i = 0; i < STEPS; i++) {
        step();
        check_list();
        if (i % 16 == 0)
            check_pages();
        if (i % 4 == 0)
            check_holes();
        check_merged();
    }
    step_unmap(0, PAGES);
    check_list();
    CHECK_EQ(vmas.count, 0);
}
