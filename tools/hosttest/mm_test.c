/* SPDX-License-Identifier: MIT */
/*
 * Verifies address spaces as a program sees them: random mmap, munmap,
 * mprotect, brk, fork, truncation, reads and writes, by a CPU with a TLB
 * (mm_host.c), against a model that knows nothing of page tables
 * (mm_model.c): for each page what is mapped there and the words it must hold.
 * Allocations fail now and then. vmck is on; at the end every frame must be
 * back.
 */
#include <string.h>

#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/slab.h"
#include "tools/hosttest/mm_host.h"
#include "tools/hosttest/mm_model.h"
#include "tools/hosttest/test.h"

#define STEPS 60000

static void step_access(void)
{
    struct space *space = rnd_once_in(8) ? &spaces[rnd_below(SPACES)] : current;
    size_t i = rnd_once_in(5) ? AREA_PAGES + rnd_below(HEAP_PAGES)
                              : rnd_below(AREA_PAGES);

    if (space->mm == NULL)
        return;
    tell_to_fail(30);
    access_page(space, i, (enum mm_access)rnd_below(3));
}

/* ---- mmap, munmap, mprotect ---- */

static void random_range(size_t *at, size_t *npages)
{
    *at = rnd_below(AREA_PAGES);
    *npages = rnd_once_in(20) ? AREA_PAGES : 12;
    *npages = 1 + rnd_below(MIN(AREA_PAGES - *at, *npages));
}

static void model_unmap(size_t at, size_t npages)
{
    for (size_t i = at; i < at + npages; i++)
        current->pages[i] = (struct model_page){.object = -1};
}

/* Invents a request of npages; the object that it will map, -1 if none. */
static int invent_request(struct mmap_request *req, size_t npages)
{
    const bool large = npages > OBJECT_PAGES;
    int object = large || rnd_once_in(2) ? -1 : (int)rnd_below(FILES);

    req->prot = large ? PROT_READ | PROT_WRITE : (int)rnd_below(8);
    req->len = npages * PAGE_SIZE - rnd_below(PAGE_SIZE);
    req->flags = !large && rnd_once_in(3) ? MAP_SHARED : MAP_PRIVATE;
    if (object >= 0) {
        req->file = &objects[object].file;
        req->offset = rnd_below(OBJECT_PAGES) * PAGE_SIZE;
    } else if (req->flags == MAP_SHARED) {
        object = find_unused_object();
        if (object < 0)
            req->flags = MAP_PRIVATE;
    }
    /* Populating writable private memory copies the file's pages at once, so
     * that later writes to the file are not seen: not what the model does. */
    if (rnd_once_in(8) && (object < 0 || req->flags == MAP_SHARED ||
                           (req->prot & PROT_WRITE) == 0))
        req->flags |= MAP_POPULATE;
    return object;
}

static int expected_error(const struct mmap_request *req)
{
    if (req->file != NULL && (req->flags & MAP_SHARED) &&
        !req->file->writable && (req->prot & PROT_WRITE))
        return -EACCES;
    return 0;
}

static void model_map(size_t at, size_t npages, const struct mmap_request *req,
                      int object)
{
    if (object >= FILES) {
        memset(objects[object].now, 0, sizeof(objects[object].now));
        objects[object].size = npages * PAGE_SIZE;
    }
    for (size_t i = 0; i < npages; i++)
        current->pages[at + i] =
            (struct model_page){.mapped = true,
                                .shared = (req->flags & MAP_SHARED) != 0,
                                .prot = req->prot,
                                .object = object,
                                .index = req->offset / PAGE_SIZE + i};
}

static bool is_free(size_t at, size_t npages)
{
    for (size_t i = at; i < at + npages; i++)
        if (current->pages[i].mapped)
            return false;
    return true;
}

/* A range that fits the file, so that the model has a content for each page. */
static void step_map(void)
{
    struct mmap_request req = {0};
    size_t at, npages;
    vaddr_t got = 0;
    int object, err;

    random_range(&at, &npages);
    if (rnd_once_in(10)) /* room for large pages */
        npages = AREA_PAGES - at;
    else
        npages = MIN(npages, (size_t)OBJECT_PAGES);
    object = invent_request(&req, npages);
    if (req.file != NULL)
        req.offset = MIN(req.offset, (OBJECT_PAGES - npages) * PAGE_SIZE);
    req.addr = page_va(at);
    if (!rnd_once_in(4))
        req.flags |= rnd_once_in(4) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
    tell_to_fail(10);
    err = mm_mmap(current->mm, &req, &got);
    if (err == -ENOMEM && may_fail)
        return;
    if ((req.flags & MAP_FIXED_NOREPLACE) && !is_free(at, npages)) {
        CHECK_EQ(err, -EEXIST);
        return;
    }
    CHECK_EQ(err, expected_error(&req));
    if (err != 0)
        return;
    if (got == req.addr) {
        model_map(at, npages, &req, object);
        return;
    }
    /* The hint was taken: the area went elsewhere, where it overlaps nothing
     * that the model knows. */
    CHECK((req.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) == 0);
    CHECK(!is_free(at, npages));
    CHECK(got >= AREA_BASE + AREA_PAGES * PAGE_SIZE);
    ram_fail_after(0);
    CHECK_EQ(mm_munmap(current->mm, got, req.len), 0);
}

static void step_unmap(void)
{
    size_t at, npages, areas = current->mm->vmas.count;
    int err;

    random_range(&at, &npages);
    tell_to_fail(3);
    err = mm_munmap(current->mm, page_va(at),
                    npages * PAGE_SIZE - rnd_below(PAGE_SIZE));
    if (err == -ENOMEM && may_fail) {
        CHECK(current->mm->vmas.count <= areas); /* no split is left */
        return;
    }
    CHECK_EQ(err, 0);
    model_unmap(at, npages);
}

/* The rights that mprotect gives before it stops, and its result. */
static int model_protect(size_t at, size_t npages, int prot)
{
    for (size_t i = at; i < at + npages; i++) {
        struct model_page *page = &current->pages[i];

        if (!page->mapped)
            return -ENOMEM;
        if (page->shared && page->object < FILES && (prot & PROT_WRITE) &&
            !objects[page->object].file.writable)
            return -EACCES;
        page->prot = prot;
    }
    return 0;
}

/* Takes over how far an mprotect that ran out of memory came. */
static void learn_rights(size_t at, size_t npages)
{
    for (size_t i = at; i < at + npages; i++) {
        struct vma *vma = vma_find_overlap(&current->mm->vmas, page_va(i),
                                           page_va(i) + PAGE_SIZE);

        CHECK((vma != NULL) == current->pages[i].mapped);
        if (vma != NULL)
            current->pages[i].prot = (int)(vma->flags & VM_ACCESS);
    }
}

static void step_protect(void)
{
    int prot = (int)rnd_below(8), err;
    size_t at, npages;

    random_range(&at, &npages);
    tell_to_fail(10);
    err = mm_mprotect(current->mm, page_va(at), npages * PAGE_SIZE, prot);
    if (err == -ENOMEM && may_fail) {
        learn_rights(at, npages);
        return;
    }
    CHECK_EQ(err, model_protect(at, npages, prot));
}

/* ---- brk ---- */

static size_t heap_pages(vaddr_t brk)
{
    return AREA_PAGES + ((brk - HEAP_BASE + PAGE_MASK) >> PAGE_SHIFT);
}

static void step_brk(void)
{
    vaddr_t brk = HEAP_BASE + rnd_below(HEAP_PAGES * PAGE_SIZE + 1);
    size_t old = heap_pages(current->brk), new = heap_pages(brk);
    vaddr_t result;

    tell_to_fail(10);
    if (rnd_once_in(10)) {
        CHECK_EQ(mm_brk(current->mm, rnd_once_in(2) ? 0 : HEAP_BASE - 1),
                 current->brk);
        return;
    }
    result = mm_brk(current->mm, brk);
    if (result == current->brk && may_fail)
        return;
    CHECK_EQ(result, brk);
    current->brk = brk;
    for (size_t i = old; i < new; i++)
        current->pages[i] = (struct model_page){
            .mapped = true, .prot = PROT_READ | PROT_WRITE, .object = -1};
    if (new < old)
        model_unmap(new, old - new);
}

/* ---- fork and exit ---- */

static void switch_to(struct space *space)
{
    current = space;
    preempt_disable();
    mm_switch(space->mm);
    preempt_enable();
}

static void step_fork(void)
{
    struct space *child = &spaces[rnd_below(SPACES)];
    struct mm *mm = NULL;
    int err;

    if (child->mm != NULL)
        return;
    tell_to_fail(2);
    err = mm_fork(current->mm, &mm);
    if (err == -ENOMEM && may_fail)
        return;
    CHECK_EQ(err, 0);
    *child = *current;
    child->mm = mm;
    if (rnd_once_in(2))
        switch_to(child);
}

static void step_exit(void)
{
    struct space *space = &spaces[rnd_below(SPACES)];

    if (space == current || space->mm == NULL)
        return;
    mm_put(space->mm);
    space->mm = NULL;
}

static void step_switch(void)
{
    struct space *space = &spaces[rnd_below(SPACES)];

    if (space->mm != NULL)
        switch_to(space);
}

/* ---- files from the other side ---- */

static void step_truncate(void)
{
    size_t f = rnd_below(FILES), pages = rnd_below(OBJECT_PAGES);
    struct object *object = &objects[f];

    object->size = pages * PAGE_SIZE + (rnd_once_in(2) ? 100 : 0);
    pagecache_resize(&object->cache, object->size);
    cut_object(object);
    /* Private copies go with the pages that they were made of. */
    for (size_t s = 0; s < SPACES; s++)
        for (size_t i = 0; i < PAGES; i++) {
            struct model_page *page = &spaces[s].pages[i];

            if (page->object == (int)f &&
                page->index * PAGE_SIZE >= object->size)
                page->own = false;
        }
}

static void step_file_io(void)
{
    struct object *object = &objects[rnd_below(FILES)];
    size_t at = rnd_below(OBJECT_PAGES * WORDS);
    uint64_t *now = &object->now[at / WORDS].words[at % WORDS], word = rnd();

    if (at * WORD_STEP + 8 > object->size)
        return;
    if (rnd_once_in(2)) {
        CHECK_EQ(pagecache_write(&object->cache, at * WORD_STEP, &word, 8), 8);
        *now = word;
    } else {
        CHECK_EQ(pagecache_read(&object->cache, at * WORD_STEP, &word, 8), 8);
        CHECK_EQ(word, *now);
    }
}

/* ---- all of it ---- */

static void step(void)
{
    unsigned which = (unsigned)rnd_below(1000);

    if (which < 800)
        step_access();
    else if (which < 850)
        step_map();
    else if (which < 890)
        step_unmap();
    else if (which < 930)
        step_protect();
    else if (which < 940)
        step_brk();
    else if (which < 950)
        step_fork();
    else if (which < 957)
        step_exit();
    else if (which < 970)
        step_switch();
    else if (which < 975)
        step_truncate();
    else if (which < 998)
        step_file_io();
    else
        pagecache_reclaim(rnd_below(50));
    ram_fail_after(0);
    may_fail = false;
}

/* ---- stacks ---- */

static void touch(vaddr_t va, enum mm_fault_result expected)
{
    uint64_t word = 1;

    CHECK_EQ(mm_host_access(va, MM_WRITE, &word), expected);
}

static void stacks(void)
{
    const vaddr_t top = 0x7000000000UL;
    struct mmap_request req = {
        .len = PAGE_SIZE, .prot = PROT_READ, .flags = MAP_PRIVATE | MAP_FIXED};
    vaddr_t got;

    current->mm->limits.stack = 2048 * PAGE_SIZE;
    CHECK_EQ(mm_create_stack(current->mm, top, PROT_READ | PROT_WRITE), 0);
    touch(top - 8, MM_FAULT_OK);
    touch(top - 100 * PAGE_SIZE, MM_FAULT_OK);
    touch(top - 2048 * PAGE_SIZE, MM_FAULT_OK);
    touch(top - 2048 * PAGE_SIZE - 8, MM_FAULT_MAPERR);
    current->mm->limits.stack = UINT64_MAX;
    /* A page that can be read below: growth keeps clear of it. */
    req.addr = top - 4000 * PAGE_SIZE;
    CHECK_EQ(mm_mmap(current->mm, &req, &got), 0);
    touch(req.addr + PAGE_SIZE + STACK_GUARD_GAP - 8, MM_FAULT_MAPERR);
    touch(req.addr + PAGE_SIZE + STACK_GUARD_GAP, MM_FAULT_OK);
    touch(req.addr + 8, MM_FAULT_ACCERR);
    /* A hint within the gap is not taken; MAP_FIXED is. */
    req.addr += 4 * PAGE_SIZE;
    req.flags = MAP_PRIVATE;
    CHECK_EQ(mm_mmap(current->mm, &req, &got), 0);
    CHECK(got != req.addr);
    CHECK_EQ(mm_munmap(current->mm, got, PAGE_SIZE), 0);
    CHECK_EQ(mm_munmap(current->mm, top - 4000 * PAGE_SIZE, 4000 * PAGE_SIZE),
             0);
}

/* ---- an address space that is away while it is flushed ---- */

#define AWAY_ROUNDS 50

static void switch_mm(struct mm *mm)
{
    preempt_disable();
    mm_switch(mm);
    preempt_enable();
}

static void away(void)
{
    struct mmap_request req = {.addr = 0x600000,
                               .len = PAGE_SIZE,
                               .prot = PROT_READ,
                               .flags = MAP_SHARED | MAP_FIXED};
    struct mm *other;
    uint64_t word;
    vaddr_t got;

    CHECK_EQ(mm_create(&other), 0);
    CHECK_EQ(shmem_create("shared", PAGE_SIZE, true, &req.file), 0);
    CHECK_EQ(mm_mmap(current->mm, &req, &got), 0);
    for (int i = 0; i < AWAY_ROUNDS; i++) {
        CHECK_EQ(mm_host_access(got, MM_READ, &word), MM_FAULT_OK);
        switch_mm(other);
        pagecache_resize(req.file->cache, 0);
        switch_mm(current->mm);
        CHECK_EQ(mm_host_access(got, MM_READ, &word), MM_FAULT_BUS);
        pagecache_resize(req.file->cache, PAGE_SIZE);
    }
    CHECK_EQ(mm_munmap(current->mm, got, PAGE_SIZE), 0);
    req.file->ops->put(req.file);
    mm_put(other);
}

static void check_all_back(void)
{
    CHECK_EQ(page_count(PAGE_ANON), 0);
    CHECK_EQ(page_count(PAGE_TABLE), 0);
    for (size_t i = 0; i < FILES; i++) {
        CHECK_EQ(objects[i].refs, 0);
        pagecache_destroy(&objects[i].cache);
    }
    CHECK_EQ(page_count(PAGE_FILE), 0);
    slab_shrink();
    page_check_free_lists();
}

static void create_first_space(void)
{
    CHECK_EQ(mm_create(&spaces[0].mm), 0);
    mm_set_brk(spaces[0].mm, HEAP_BASE);
    spaces[0].brk = HEAP_BASE;
    switch_to(&spaces[0]);
    model_unmap(0, PAGES);
}

void test_main(void)
{
    vmck_enabled = true;
    mm_host_init(24);
    create_files();
    create_first_space();
    stacks();
    away();
    for (int i = 0; i < STEPS; i++) {
        step();
        if (i % 200 == 0)
            check_file_refs();
        if (i % 500 == 0) {
            vmck_check_all();
            for (size_t s = 0; s < SPACES; s++)
                if (spaces[s].mm != NULL)
                    check_space(&spaces[s]);
        }
    }
    for (size_t s = 0; s < SPACES; s++)
        if (spaces[s].mm != NULL)
            mm_put(spaces[s].mm);
    check_all_back();
}
