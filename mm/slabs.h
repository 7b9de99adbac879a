/* SPDX-License-Identifier: MIT */
/*
 * What mm/slab.c (caches and CPUs' lists) and mm/slabs.c (slabs) share.
 */
#ifndef MM_SLABS_H
#define MM_SLABS_H

#include "kernel/cpu/cpu.h"
#include "mm/page.h"
#include "mm/slab.h"

#define SLAB_MAX_ORDER 2

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

/* Chains up to max objects from the slabs, one slab added if there are none;
 * how many. 0: memory is out.
 * => no lock held: reclaim may come back to slab_shrink */
uint32_t slabs_take(struct slab_cache *cache, uint32_t max,
                    struct object **out);

/* Gives a chain of objects back to their slabs, keeping no more than `keep` of
 * the slabs that are empty then. Frames freed. => no lock held */
size_t slabs_return(struct slab_cache *cache, struct object *chain,
                    size_t keep);

/* vmck: an object is handed out, or comes back: panics if it was used while it
 * was free, or is none of the cache's. */
void slabs_check_taken(const struct slab_cache *cache, struct object *obj);
void slabs_check_freed(const struct slab_cache *cache, struct object *obj);

#endif
