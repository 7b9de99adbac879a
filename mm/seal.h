/* SPDX-License-Identifier: MIT */
/*
 * Seals: what cannot be done to a file any more, whoever has it open
 * (F_ADD_SEALS in fcntl(2)); and the count of shared mappings through which a
 * file may be written to, which F_SEAL_WRITE has to wait for.
 *
 * A mapping counts from its area's first moment to its last, whatever mprotect
 * does meanwhile, if it is shared and may become writable: such areas are
 * VM_SHARED and VM_MAYWRITE. A sealed file's mappings never are.
 */
#ifndef MM_SEAL_H
#define MM_SEAL_H

#include "kernel/abi/fcntl.h"
#include "kernel/lib/atomic.h"
#include "mm/pagecache.h"

/* Either of these: no new way to write. */
#define SEALS_OF_WRITING (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

static inline uint32_t seal_get(const struct page_cache *cache)
{
    return READ_ONCE(cache->seals);
}

/* Adds seals. 0, -EPERM: the seals themselves are sealed, or -EBUSY: the file
 * is to be sealed against writing, and mappings may write.
 * => the caller serialises with changes of the file (the inode's lock) */
__must_check int seal_add(struct page_cache *cache, uint32_t seals);

/* An area with these flags shall map the file: takes from it what the seals
 * forbid. 0, or -EPERM if that is more than a right that it might get. */
__must_check int seal_check_mapping(const struct page_cache *cache,
                                    uint32_t *flags);

/* Until `put`, nobody can seal the file against writing. 0, or -EPERM: it is
 * sealed. Areas that count do this by themselves when they are attached, but
 * cannot fail then: while the first one is made, somebody else must have
 * got it. */
__must_check int seal_get_writer(struct page_cache *cache);
void seal_put_writer(struct page_cache *cache);

/* Could somebody seal the file once vma does not count any more? Then no CPU
 * may have a translation of it left: flush before it is detached. */
static inline bool seal_waits_for(const struct vma *vma)
{
    const struct page_cache *cache = vma_cache(vma);

    return vma_may_write_shared(vma->flags) && cache != NULL &&
           (seal_get(cache) & F_SEAL_SEAL) == 0;
}

/* An area is attached to the cache, or detached: filemap.c.
 * => cache->mappings_lock held */
void seal_attach_locked(struct page_cache *cache, const struct vma *vma);
void seal_detach_locked(struct page_cache *cache, const struct vma *vma);

#endif
