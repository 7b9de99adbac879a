/* SPDX-License-Identifier: MIT */
/*
 * Seals of files: see seal.h.
 *
 *   I1  cache->nwriters = areas in cache->mappings that may come to write, and
 *       who called seal_get_writer and not yet seal_put_writer
 *   I2  sealed with F_SEAL_WRITE: nwriters is 0. An area that is made from
 *       another (fork, split, mremap) is counted before that one goes, so it
 *       meets no seal
 *
 * Both are guarded by the cache's mappings_lock. Read next: mm/mmap.c.
 */
#include "mm/seal.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"

int seal_add(struct page_cache *cache, uint32_t seals)
{
    int err = 0;

    spin_lock(&cache->mappings_lock);
    if (cache->seals & F_SEAL_SEAL)
        err = -EPERM;
    else if ((seals & ~cache->seals & F_SEAL_WRITE) && cache->nwriters != 0)
        err = -EBUSY;
    else
        WRITE_ONCE(cache->seals, cache->seals | seals);
    spin_unlock(&cache->mappings_lock);
    return err;
}

int seal_check_mapping(const struct page_cache *cache, uint32_t *flags)
{
    if (!(seal_get(cache) & SEALS_OF_WRITING) || !(*flags & VM_SHARED))
        return 0;
    if (*flags & VM_WRITE)
        return -EPERM;
    *flags &= ~VM_MAYWRITE;
    return 0;
}

int seal_get_writer(struct page_cache *cache)
{
    int err = 0;

    spin_lock(&cache->mappings_lock);
    if (cache->seals & SEALS_OF_WRITING)
        err = -EPERM;
    else
        cache->nwriters++;
    spin_unlock(&cache->mappings_lock);
    return err;
}

void seal_put_writer(struct page_cache *cache)
{
    spin_lock(&cache->mappings_lock);
    ASSERT(cache->nwriters > 0);
    cache->nwriters--;
    spin_unlock(&cache->mappings_lock);
}

void seal_attach_locked(struct page_cache *cache, const struct vma *vma)
{
    ASSERT(spin_is_locked(&cache->mappings_lock));
    if (!vma_may_write_shared(vma->flags))
        return;
    ASSERT(!(cache->seals & F_SEAL_WRITE));
    cache->nwriters++;
}

void seal_detach_locked(struct page_cache *cache, const struct vma *vma)
{
    ASSERT(spin_is_locked(&cache->mappings_lock));
    if (!vma_may_write_shared(vma->flags))
        return;
    ASSERT(cache->nwriters > 0);
    cache->nwriters--;
}
