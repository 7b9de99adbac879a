/* SPDX-License-Identifier: MIT */
/*
 * The page cache: a tree of 64-way nodes from index to page, one for each
 * file.
 *
 *     height 2:   root [0 . . 63]
 *                   |     |
 *              node [0..63]  node [64..127]     slots hold pages at height 1
 *
 * The cache holds one reference on each of its pages. A page that leaves the
 * cache (truncation, reclaim) has file.cache set to NULL; whoever still holds
 * a reference may finish with it.
 *
 * Locks: cache->lock guards the tree and the pages' membership. No lock is held
 * while a page is read from its file: the page is filled first and inserted
 * afterwards; if two threads read the same page, the second copy is dropped.
 *
 * Read next: mm/filemap.c; kernel/fs, which implements read_page.
 */
#include "mm/pagecache.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "mm/filemap.h"
#include "mm/slab.h"
#include "mm/vmstat.h"

#define RADIX_BITS 6
#define RADIX_SLOTS (1UL << RADIX_BITS)
#define RADIX_MAX_HEIGHT 11 /* 66 bits of index */

#define PAGE_FLAG_DIRTY 1 /* differs from the store below */

struct radix_node {
    void *slots[RADIX_SLOTS]; /* nodes, or at the lowest level pages */
    unsigned nused;           /* slots not NULL */
};

static struct slab_cache *node_slab __ro_after_init;

/* Caches whose clean pages can be read again. */
static struct list reclaimable = LIST_INIT(reclaimable);
static struct spinlock reclaimable_lock = SPINLOCK_INIT;

void pagecache_init(void)
{
    node_slab = slab_cache_create("radix_node", sizeof(struct radix_node), 8);
}

static unsigned slot_of(uint64_t index, unsigned level)
{
    return (index >> (level * RADIX_BITS)) & (RADIX_SLOTS - 1);
}

/* Does a tree of this height have a slot for index? */
static bool height_covers(unsigned height, uint64_t index)
{
    return height >= RADIX_MAX_HEIGHT || index >> (height * RADIX_BITS) == 0;
}

static struct page *lookup_locked(struct page_cache *cache, uint64_t index)
{
    struct radix_node *node = cache->root;

    if (!height_covers(cache->height, index))
        return NULL;
    for (unsigned level = cache->height; level-- > 1 && node != NULL;)
        node = node->slots[slot_of(index, level)];
    return node == NULL ? NULL : node->slots[slot_of(index, 0)];
}

/* Puts another level on top. */
static int grow_locked(struct page_cache *cache)
{
    struct radix_node *node = slab_zalloc(node_slab);

    if (node == NULL)
        return -ENOMEM;
    node->slots[0] = cache->root;
    node->nused = cache->root != NULL;
    cache->root = node;
    cache->height++;
    return 0;
}

/* The lowest node for index, built if need be. */
static int leaf_node_locked(struct page_cache *cache, uint64_t index,
                            struct radix_node **out)
{
    struct radix_node *node;

    while (cache->root == NULL || !height_covers(cache->height, index))
        if (grow_locked(cache) != 0)
            return -ENOMEM;
    node = cache->root;
    for (unsigned level = cache->height - 1; level > 0; level--) {
        void **slot = &node->slots[slot_of(index, level)];

        if (*slot == NULL) {
            *slot = slab_zalloc(node_slab);
            if (*slot == NULL)
                return -ENOMEM;
            node->nused++;
        }
        node = *slot;
    }
    *out = node;
    return 0;
}

static int insert_locked(struct page_cache *cache, uint64_t index,
                         struct page *page)
{
    struct radix_node *node;
    int err = leaf_node_locked(cache, index, &node);

    if (err != 0)
        return err;
    node->slots[slot_of(index, 0)] = page;
    node->nused++;
    page->file.index = index;
    page->flags = 0;
    WRITE_ONCE(page->file.cache, cache);
    page_get(page);
    cache->npages++;
    return 0;
}

/* Takes the page out of the slot; the caller has the cache's reference. */
static struct page *clear_slot(struct page_cache *cache,
                               struct radix_node *node, unsigned slot)
{
    struct page *page = node->slots[slot];

    node->slots[slot] = NULL;
    node->nused--;
    cache->npages--;
    WRITE_ONCE(page->file.cache, NULL);
    return page;
}

/* One round of taking pages out: under the lock into `pages`, whose
 * references are dropped afterwards. */
struct sweep {
    struct page_cache *cache;
    uint64_t first;  /* index from which on to look */
    bool clean_only; /* only clean pages that nobody else holds */
    size_t max;      /* at most this many */
    size_t npages;
    struct page *pages[32];
};

static bool sweep_wants(const struct sweep *sweep, const struct page *page)
{
    return !sweep->clean_only || ((page->flags & PAGE_FLAG_DIRTY) == 0 &&
                                  atomic_load(&page->refs) == 1);
}

/* A node of the lowest level whose slot 0 has index `base`. */
static void sweep_leaf(struct sweep *sweep, struct radix_node *node,
                       uint64_t base)
{
    for (unsigned slot = 0; slot < RADIX_SLOTS; slot++) {
        struct page *page = node->slots[slot];

        if (sweep->npages == sweep->max)
            return;
        if (page == NULL || base + slot < sweep->first ||
            !sweep_wants(sweep, page))
            continue;
        sweep->pages[sweep->npages++] = clear_slot(sweep->cache, node, slot);
    }
}

/* Frees children that became empty. Recursion is as deep as the tree. */
static void sweep_node(struct sweep *sweep, struct radix_node *node,
                       unsigned level, uint64_t base)
{
    uint64_t span = 1UL << (level * RADIX_BITS);

    if (level == 0) {
        sweep_leaf(sweep, node, base);
        return;
    }
    for (unsigned slot = 0; slot < RADIX_SLOTS; slot++) {
        struct radix_node *child = node->slots[slot];
        uint64_t child_base = base + slot * span;

        if (child == NULL || child_base + (span - 1) < sweep->first)
            continue;
        sweep_node(sweep, child, level - 1, child_base);
        if (child->nused == 0) {
            slab_free(node_slab, child);
            node->slots[slot] = NULL;
            node->nused--;
        }
    }
}

/* Takes up to `max` pages out and frees them; how many. */
static size_t sweep_round(struct page_cache *cache, uint64_t first,
                          bool clean_only, size_t max)
{
    struct sweep sweep = {.cache = cache,
                          .first = first,
                          .clean_only = clean_only,
                          .max = MIN(max, ARRAY_SIZE(sweep.pages))};

    spin_lock(&cache->lock);
    if (cache->root != NULL) {
        sweep_node(&sweep, cache->root, cache->height - 1, 0);
        if (cache->root->nused == 0) {
            slab_free(node_slab, cache->root);
            cache->root = NULL;
            cache->height = 0;
        }
    }
    spin_unlock(&cache->lock);
    for (size_t i = 0; i < sweep.npages; i++)
        page_put(sweep.pages[i]);
    return sweep.npages;
}

void pagecache_create(struct page_cache *cache,
                      const struct page_cache_ops *ops, uint64_t size,
                      bool is_reclaimable)
{
    *cache = (struct page_cache){
        .ops = ops,
        .size = size,
        .store_size = size,
        .reclaimable = is_reclaimable};
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
    ASSERT(list_empty(&cache->mappings));
    if (cache->reclaimable) {
        spin_lock(&reclaimable_lock);
        list_remove(&cache->all);
        spin_unlock(&reclaimable_lock);
    }
    while (sweep_round(cache, 0, false, SIZE_MAX) != 0)
        ;
    ASSERT(cache->npages == 0);
}

/* The file's length in pages. */
static uint64_t size_in_pages(const struct page_cache *cache)
{
    uint64_t size = READ_ONCE(cache->size);

    return (size >> PAGE_SHIFT) + ((size & PAGE_MASK) != 0);
}

/* Fills the page from the store below, as far as that still counts. */
static int read_store(struct page_cache *cache, uint64_t index,
                      struct page *page)
{
    uint64_t store = READ_ONCE(cache->store_size);
    uint64_t start = index << PAGE_SHIFT;
    int err = cache->ops->read_page(cache, index, page);

    if (err == 0 && start + PAGE_SIZE > store)
        memset((char *)page_address(page) + (store - start), 0,
               start + PAGE_SIZE - store);
    return err;
}

/* A page with index's contents that is not in the cache yet. *read: it came
 * from the store. */
static int read_new_page(struct page_cache *cache, uint64_t index,
                         struct page **out, bool *read)
{
    int err;

    *read = cache->ops->read_page != NULL &&
            index << PAGE_SHIFT < READ_ONCE(cache->store_size);
    if (!*read)
        return page_alloc_zeroed(PAGE_FILE, out);
    err = page_alloc(PAGE_FILE, out);
    if (err != 0)
        return err;
    err = read_store(cache, index, *out);
    if (err != 0)
        page_put(*out);
    return err;
}

/* Looks index up; NULL if it is not cached. */
static struct page *find_page(struct page_cache *cache, uint64_t index)
{
    struct page *page;

    spin_lock(&cache->lock);
    page = lookup_locked(cache, index);
    if (page != NULL)
        page_get(page);
    spin_unlock(&cache->lock);
    return page;
}

/* Inserts the new page unless another is there by now; the one that is in the
 * cache in the end, with a reference for the caller. */
static int insert_new_page(struct page_cache *cache, uint64_t index,
                           struct page *page, struct page **out)
{
    struct page *other;
    int err = 0;

    spin_lock(&cache->lock);
    other = lookup_locked(cache, index);
    if (other != NULL)
        page_get(other);
    else if (index >= size_in_pages(cache))
        err = -ENXIO;
    else
        err = insert_locked(cache, index, page);
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
    return insert_new_page(cache, index, page, out);
}

void pagecache_find_pages(struct page_cache *cache, uint64_t index, size_t n,
                          struct page *pages[])
{
    uint64_t end = size_in_pages(cache);

    spin_lock(&cache->lock);
    for (size_t i = 0; i < n; i++) {
        pages[i] = index + i < end ? lookup_locked(cache, index + i) : NULL;
        if (pages[i] != NULL)
            page_get(pages[i]);
    }
    spin_unlock(&cache->lock);
}

void pagecache_mark_dirty(struct page *page)
{
    __atomic_fetch_or(&page->flags, PAGE_FLAG_DIRTY, __ATOMIC_RELAXED);
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

/* The bytes past the new end, in the page that it falls into, become zero. */
static void zero_tail(struct page_cache *cache, uint64_t size)
{
    size_t within = size & PAGE_MASK;
    struct page *page;

    /* A page that cannot be had now is cut when it is read: store_size. */
    if (within == 0 ||
        pagecache_get_page(cache, size >> PAGE_SHIFT, &page, NULL) != 0)
        return;
    pagecache_mark_dirty(page);
    memset((char *)page_address(page) + within, 0, PAGE_SIZE - within);
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
    while (sweep_round(cache, first, false, SIZE_MAX) != 0)
        ;
    filemap_zap(cache, first);
    zero_tail(cache, size);
}

size_t pagecache_reclaim(size_t n)
{
    struct page_cache *cache;
    size_t freed = 0;

    spin_lock(&reclaimable_lock);
    list_for_each_entry(cache, &reclaimable, all) {
        size_t round;

        do {
            round = sweep_round(cache, 0, true, n - freed);
            freed += round;
        } while (round != 0 && freed < n);
        if (freed >= n)
            break;
    }
    spin_unlock(&reclaimable_lock);
    vmstat_add(VM_RECLAIMED, freed);
    return freed;
}
