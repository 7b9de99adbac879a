/* SPDX-License-Identifier: MIT */
/*
 * The page cache: get, read, write, resize.
 *
 * The cache holds one reference on each of its pages. A page that leaves the
 * cache (truncation, reclaim) has file.cache set to NULL; whoever still holds
 * a reference may finish with it.
 *
 * Locks: cache->lock guards the tree and the pages' membership. No lock is held
 * while a page is read from its file: the page is filled first and inserted
 * afterwards; if two threads read the same page, the second copy is dropped.
 *
 * Read next: mm/pagetree.c, where the pages are kept; mm/filemap.c;
 * kernel/fs, which implements read_page.
 */
#include "mm/pagecache.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "mm/commit.h"
#include "mm/filemap.h"
#include "mm/pagetree.h"
#include "mm/vmstat.h"

/* Caches whose clean pages can be read again. */
static struct list reclaimable = LIST_INIT(reclaimable);
static struct spinlock reclaimable_lock = SPINLOCK_INIT;
static struct atomic64 promised; /* A: pages, of all caches */

/* Takes up to `max` of the pages [first, end) out and frees them: clean ones
 * that nobody else holds, or if max is SIZE_MAX some of all. How many. */
static size_t drop_some(struct page_cache *cache, uint64_t first, uint64_t end,
                        size_t max)
{
    struct page *pages[32];
    struct pagetree_sweep sweep = {.first = first,
                                   .end = end,
                                   .clean_only = max != SIZE_MAX,
                                   .max = MIN(max, ARRAY_SIZE(pages)),
                                   .pages = pages};

    spin_lock(&cache->lock);
    pagetree_sweep(cache, &sweep);
    spin_unlock(&cache->lock);
    if (pagecache_counts_pages(cache))
        commit_uncharge(sweep.npages);
    page_put_array(pages, sweep.npages);
    return sweep.npages;
}

static void drop_pages(struct page_cache *cache, uint64_t first, uint64_t end)
{
    while (drop_some(cache, first, end, SIZE_MAX) != 0)
        continue;
}

void pagecache_create(struct page_cache *cache,
                      const struct page_cache_ops *ops, uint64_t size,
                      bool is_reclaimable)
{
    *cache = (struct page_cache){.ops = ops,
                                 .size = size,
                                 .store_size = size,
                                 .seals = F_SEAL_SEAL,
                                 .reclaimable = is_reclaimable};
    spin_init(&cache->lock);
    spin_init(&cache->mappings_lock);
    list_init(&cache->mappings);
    list_init(&cache->all);
    if (!is_reclaimable)
        return;
    spin_lock(&reclaimable_lock);
    list_push_back(&reclaimable, &cache->all);
    spin_unlock(&reclaimable_lock);
}

void pagecache_destroy(struct page_cache *cache)
{
    ASSERT(list_empty(&cache->mappings) && cache->nwriters == 0);
    if (cache->reclaimable) {
        spin_lock(&reclaimable_lock);
        list_remove(&cache->all);
        spin_unlock(&reclaimable_lock);
    }
    drop_pages(cache, 0, UINT64_MAX);
    ASSERT(cache->npages == 0);
    commit_uncharge(cache->promised);
    atomic64_add(&promised, -(int64_t)cache->promised);
}

int pagecache_promise(struct page_cache *cache, size_t npages)
{
    if (!commit_charge(NULL, npages))
        return -ENOMEM;
    cache->promised = npages;
    atomic64_add(&promised, (int64_t)npages);
    return 0;
}

size_t pagecache_promised(void)
{
    return (size_t)atomic64_load(&promised);
}

/* The file's length in pages. */
static uint64_t size_in_pages(const struct page_cache *cache)
{
    uint64_t size = READ_ONCE(cache->size);

    return (size >> PAGE_SHIFT) + ((size & PAGE_MASK) != 0);
}

/* Does the page come from the store below? */
static bool is_stored(const struct page_cache *cache, uint64_t index)
{
    return cache->ops->read_page != NULL &&
           index << PAGE_SHIFT < READ_ONCE(cache->store_size);
}

/* A page with index's contents that is not in the cache yet. *read: it came
 * from the store, all that is there. */
static int read_new_page(struct page_cache *cache, uint64_t index,
                         struct page **out, bool *read)
{
    int err;

    *read = is_stored(cache, index);
    if (!*read)
        return page_alloc_zeroed(PAGE_FILE, out);
    err = page_alloc(PAGE_FILE, out);
    if (err != 0)
        return err;
    err = cache->ops->read_page(cache, index, *out);
    if (err != 0)
        page_put(*out);
    return err;
}

/* Looks index up; NULL if it is not cached. */
static struct page *find_page(struct page_cache *cache, uint64_t index)
{
    struct page *page;

    spin_lock(&cache->lock);
    page = pagetree_lookup(cache, index);
    if (page != NULL)
        page_get(page);
    spin_unlock(&cache->lock);
    return page;
}

/* Clears what of a page from the store does not count. Only here is it known: a
 * truncation may have come since the page was read, even if the file has grown
 * again. It sets store_size before it takes the lock to look for pages. */
static void cut_locked(struct page_cache *cache, uint64_t index,
                       struct page *page)
{
    uint64_t store = READ_ONCE(cache->store_size), start = index << PAGE_SHIFT;
    uint64_t valid = store > start ? store - start : 0;

    ASSERT(spin_is_locked(&cache->lock));
    if (valid < PAGE_SIZE)
        memset((char *)page_address(page) + valid, 0, PAGE_SIZE - valid);
}

/* 0, -ENOMEM, or -ENOSPC if the page may not be promised. */
static int add_page_locked(struct page_cache *cache, uint64_t index,
                           struct page *page)
{
    const size_t charge = pagecache_counts_pages(cache);
    int err;

    if (!commit_charge(NULL, charge))
        return -ENOSPC;
    err = pagetree_insert(cache, index, page);
    if (err != 0)
        commit_uncharge(charge);
    return err;
}

/* Inserts the new page unless another is there by now; the one that is in the
 * cache in the end, with a reference for the caller. read: as read_new_page
 * said. */
static int insert_new_page(struct page_cache *cache, uint64_t index,
                           struct page *page, bool read, struct page **out)
{
    struct page *other;
    int err = 0;

    spin_lock(&cache->lock);
    other = pagetree_lookup(cache, index);
    if (other != NULL)
        page_get(other);
    else if (index >= size_in_pages(cache))
        err = -ENXIO;
    else
        err = add_page_locked(cache, index, page);
    if (read && other == NULL && err == 0)
        cut_locked(cache, index, page);
    spin_unlock(&cache->lock);
    if (other != NULL || err != 0)
        page_put(page);
    *out = other != NULL ? other : page;
    return err;
}

int pagecache_get_page(struct page_cache *cache, uint64_t index,
                       struct page **out, bool *major)
{
    struct page *page;
    bool read;
    int err;

    if (index >= size_in_pages(cache))
        return -ENXIO;
    *out = find_page(cache, index);
    if (*out != NULL)
        return 0;
    err = read_new_page(cache, index, &page, &read);
    if (err != 0)
        return err;
    if (major != NULL)
        *major = read;
    return insert_new_page(cache, index, page, read, out);
}

void pagecache_find_pages(struct page_cache *cache, uint64_t index, size_t n,
                          struct page *pages[])
{
    uint64_t end = size_in_pages(cache);

    spin_lock(&cache->lock);
    for (size_t i = 0; i < n; i++) {
        pages[i] = index + i < end ? pagetree_lookup(cache, index + i) : NULL;
        if (pages[i] != NULL)
            page_get(pages[i]);
    }
    spin_unlock(&cache->lock);
}

void pagecache_mark_dirty(struct page *page)
{
    __atomic_fetch_or(&page->flags, PAGETREE_DIRTY, __ATOMIC_RELAXED);
}

/* Moves up to len bytes between buf and the page that holds offset. */
static ssize_t copy_piece(struct page_cache *cache, uint64_t offset, void *buf,
                          size_t len, bool write)
{
    size_t within = offset & PAGE_MASK;
    size_t n = MIN(len, PAGE_SIZE - within);
    struct page *page;
    int err = pagecache_get_page(cache, offset >> PAGE_SHIFT, &page, NULL);
    char *data;

    if (err != 0)
        return err;
    data = (char *)page_address(page) + within;
    if (write) {
        pagecache_mark_dirty(page);
        memcpy(data, buf, n);
    } else {
        memcpy(buf, data, n);
    }
    page_put(page);
    return (ssize_t)n;
}

static ssize_t copy_all(struct page_cache *cache, uint64_t offset, void *buf,
                        size_t len, bool write)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = copy_piece(cache, offset + done, (char *)buf + done,
                               len - done, write);

        if (n < 0)
            return done != 0 ? (ssize_t)done : n;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

ssize_t pagecache_read(struct page_cache *cache, uint64_t offset, void *buf,
                       size_t len)
{
    uint64_t size = READ_ONCE(cache->size);

    if (offset >= size)
        return 0;
    return copy_all(cache, offset, buf, MIN(len, size - offset), false);
}

ssize_t pagecache_write(struct page_cache *cache, uint64_t offset,
                        const void *buf, size_t len)
{
    return copy_all(cache, offset, (void *)buf, len, true);
}

/* Bytes [start, end) of the page, counted from its start, become zero. */
static void zero_bytes(struct page *page, size_t start, size_t end)
{
    pagecache_mark_dirty(page);
    memset((char *)page_address(page) + start, 0, end - start);
}

/* The bytes past the new end, in the page that it falls into, become zero. A
 * page that is not cached is cut when it is read: store_size. */
static void zero_tail(struct page_cache *cache, uint64_t size)
{
    size_t within = size & PAGE_MASK;
    struct page *page;

    page = within != 0 ? find_page(cache, size >> PAGE_SHIFT) : NULL;
    if (page == NULL)
        return;
    zero_bytes(page, within, PAGE_SIZE);
    page_put(page);
}

void pagecache_resize(struct page_cache *cache, uint64_t size)
{
    uint64_t old = READ_ONCE(cache->size);
    uint64_t first;

    WRITE_ONCE(cache->size, size);
    if (size >= old)
        return;
    WRITE_ONCE(cache->store_size, MIN(cache->store_size, size));
    first = size_in_pages(cache);
    drop_pages(cache, first, UINT64_MAX);
    filemap_zap(cache, &(struct filemap_part){first, UINT64_MAX, true});
    zero_tail(cache, size);
}

/* The page's bytes [start, end) become zero, if the file has it. A hole stays
 * one. */
static int zero_part(struct page_cache *cache, uint64_t start, uint64_t end)
{
    const uint64_t index = start >> PAGE_SHIFT;
    struct page *page;
    int err;

    if (start >= end)
        return 0;
    page = find_page(cache, index);
    if (page == NULL) {
        if (!is_stored(cache, index))
            return 0;
        err = pagecache_get_page(cache, index, &page, NULL);
        if (err != 0)
            return err == -ENXIO ? 0 : err;
    }
    zero_bytes(page, start & PAGE_MASK, (start & PAGE_MASK) + (end - start));
    page_put(page);
    return 0;
}

/* Pages that would be read from the store below again are cleared in place.
 * *first: the first one that need not be. */
static int clear_stored(struct page_cache *cache, uint64_t *first, uint64_t end)
{
    int err = 0;

    for (; *first < end && is_stored(cache, *first) && err == 0; ++*first)
        err =
            zero_part(cache, *first << PAGE_SHIFT, (*first + 1) << PAGE_SHIFT);
    return err;
}

int pagecache_punch(struct page_cache *cache, uint64_t first, uint64_t end)
{
    int err = clear_stored(cache, &first, MIN(end, size_in_pages(cache)));

    if (err != 0)
        return err;
    drop_pages(cache, first, end);
    filemap_zap(cache, &(struct filemap_part){first, end, false});
    return 0;
}

int pagecache_zero(struct page_cache *cache, uint64_t start, uint64_t end)
{
    const uint64_t first = ROUND_UP(start, PAGE_SIZE);
    const uint64_t last = ROUND_DOWN(end, PAGE_SIZE);
    int err;

    if (first > last)
        return zero_part(cache, start, end);
    err = zero_part(cache, start, MIN(first, end));
    if (err == 0)
        err = zero_part(cache, last, end);
    if (err == 0 && first < last)
        err = pagecache_punch(cache, first >> PAGE_SHIFT, last >> PAGE_SHIFT);
    return err;
}

size_t pagecache_reclaim(size_t n)
{
    struct page_cache *cache;
    size_t freed = 0;

    spin_lock(&reclaimable_lock);
    list_for_each_entry (cache, &reclaimable, all) {
        size_t round;

        do {
            round = drop_some(cache, 0, UINT64_MAX, n - freed);
            freed += round;
        } while (round != 0 && freed < n);
        if (freed >= n)
            break;
    }
    spin_unlock(&reclaimable_lock);
    vmstat_add(VM_RECLAIMED, freed);
    return freed;
}

void pagecache_init(void)
{
    pagetree_init();
}
