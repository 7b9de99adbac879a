/* SPDX-License-Identifier: MIT */
/*
 * Verifies mm/pagecache.c and pagetree.c: files with and without a store below,
 * read, written, resized and reclaimed at random, against arrays of bytes.
 */
#include <string.h>

#include "kernel/abi/errno.h"
#include "mm/pagecache.h"
#include "tools/hosttest/mm_host.h"
#include "tools/hosttest/test.h"

#define FILES 3
#define SIZE_MAX_BYTES (80 * PAGE_SIZE)
#define STEPS 20000

static struct file {
    struct page_cache cache;
    size_t size, stored; /* bytes; of the store as it was created */
    uint8_t model[SIZE_MAX_BYTES];
    uint8_t store[SIZE_MAX_BYTES];
} files[FILES];

static int reads;
static bool fail_reads;

static int read_page(struct page_cache *cache, uint64_t index,
                     struct page *page)
{
    struct file *file = container_of(cache, struct file, cache);

    CHECK(index << PAGE_SHIFT < file->stored);
    if (fail_reads)
        return -EIO;
    memcpy(page_address(page), file->store + (index << PAGE_SHIFT), PAGE_SIZE);
    reads++;
    return 0;
}

static const struct page_cache_ops stored_ops = {read_page};
static const struct page_cache_ops memory_ops = {NULL};

static void create(struct file *file, bool stored)
{
    memset(file, 0, sizeof(*file));
    file->size = rnd_below(SIZE_MAX_BYTES);
    file->stored = stored ? file->size : 0;
    for (size_t i = 0; i < file->stored; i++)
        file->model[i] = file->store[i] = (uint8_t)rnd();
    pagecache_create(&file->cache, stored ? &stored_ops : &memory_ops,
                     file->size, stored);
}

static void step_read(struct file *file)
{
    static uint8_t buf[3 * PAGE_SIZE];
    size_t at = rnd_below(SIZE_MAX_BYTES), len = rnd_below(sizeof(buf));
    size_t expected = at >= file->size ? 0 : MIN(len, file->size - at);

    CHECK_EQ(pagecache_read(&file->cache, at, buf, len), expected);
    CHECK(memcmp(buf, file->model + at, expected) == 0);
}

static void step_write(struct file *file)
{
    static uint8_t buf[3 * PAGE_SIZE];
    size_t at, len;

    if (file->size == 0)
        return;
    at = rnd_below(file->size);
    len = MIN(rnd_below(sizeof(buf)), file->size - at);
    memset(buf, (int)rnd(), len);
    CHECK_EQ(pagecache_write(&file->cache, at, buf, len), len);
    memcpy(file->model + at, buf, len);
}

static void step_resize(struct file *file)
{
    size_t size = rnd_below(SIZE_MAX_BYTES);

    if (rnd_once_in(3))
        size = ROUND_DOWN(size, PAGE_SIZE);
    pagecache_resize(&file->cache, size);
    if (size < file->size)
        memset(file->model + size, 0, file->size - size);
    file->size = size;
}

static void step_page(struct file *file)
{
    uint64_t index = rnd_below(SIZE_MAX_BYTES >> PAGE_SHIFT);
    size_t start = index << PAGE_SHIFT;
    struct page *page, *again;
    bool major = false;
    int before = reads;

    if (start >= file->size) {
        CHECK_EQ(pagecache_get_page(&file->cache, index, &page, &major),
                 -ENXIO);
        return;
    }
    CHECK_EQ(pagecache_get_page(&file->cache, index, &page, &major), 0);
    CHECK(major == (reads > before));
    CHECK(memcmp(page_address(page), file->model + start, PAGE_SIZE) == 0);
    CHECK(page->file.cache == &file->cache && page->file.index == index);
    pagecache_find_pages(&file->cache, index, 1, &again);
    CHECK(again == page);
    page_put(again);
    page_put(page);
}

static void step_failing(struct file *file)
{
    uint64_t index = rnd_below(SIZE_MAX_BYTES >> PAGE_SHIFT);
    struct page *page;
    int err;

    if (rnd_once_in(4))
        fail_reads = true;
    else
        ram_fail_after(1 + rnd_below(3));
    err = pagecache_get_page(&file->cache, index, &page, NULL);
    ram_fail_after(0);
    if (err == 0)
        page_put(page);
    else
        CHECK(err == -ENOMEM || err == -ENXIO || (fail_reads && err == -EIO));
    fail_reads = false;
}

static void step(void)
{
    struct file *file = &files[rnd_below(FILES)];

    switch (rnd_below(8)) {
    case 0:
    case 1: step_read(file); break;
    case 2:
    case 3: step_write(file); break;
    case 4: step_page(file); break;
    case 5: step_failing(file); break;
    case 6:
        if (rnd_once_in(4))
            step_resize(file);
        break;
    case 7:
        if (rnd_once_in(10))
            pagecache_reclaim(rnd_below(60));
        break;
    }
}

static void check_npages(void)
{
    size_t npages = 0;

    for (int i = 0; i < FILES; i++)
        npages += files[i].cache.npages;
    CHECK_EQ(page_count(PAGE_FILE), npages);
}

/* A far index makes the tree high; a clean page goes when asked. */
static void far_apart(void)
{
    struct file *file = &files[0];
    uint64_t far = (1UL << 62) / PAGE_SIZE - 1;
    uint64_t word = 5;

    pagecache_destroy(&file->cache);
    create(file, false);
    pagecache_resize(&file->cache, 1UL << 62);
    CHECK_EQ(pagecache_write(&file->cache, far << PAGE_SHIFT, &word, 8), 8);
    CHECK_EQ(pagecache_write(&file->cache, 0, &word, 8), 8);
    word = 0;
    CHECK_EQ(pagecache_read(&file->cache, far << PAGE_SHIFT, &word, 8), 8);
    CHECK_EQ(word, 5);
    CHECK_EQ(file->cache.npages, 2);
    pagecache_resize(&file->cache, PAGE_SIZE);
    CHECK_EQ(file->cache.npages, 1);
    pagecache_resize(&file->cache, 0);
    CHECK(file->cache.root == NULL);
}

void test_main(void)
{
    vmck_enabled = true;
    mm_host_init(12);
    for (int i = 0; i < FILES; i++)
        create(&files[i], i != 1);
    for (int i = 0; i < STEPS; i++) {
        step();
        if (i % 100 == 0)
            check_npages();
    }
    far_apart();
    while (pagecache_reclaim(1000) != 0)
        ;
    for (int i = 0; i < FILES; i++)
        pagecache_destroy(&files[i].cache);
    CHECK_EQ(page_count(PAGE_FILE), 0);
    page_check_free_lists();
}
