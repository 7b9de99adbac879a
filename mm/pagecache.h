/* SPDX-License-Identifier: MIT */
/*
 * The page cache: the pages of one file, by index. read(2), write(2) and
 * mappings all use these frames, so they always agree. Shared anonymous memory
 * is a page cache without a name.
 *
 * mm/ knows files only through the two structs of operations below, which
 * kernel/fs implements.
 */
#ifndef MM_PAGECACHE_H
#define MM_PAGECACHE_H

#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/vma.h"

struct devmap;
struct page_cache;
struct mapped_file;

struct page_cache_ops {
    /* Fills a fresh page with the file's data at index (bytes past the end
     * of data zeroed). NULL: the file has no store below, fresh pages are
     * zero. May sleep. => 0 or -EIO, -ENOMEM */
    int (*read_page)(struct page_cache *cache, uint64_t index,
                     struct page *page);
};

struct radix_node;

/* Embedded in an inode, or in mm's own shared anonymous object. */
struct page_cache {
    const struct page_cache_ops *ops; /* C */
    struct spinlock lock;
    struct radix_node *root; /* L: tree of 64-way nodes, index -> page */
    unsigned height;         /* L: levels of nodes; 0: empty */
    uint64_t npages;         /* L */
    uint64_t size;           /* A: the file's length in bytes */
    uint64_t store_size;     /* A: how much of the store below still counts: the
                                smallest size the file has had */
    size_t promised;         /* C: pages promised as a whole: mm/commit.h; 0:
                                each page of shared memory by itself */
    bool reclaimable;        /* C: clean pages can be read again */
    struct spinlock mappings_lock;
    struct list mappings; /* P: VMAs that map it, by vma.cache_link */
    uint32_t seals;       /* P to change, A: F_SEAL_*; mm/seal.h */
    uint32_t nwriters;    /* P: what keeps it from being sealed */
    struct list all;      /* G: the caches that reclaim may shrink */
}; /* C: constant; L: lock; A: atomic, set under the inode's own lock;
      P: mappings_lock; G: pagecache.c's list lock */

/* What a mapping keeps of an open file. struct file embeds one. */
struct mapped_file_ops {
    void (*get)(struct mapped_file *mf);
    /* Called with an mmap_lock held: takes no lock under which user memory
     * is copied. */
    void (*put)(struct mapped_file *mf);
    /* One area more or less maps it: what is mapped with these never merges.
     * NULL: nobody counts. => mmap_lock held for write; takes spinlocks only */
    void (*attach)(struct mapped_file *mf);
    void (*detach)(struct mapped_file *mf);
    /* For /proc/PID/maps: path (cut to size), device and inode numbers. */
    void (*describe)(struct mapped_file *mf, char *path, size_t size,
                     uint64_t *dev, uint64_t *ino);
};

struct mapped_file {
    const struct mapped_file_ops *ops; /* C */
    struct page_cache *cache;    /* C; NULL: /dev/zero, private anonymous when
                                    mapped private, fresh shared when shared */
    const struct devmap *device; /* C; NULL: no device's memory */
    bool mappable;               /* C: false: mmap answers ENODEV */
    bool readable, writable;     /* C: how it was opened */
    bool noexec;                 /* C: its file system forbids PROT_EXEC */
};

static inline void mapped_file_get(struct mapped_file *mf)
{
    if (mf != NULL)
        mf->ops->get(mf);
}

static inline void mapped_file_put(struct mapped_file *mf)
{
    if (mf != NULL)
        mf->ops->put(mf);
}

/* reclaimable: clean pages can be read again (ops->read_page). */
void pagecache_create(struct page_cache *cache,
                      const struct page_cache_ops *ops, uint64_t size,
                      bool reclaimable);
/* Frees all pages. => nobody maps it */
void pagecache_destroy(struct page_cache *cache);

/* Promises all of a new cache's pages at once: mm/commit.h. 0 or -ENOMEM. */
__must_check int pagecache_promise(struct page_cache *cache, size_t npages);
/* Pages that are promised so to all caches. */
size_t pagecache_promised(void);

/* The page at index, present or not, with a reference for the caller; read
 * from the file if need be (*major is then set true; major may be NULL).
 * => may sleep; 0, -ENOMEM, -ENOSPC (no more may be promised) or -EIO */
__must_check int pagecache_get_page(struct page_cache *cache, uint64_t index,
                                    struct page **out, bool *major);

/* The cached pages among the n from index on, each with a reference; NULL
 * where there is none, or past the end of the file. */
void pagecache_find_pages(struct page_cache *cache, uint64_t index, size_t n,
                          struct page *pages[]);

/* The page is still in its cache (not truncated away). */
static inline bool pagecache_has_page(const struct page *page)
{
    return READ_ONCE(page->file.cache) != NULL;
}

/* Memory without a file system's store below counts as shared memory. */
static inline bool pagecache_is_shmem(const struct page_cache *cache)
{
    return cache->ops->read_page == NULL;
}

/* Each page is a promise of its own when it comes: mm/commit.h. */
static inline bool pagecache_counts_pages(const struct page_cache *cache)
{
    return pagecache_is_shmem(cache) && cache->promised == 0;
}

static inline enum mm_rss pagecache_rss_kind(const struct page_cache *cache)
{
    return pagecache_is_shmem(cache) ? MM_RSS_SHMEM : MM_RSS_FILE;
}

/* The cache behind an area; NULL: private anonymous memory. */
static inline struct page_cache *vma_cache(const struct vma *vma)
{
    return vma->file == NULL ? NULL : vma->file->cache;
}

/* The page's contents no longer equal the store below: reclaim keeps it. */
void pagecache_mark_dirty(struct page *page);

/* Copies between the cache and a buffer of the kernel's, for read and write
 * and for exec. Reading stops at size; writing extends size beforehand by the
 * caller. => bytes done, or a negative errno if none */
ssize_t pagecache_read(struct page_cache *cache, uint64_t offset, void *buf,
                       size_t len);
ssize_t pagecache_write(struct page_cache *cache, uint64_t offset,
                        const void *buf, size_t len);

/*
 * Sets the file's length. Shrinking: pages past the end leave the cache and
 * every mapping (later access is SIGBUS); the rest of the last page is zeroed.
 *   => the caller serialises with other writes (inode lock), may sleep,
 *      holds no mm's mmap_lock
 */
void pagecache_resize(struct page_cache *cache, uint64_t size);

/*
 * A hole: the pages [first, end), by index, become zero, in the file and where
 * it is mapped, but for private copies. 0, or -ENOMEM or -EIO: some are zero.
 *   => may sleep, holds no mmap_lock
 */
__must_check int pagecache_punch(struct page_cache *cache, uint64_t first,
                                 uint64_t end);

/* The same for bytes [start, end): pages that are not all in it are cleared in
 * part. => end is not past the file's; the caller holds the inode's lock */
__must_check int pagecache_zero(struct page_cache *cache, uint64_t start,
                                uint64_t end);

/* Drops up to n clean, unmapped pages of reclaimable caches; how many. */
size_t pagecache_reclaim(size_t n);

void pagecache_init(void);

/* ---- shared memory: files that live in the page cache alone ---- */

/* No file system: device 0, 1 as on Linux for its internal mount. */
#define SHMEM_DEV 1

/* The inode number of one more file there. */
uint64_t shmem_next_ino(void);

/* A new unnamed file of this length, a multiple of the page size, for
 * MAP_SHARED|MAP_ANONYMOUS: one reference, dropped by ops->put. `name` is shown
 * in /proc/PID/maps. reserve: all of it is promised at once (mm/commit.h).
 * => 0 or -ENOMEM */
__must_check int shmem_create(const char *name, uint64_t size, bool reserve,
                              struct mapped_file **out);

#endif
