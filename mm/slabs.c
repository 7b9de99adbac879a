/* SPDX-License-Identifier: MIT */
/*
 * Slabs: blocks of 1, 2 or 4 frames cut into objects of one size.
 *
 *       slab.free --+
 *                   v
 *     [ used ][ free ][ used ][ free ][ waste ]
 *                 `--------------^
 *
 * The free objects of a slab are chained through their first words, from
 * slab.free in the struct page of its first frame; the other frames' struct
 * pages point to that one.
 *
 *     partial   slabs with some objects handed out, some free
 *     empty     slabs with none handed out
 *     (full slabs are on no list: they come back when an object does)
 *
 * Objects on a CPU's list (mm/slab.c) count as handed out.
 *
 * Invariants (the host test):
 *   I1  slab.used = objects of the slab that are not on its free chain
 *   I2  with vmck, a free object holds OBJECT_POISON but in its first word; one
 *       just handed out holds OBJECT_FRESH
 *
 * Locks: the cache's, for all of it.
 */
#include "mm/slabs.h"
#include "mm/mm.h"

/* No pointer, and no small number. */
#define OBJECT_POISON 0xf4eeb10cf4eeb10cUL
#define OBJECT_FRESH 0xa110c8eda110c8edUL

/* ---- poison ---- */

static void fill_object(const struct slab_cache *cache, struct object *obj,
                        uint64_t word)
{
    uint64_t *words = (uint64_t *)obj;

    for (size_t i = 1; i < cache->size / sizeof(*words); i++)
        words[i] = word;
}

/* The index of the first word that is not poison; 0 if all are. */
static size_t find_damage(const struct slab_cache *cache,
                          const struct object *obj)
{
    const uint64_t *words = (const uint64_t *)obj;

    for (size_t i = 1; i < cache->size / sizeof(*words); i++)
        if (words[i] != OBJECT_POISON)
            return i;
    return 0;
}

void slabs_check_taken(const struct slab_cache *cache, struct object *obj)
{
    size_t i = find_damage(cache, obj);

    if (i != 0)
        panic("slab %s: object %p was written to after it was freed: at "
              "offset %#zx is %#lx",
              cache->name, (void *)obj, i * sizeof(uint64_t),
              ((uint64_t *)obj)[i]);
    fill_object(cache, obj, OBJECT_FRESH);
    obj->next = (struct object *)OBJECT_FRESH;
}

void slabs_check_freed(const struct slab_cache *cache, struct object *obj)
{
    struct page *page = virt_to_page(obj);
    bool ours = page->use == PAGE_SLAB && page->slab.cache == cache;
    char *base = ours ? page_address(page->slab.first) : NULL;

    if (!ours || (size_t)((char *)obj - base) % cache->size != 0)
        panic("slab %s: %p is freed, but is no object of this cache",
              cache->name, (void *)obj);
    if (cache->size > sizeof(*obj) && find_damage(cache, obj) == 0)
        panic("slab %s: object %p is freed twice", cache->name, (void *)obj);
    fill_object(cache, obj, OBJECT_POISON);
}

/* ---- slabs ---- */

/* Cuts the block into objects, the lowest first on the chain. */
static void slab_cut(struct slab_cache *cache, struct page *first)
{
    char *base = page_address(first);

    for (size_t i = 0; i < 1UL << cache->order; i++) {
        first[i].slab.cache = cache;
        first[i].slab.first = first;
    }
    first->slab.free = NULL;
    first->slab.used = 0;
    first->slab.total = cache->per_slab;
    for (size_t i = cache->per_slab; i-- > 0;) {
        struct object *obj = (struct object *)(base + i * cache->size);

        obj->next = first->slab.free;
        first->slab.free = obj;
        if (vmck_enabled)
            fill_object(cache, obj, OBJECT_POISON);
    }
}

/* Adds a slab to the empty ones; false if memory is out. */
static bool slab_grow(struct slab_cache *cache)
{
    struct page *first;

    if (page_alloc_order(PAGE_SLAB, cache->order, &first) != 0)
        return false;
    slab_cut(cache, first);
    spin_lock(&cache->lock);
    list_push_front(&cache->empty, &first->slab.link);
    cache->nempty++;
    cache->nslabs++;
    spin_unlock(&cache->lock);
    return true;
}

/* A slab with free objects, on the list of partial ones; NULL: none. */
static struct page *slab_find_locked(struct slab_cache *cache)
{
    struct page *slab;

    if (!list_empty(&cache->partial))
        return list_first(&cache->partial, struct page, slab.link);
    if (list_empty(&cache->empty))
        return NULL;
    slab = list_first(&cache->empty, struct page, slab.link);
    list_remove(&slab->slab.link);
    list_push_front(&cache->partial, &slab->slab.link);
    cache->nempty--;
    return slab;
}

static struct object *slab_take_locked(struct slab_cache *cache,
                                       struct page *slab)
{
    struct object *obj = slab->slab.free;

    slab->slab.free = obj->next;
    slab->slab.used++;
    cache->nused++;
    if (slab->slab.free == NULL)
        list_remove(&slab->slab.link);
    return obj;
}

/* Chains up to max objects from the slabs; how many. */
static uint32_t take_objects(struct slab_cache *cache, uint32_t max,
                             struct object **out)
{
    struct page *slab;
    uint32_t n = 0;

    *out = NULL;
    spin_lock(&cache->lock);
    while (n < max && (slab = slab_find_locked(cache)) != NULL) {
        struct object *obj = slab_take_locked(cache, slab);

        obj->next = *out;
        *out = obj;
        n++;
    }
    spin_unlock(&cache->lock);
    return n;
}

uint32_t slabs_take(struct slab_cache *cache, uint32_t max, struct object **out)
{
    uint32_t n = take_objects(cache, max, out);

    while (n == 0 && slab_grow(cache))
        n = take_objects(cache, max, out);
    return n;
}

/* Puts an object back; a slab that thereby has none handed out goes to
 * `empty`. */
static void slab_return_locked(struct slab_cache *cache, struct object *obj)
{
    struct page *slab = virt_to_page(obj)->slab.first;
    bool was_full = slab->slab.free == NULL;

    obj->next = slab->slab.free;
    slab->slab.free = obj;
    slab->slab.used--;
    cache->nused--;
    if (slab->slab.used != 0) {
        if (was_full)
            list_push_front(&cache->partial, &slab->slab.link);
        return;
    }
    if (!was_full) /* else it is on no list */
        list_remove(&slab->slab.link);
    list_push_front(&cache->empty, &slab->slab.link);
    cache->nempty++;
}

/* Moves empty slabs beyond the first `keep` to a list for free_slabs. */
static void trim_locked(struct slab_cache *cache, size_t keep,
                        struct list *victims)
{
    while (cache->nempty > keep) {
        struct page *slab = list_last(&cache->empty, struct page, slab.link);

        list_remove(&slab->slab.link);
        list_push_back(victims, &slab->slab.link);
        cache->nempty--;
        cache->nslabs--;
    }
}

/* Frames given back. */
static size_t free_slabs(struct list *victims)
{
    size_t frames = 0;

    while (!list_empty(victims)) {
        struct page *slab = list_first(victims, struct page, slab.link);

        list_remove(&slab->slab.link);
        frames += 1UL << slab->order;
        page_put(slab);
    }
    return frames;
}

size_t slabs_return(struct slab_cache *cache, struct object *obj, size_t keep)
{
    struct list victims = LIST_INIT(victims);

    spin_lock(&cache->lock);
    while (obj != NULL) {
        struct object *next = obj->next;

        slab_return_locked(cache, obj);
        obj = next;
    }
    trim_locked(cache, keep, &victims);
    spin_unlock(&cache->lock);
    return free_slabs(&victims);
}
