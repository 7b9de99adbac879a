/* SPDX-License-Identifier: MIT */
/*
 * Typed caches of small objects: the caches, and each CPU's list in front.
 *
 *     slab_alloc <--> | this CPU's list | <-- batches --> | slabs | <--> frames
 *
 * Nearly every request is a few instructions on the CPU's own list.
 *
 * Locks: each CPU's list has one, each cache one for its slabs; never both at a
 * time. No lock is held while frames are allocated, so that reclaim, which
 * comes back here (slab_shrink), may run.
 *
 * Read next: mm/slabs.c, mm/kmalloc.c.
 */
#include "kernel/lib/string.h"
#include "mm/buddy.h"
#include "mm/mm.h"
#include "mm/slabs.h"

#define CACHES_MAX 64
#define EMPTY_SLABS_MAX 1 /* kept in each cache */
#define BATCH_MAX 16      /* objects moved between a CPU's list and slabs */
#define BATCH_BYTES 4096  /* … or as many as fill this */

static struct slab_cache *caches[CACHES_MAX]; /* A: entries below ncaches */
static unsigned ncaches;                      /* A: written at boot only */

/* ---- each CPU's list ---- */

/* Any CPU's would do; this one's lock is not contended. */
static struct cpu_list *my_list(struct slab_cache *cache)
{
    return &cache->cpu[cpu_id()];
}

/* Adds a chain of n objects. */
static void list_add(struct slab_cache *cache, struct object *chain, uint32_t n)
{
    struct cpu_list *list = my_list(cache);
    struct object *last = chain;

    if (n == 0)
        return;
    while (last->next != NULL)
        last = last->next;
    spin_lock(&list->lock);
    last->next = list->free;
    list->free = chain;
    list->n += n;
    spin_unlock(&list->lock);
}

/* An object from the slabs, and some to spare for this CPU. */
static __noinline struct object *alloc_slow(struct slab_cache *cache)
{
    struct object *obj;
    uint32_t n = slabs_take(cache, cache->batch, &obj);

    if (n == 0)
        return NULL;
    list_add(cache, obj->next, n - 1);
    return obj;
}

void *slab_alloc(struct slab_cache *cache)
{
    struct cpu_list *list = my_list(cache);
    struct object *obj;

    if (page_must_fail())
        return NULL;
    spin_lock(&list->lock);
    obj = list->free;
    if (likely(obj != NULL)) {
        list->free = obj->next;
        list->n--;
    }
    spin_unlock(&list->lock);
    if (unlikely(obj == NULL)) {
        obj = alloc_slow(cache);
        if (obj == NULL)
            return NULL;
    }
    if (unlikely(vmck_enabled))
        slabs_check_taken(cache, obj);
    return obj;
}

void *slab_zalloc(struct slab_cache *cache)
{
    void *obj = slab_alloc(cache);

    return obj == NULL ? NULL : memset(obj, 0, cache->size);
}

/* Takes objects off the list until `keep` are left; their chain. */
static struct object *list_cut_locked(struct cpu_list *list, uint32_t keep)
{
    struct object *chain = NULL;

    while (list->n > keep) {
        struct object *obj = list->free;

        list->free = obj->next;
        list->n--;
        obj->next = chain;
        chain = obj;
    }
    return chain;
}

void slab_free(struct slab_cache *cache, void *ptr)
{
    struct cpu_list *list = my_list(cache);
    struct object *obj = ptr, *surplus = NULL;

    if (unlikely(vmck_enabled))
        slabs_check_freed(cache, obj);
    spin_lock(&list->lock);
    obj->next = list->free;
    list->free = obj;
    if (unlikely(++list->n > 2U * cache->batch))
        surplus = list_cut_locked(list, cache->batch);
    spin_unlock(&list->lock);
    if (unlikely(surplus != NULL))
        slabs_return(cache, surplus, EMPTY_SLABS_MAX);
}

/* ---- caches ---- */

/* The smallest slab that wastes little; else the one that wastes least. */
static unsigned choose_order(size_t size)
{
    unsigned best = 0;
    size_t least = SIZE_MAX;

    for (unsigned order = 0; order <= SLAB_MAX_ORDER; order++) {
        size_t bytes = PAGE_SIZE << order;
        size_t waste = (bytes % size) << (SLAB_MAX_ORDER - order);

        if (bytes < size)
            continue;
        if (bytes % size <= bytes / 8)
            return order;
        if (waste < least) {
            least = waste;
            best = order;
        }
    }
    return best;
}

static struct slab_cache *alloc_cache(void)
{
    unsigned order = 0;
    struct page *page;

    while (PAGE_SIZE << order < sizeof(struct slab_cache))
        order++;
    if (page_alloc_order(PAGE_KERNEL, order, &page) != 0)
        panic("slab: no memory for a cache");
    return memset(page_address(page), 0, sizeof(struct slab_cache));
}

struct slab_cache *slab_cache_create(const char *name, size_t size,
                                     size_t align)
{
    struct slab_cache *cache = alloc_cache();
    size_t batch;

    align = MAX(align, sizeof(struct object));
    ASSERT((align & (align - 1)) == 0 && align <= PAGE_SIZE);
    ASSERT(size > 0 && size <= PAGE_SIZE << SLAB_MAX_ORDER);
    ASSERT(ncaches < CACHES_MAX);
    cache->name = name;
    cache->size = ROUND_UP(size, align);
    cache->order = choose_order(cache->size);
    cache->per_slab = (uint16_t)((PAGE_SIZE << cache->order) / cache->size);
    batch = MAX(BATCH_BYTES / cache->size, 2UL);
    cache->batch = (uint16_t)MIN(batch, (size_t)BATCH_MAX);
    spin_init(&cache->lock);
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        spin_init(&cache->cpu[cpu].lock);
    list_init(&cache->partial);
    list_init(&cache->empty);
    caches[ncaches] = cache;
    store_release(&ncaches, ncaches + 1);
    return cache;
}

static size_t shrink_cache(struct slab_cache *cache)
{
    size_t frames = 0;

    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++) {
        struct cpu_list *list = &cache->cpu[cpu];
        struct object *chain;

        if (READ_ONCE(list->n) == 0)
            continue;
        spin_lock(&list->lock);
        chain = list_cut_locked(list, 0);
        spin_unlock(&list->lock);
        frames += slabs_return(cache, chain, 0);
    }
    return frames + slabs_return(cache, NULL, 0);
}

size_t slab_shrink(void)
{
    unsigned n = load_acquire(&ncaches);
    size_t frames = 0;

    for (unsigned i = 0; i < n; i++)
        frames += shrink_cache(caches[i]);
    return frames;
}

bool slab_stats(unsigned i, struct slab_stats *out)
{
    struct slab_cache *cache;
    size_t spare = 0;

    if (i >= load_acquire(&ncaches))
        return false;
    cache = caches[i];
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        spare += READ_ONCE(cache->cpu[cpu].n);
    spin_lock(&cache->lock);
    *out = (struct slab_stats){.name = cache->name,
                               .object_size = cache->size,
                               .objects_in_use =
                                   cache->nused - MIN(spare, cache->nused),
                               .objects_total = cache->nslabs * cache->per_slab,
                               .frames = cache->nslabs << cache->order};
    spin_unlock(&cache->lock);
    return true;
}
