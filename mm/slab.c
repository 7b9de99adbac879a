/* SPDX-License-Identifier: MIT */
/*
 * Typed caches of small objects.
 *
 *     slab_alloc <--> | this CPU's list | <-- batches --> | slabs | <--> frames
 *
 * A slab is a block of 1, 2 or 4 frames cut into objects of one size. Its free
 * objects are chained through their first words, from slab.free in the struct
 * page of its first frame; the other frames' struct pages point to that one.
 *
 *     partial   slabs with some objects handed out, some free
 *     empty     slabs with none handed out: kept for a while, EMPTY_SLABS_MAX
 *     (full slabs are on no list: they come back when an object does)
 *
 * Objects on a CPU's list count as handed out by their slab.
 *
 * Invariants (vmck, the host test):
 *   I1  slab.used = objects of the slab that are not on its free chain
 *   I2  with vmck, a free object holds OBJECT_POISON but in its first word; one
 *       just handed out holds OBJECT_FRESH
 *
 * Locks: each CPU's list has one, each cache one for its slabs; never both at a
 * time. No lock is held while frames are allocated, so that reclaim, which
 * comes back here (slab_shrink), may run.
 *
 * Read next: mm/kmalloc.c.
 */
#include "mm/slab.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/string.h"
#include "mm/buddy.h"
#include "mm/mm.h"

#define CACHES_MAX 64
#define SLAB_MAX_ORDER 2
#define EMPTY_SLABS_MAX 1 /* kept in each cache */
#define BATCH_MAX 16      /* objects moved between a CPU's list and slabs */
#define BATCH_BYTES 4096  /* … or as many as fill this */

/* No pointer, and no small number. */
#define OBJECT_POISON 0xf4eeb10cf4eeb10cUL
#define OBJECT_FRESH 0xa110c8eda110c8edUL

struct object {
    struct object *next;
};

struct cpu_list {
    struct spinlock lock;
    uint32_t n;          /* L */
    struct object *free; /* L */
};                       /* L: lock */

struct slab_cache {
    const char *name;     /* C */
    size_t size;          /* C: of an object, rounded up to its alignment */
    unsigned order;       /* C: of a slab */
    uint16_t per_slab;    /* C: objects */
    uint16_t batch;       /* C: a CPU's list holds up to twice this */
    struct spinlock lock; /* S */
    struct list partial, empty; /* S */
    size_t nempty;              /* S: the length of `empty` */
    size_t nslabs;              /* S */
    size_t nused;               /* S: sum of slab.used */
    struct cpu_list cpu[MAX_CPUS];
}; /* C: constant; S: lock */

static struct slab_cache *caches[CACHES_MAX]; /* A: entries below ncaches */
static unsigned ncaches;                      /* A: written at boot only */

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

static void check_taken(const struct slab_cache *cache, struct object *obj)
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

static void check_freed(const struct slab_cache *cache, struct object *obj)
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
static uint32_t take_batch(struct slab_cache *cache, uint32_t max,
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

/* Gives a chain of objects back to their slabs, keeping no more than `keep` of
 * those that become empty; frames freed. */
static size_t return_batch(struct slab_cache *cache, struct object *obj,
                           size_t keep)
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

/* ---- each CPU's list ---- */

/* Any CPU's would do; this one's lock is not contended. */
static struct cpu_list *my_list(struct slab_cache *cache)
{
    return &cache->cpu[cpu_id()];
}

/* Adds a chain of n objects. */
static void list_add(struct slab_cache *cache, struct object *chain,
                     uint32_t n)
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
    uint32_t n = take_batch(cache, cache->batch, &obj);

    while (n == 0) {
        if (!slab_grow(cache))
            return NULL;
        n = take_batch(cache, cache->batch, &obj);
    }
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
        check_taken(cache, obj);
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
        check_freed(cache, obj);
    spin_lock(&list->lock);
    obj->next = list->free;
    list->free = obj;
    if (unlikely(++list->n > 2U * cache->batch))
        surplus = list_cut_locked(list, cache->batch);
    spin_unlock(&list->lock);
    if (unlikely(surplus != NULL))
        return_batch(cache, surplus, EMPTY_SLABS_MAX);
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
        frames += return_batch(cache, chain, 0);
    }
    return frames + return_batch(cache, NULL, 0);
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
    *out = (struct slab_stats){
        .name = cache->name,
        .object_size = cache->size,
        .objects_in_use = cache->nused - MIN(spare, cache->nused),
        .objects_total = cache->nslabs * cache->per_slab,
        .frames = cache->nslabs << cache->order};
    spin_unlock(&cache->lock);
    return true;
}
