/* SPDX-License-Identifier: MIT */
/*
 * kmalloc: memory of any size. Up to KMALLOC_SLAB_MAX from a cache for each
 * size class; above that, whole blocks of frames.
 *
 * The struct page of an object says which it is: PAGE_SLAB names the cache,
 * PAGE_KERNEL is the first frame of a block of its own.
 */
#include "kernel/lib/string.h"
#include "mm/page.h"
#include "mm/slab.h"

#define GRAIN 16
#define KMALLOC_SLAB_MAX 2048

/* Each class's size is a multiple of its alignment. */
static const struct size_class {
    const char *name;
    uint16_t size, align;
} classes[] = {
    {"kmalloc-16", 16, 16},     {"kmalloc-32", 32, 16},
    {"kmalloc-48", 48, 16},     {"kmalloc-64", 64, 64},
    {"kmalloc-96", 96, 16},     {"kmalloc-128", 128, 64},
    {"kmalloc-192", 192, 16},   {"kmalloc-256", 256, 64},
    {"kmalloc-512", 512, 64},   {"kmalloc-1024", 1024, 64},
    {"kmalloc-2048", 2048, 64},
};

/* By size in GRAINs, rounded up: the cache of the smallest class that fits. */
static struct slab_cache
    *cache_of[KMALLOC_SLAB_MAX / GRAIN + 1] __ro_after_init;

void slab_init(void)
{
    size_t grains = 0;

    for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
        const struct size_class *class = &classes[i];
        struct slab_cache *cache =
            slab_cache_create(class->name, class->size, class->align);

        for (; grains <= class->size / GRAIN; grains++)
            cache_of[grains] = cache;
    }
}

static void *alloc_frames(size_t size)
{
    size_t npages = (size + PAGE_MASK) >> PAGE_SHIFT;
    unsigned order = 0;
    struct page *page;

    while (1UL << order < npages)
        order++;
    if (page_alloc_order(PAGE_KERNEL, order, &page) != 0)
        return NULL;
    return page_address(page);
}

void *kmalloc(size_t size)
{
    if (likely(size <= KMALLOC_SLAB_MAX))
        return slab_alloc(cache_of[(size + GRAIN - 1) / GRAIN]);
    if (size > PAGE_SIZE << PAGE_MAX_ORDER)
        return NULL;
    return alloc_frames(size);
}

void *kzalloc(size_t size)
{
    void *obj = kmalloc(size);

    return obj == NULL ? NULL : memset(obj, 0, size);
}

void kfree(void *obj)
{
    struct page *page;

    if (obj == NULL)
        return;
    page = virt_to_page(obj);
    if (likely(page->use == PAGE_SLAB)) {
        slab_free(page->slab.cache, obj);
        return;
    }
    ASSERT(page->use == PAGE_KERNEL && page->order != PAGE_NO_ORDER &&
           page_address(page) == obj);
    page_put(page);
}
