/* SPDX-License-Identifier: MIT */
/*
 * Small kernel objects: typed caches and kmalloc, after Bonwick, "The Slab
 * Allocator" (USENIX 1994), with a per-CPU list of free objects in front.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include "kernel/lib/types.h"

struct slab_cache;

/* A cache of objects of `size` bytes, aligned to `align` (a power of two, at
 * most a page). Panics if memory is out: caches are made at boot.
 * => after slab_init */
struct slab_cache *slab_cache_create(const char *name, size_t size,
                                     size_t align);

/* An object, contents undefined; NULL when memory is out.
 * => any context but interrupt handlers; does not sleep */
void *slab_alloc(struct slab_cache *cache);
void *slab_zalloc(struct slab_cache *cache);
void slab_free(struct slab_cache *cache, void *obj);

void slab_init(void);

/* As malloc, for any size up to 4 MiB (above a page: whole frames). NULL when
 * memory is out. kfree(NULL) is a no-op. 16-byte aligned, power-of-two sizes
 * of 64 up are aligned to 64. */
void *kmalloc(size_t size);
void *kzalloc(size_t size);
void kfree(void *obj);

/* Gives empty slabs and per-CPU spares back to the page allocator. Returns
 * the number of frames freed. */
size_t slab_shrink(void);

/* Objects in use, for leak checks and /proc/slabinfo. */
struct slab_stats {
    const char *name;
    size_t object_size, objects_in_use, objects_total, frames;
};
/* The i-th cache's figures; false past the last. */
bool slab_stats(unsigned i, struct slab_stats *out);

#endif
