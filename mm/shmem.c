/* SPDX-License-Identifier: MIT */
/*
 * Shared anonymous memory: an unnamed file that lives only in the page cache,
 * and only as long as somebody maps it.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/string.h"
#include "mm/pagecache.h"
#include "mm/slab.h"

struct shmem {
    struct mapped_file file; /* first */
    struct page_cache cache;
    struct atomic refs;
    const char *name; /* C */
    uint64_t ino;     /* C */
};

/* No file system: device 0, 1 as on Linux for its internal mount. */
#define SHMEM_DEV 1

static struct shmem *shmem_of(struct mapped_file *mf)
{
    return container_of(mf, struct shmem, file);
}

static void shmem_get(struct mapped_file *mf)
{
    atomic_inc(&shmem_of(mf)->refs);
}

static void shmem_put(struct mapped_file *mf)
{
    struct shmem *shmem = shmem_of(mf);

    if (!atomic_dec_and_test(&shmem->refs))
        return;
    pagecache_destroy(&shmem->cache);
    kfree(shmem);
}

static void shmem_describe(struct mapped_file *mf, char *path, size_t size,
                           uint64_t *dev, uint64_t *ino)
{
    strlcpy(path, shmem_of(mf)->name, size);
    *dev = SHMEM_DEV;
    *ino = shmem_of(mf)->ino;
}

static const struct mapped_file_ops shmem_file_ops = {
    .get = shmem_get, .put = shmem_put, .describe = shmem_describe};

static const struct page_cache_ops shmem_cache_ops = {.read_page = NULL};

uint64_t shmem_next_ino(void)
{
    static struct atomic64 last = {1}; /* A */

    return (uint64_t)atomic64_add(&last, 1);
}

int shmem_create(const char *name, uint64_t size, bool reserve,
                 struct mapped_file **out)
{
    struct shmem *shmem = kzalloc(sizeof(*shmem));

    if (shmem == NULL)
        return -ENOMEM;
    pagecache_create(&shmem->cache, &shmem_cache_ops, size, false);
    if (reserve && pagecache_promise(&shmem->cache, size >> PAGE_SHIFT) != 0) {
        kfree(shmem);
        return -ENOMEM;
    }
    shmem->file = (struct mapped_file){.ops = &shmem_file_ops,
                                       .cache = &shmem->cache,
                                       .mappable = true,
                                       .readable = true,
                                       .writable = true};
    shmem->name = name;
    shmem->ino = shmem_next_ino();
    atomic_store(&shmem->refs, 1);
    *out = &shmem->file;
    return 0;
}
