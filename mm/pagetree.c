/* SPDX-License-Identifier: MIT */
/*
 * The tree of a page cache: 64-way nodes from index to page, as high as the
 * largest index needs.
 *
 *     height 2:   root [0 . . 63]
 *                   |     |
 *              node [0..63]  node [64..127]     slots hold pages at height 1
 *
 * Invariants (the host test):
 *   I1  nused of a node is the number of its slots that are not NULL
 *   I2  cache->npages is the number of pages in the tree
 *   I3  page->file names the cache and the index of each page in it, and no
 *       cache for a page that has left
 * Nodes without pages may be left by an insertion that ran out of memory; the
 * next sweep frees them.
 *
 * Locks: the cache's, held by the caller.
 */
#include "mm/pagetree.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "mm/slab.h"

#define RADIX_BITS 6
#define RADIX_SLOTS (1UL << RADIX_BITS)
#define RADIX_MAX_HEIGHT 11 /* 66 bits of index */

struct radix_node {
    void *slots[RADIX_SLOTS]; /* nodes, or at the lowest level pages */
    unsigned nused;           /* slots not NULL */
};

static struct slab_cache *node_slab __ro_after_init;

void pagetree_init(void)
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

struct page *pagetree_lookup(struct page_cache *cache, uint64_t index)
{
    struct radix_node *node = cache->root;

    if (!height_covers(cache->height, index))
        return NULL;
    for (unsigned level = cache->height; level-- > 1 && node != NULL;)
        node = node->slots[slot_of(index, level)];
    return node == NULL ? NULL : node->slots[slot_of(index, 0)];
}

/* Puts another level on top. */
static int grow(struct page_cache *cache)
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
static int leaf_node(struct page_cache *cache, uint64_t index,
                     struct radix_node **out)
{
    struct radix_node *node;

    while (cache->root == NULL || !height_covers(cache->height, index))
        if (grow(cache) != 0)
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

int pagetree_insert(struct page_cache *cache, uint64_t index, struct page *page)
{
    struct radix_node *node;
    int err = leaf_node(cache, index, &node);

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

static bool is_wanted(const struct pagetree_sweep *sweep,
                      const struct page *page)
{
    return !sweep->clean_only || ((page->flags & PAGETREE_DIRTY) == 0 &&
                                  atomic_load(&page->refs) == 1);
}

/* A node of the lowest level whose slot 0 has index `base`. */
static void sweep_leaf(struct page_cache *cache, struct pagetree_sweep *sweep,
                       struct radix_node *node, uint64_t base)
{
    for (unsigned slot = 0; slot < RADIX_SLOTS; slot++) {
        struct page *page = node->slots[slot];

        if (sweep->npages == sweep->max)
            return;
        if (page == NULL || base + slot < sweep->first ||
            base + slot >= sweep->end || !is_wanted(sweep, page))
            continue;
        sweep->pages[sweep->npages++] = clear_slot(cache, node, slot);
    }
}

/* Frees children that became empty. Recursion is as deep as the tree. */
static void sweep_node(struct page_cache *cache, struct pagetree_sweep *sweep,
                       struct radix_node *node, unsigned level, uint64_t base)
{
    uint64_t span = 1UL << (level * RADIX_BITS);

    if (level == 0) {
        sweep_leaf(cache, sweep, node, base);
        return;
    }
    for (unsigned slot = 0; slot < RADIX_SLOTS; slot++) {
        struct radix_node *child = node->slots[slot];
        uint64_t child_base = base + slot * span;

        if (sweep->npages == sweep->max)
            return;
        if (child == NULL || child_base + (span - 1) < sweep->first ||
            child_base >= sweep->end)
            continue;
        sweep_node(cache, sweep, child, level - 1, child_base);
        if (child->nused == 0) {
            slab_free(node_slab, child);
            node->slots[slot] = NULL;
            node->nused--;
        }
    }
}

void pagetree_sweep(struct page_cache *cache, struct pagetree_sweep *sweep)
{
    ASSERT(spin_is_locked(&cache->lock));
    if (cache->root == NULL)
        return;
    sweep_node(cache, sweep, cache->root, cache->height - 1, 0);
    if (cache->root->nused == 0) {
        slab_free(node_slab, cache->root);
        cache->root = NULL;
        cache->height = 0;
    }
}
