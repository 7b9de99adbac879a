/* SPDX-License-Identifier: MIT */
/*
 * Where a page cache keeps its pages: a tree from index to page. For
 * mm/pagecache.c alone. All functions: => cache->lock held.
 */
#ifndef MM_PAGETREE_H
#define MM_PAGETREE_H

#include "mm/pagecache.h"

/* page->flags of a cached page: it differs from the store below. */
#define PAGETREE_DIRTY 1

/* NULL if there is none. */
struct page *pagetree_lookup(struct page_cache *cache, uint64_t index);

/* Adds a page at an index that has none, with a reference of the cache's own.
 * => 0 or -ENOMEM */
__must_check int pagetree_insert(struct page_cache *cache, uint64_t index,
                                 struct page *page);

/* Which pages to take out, and those that were. */
struct pagetree_sweep {
    uint64_t first, end; /* of these indices */
    bool clean_only;     /* only clean ones that nobody else holds */
    size_t max, npages;  /* at most; so many were */
    struct page **pages; /* room for max; with the cache's references */
};

void pagetree_sweep(struct page_cache *cache, struct pagetree_sweep *sweep);

void pagetree_init(void);

#endif
