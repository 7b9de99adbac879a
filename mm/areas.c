/* SPDX-License-Identifier: MIT */
/*
 * Areas come, grow together and go: what every call that maps something shares.
 * The contract stands in mmap.h.
 *
 * An area that is like its neighbour becomes part of it, so that the list stays
 * short and /proc/PID/maps reads as on Linux.
 *
 * Read next: mm/munmap.c, how parts of them are taken off.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "mm/commit.h"
#include "mm/filemap.h"
#include "mm/limits.h"
#include "mm/mmap.h"
#include "mm/pagecache.h"
#include "mm/slab.h"

static struct slab_cache *vma_cache_slab __ro_after_init;

void mmap_init(void)
{
    vma_cache_slab = slab_cache_create("vma", sizeof(struct vma), 8);
}

struct vma *mmap_vma_alloc(void)
{
    return slab_alloc(vma_cache_slab);
}

void mmap_vma_free(struct vma *vma)
{
    slab_free(vma_cache_slab, vma);
}

void mmap_drop_vma_locked(struct mm *mm, struct vma *vma)
{
    struct mapped_file *file = vma->file;

    limits_account(mm, vma->flags, -(long)vma_npages(vma));
    if (vma->flags & VM_ACCOUNT)
        commit_uncharge(vma_npages(vma));
    vma_remove(&mm->vmas, vma);
    filemap_detach(vma);
    mmap_vma_free(vma);
    mapped_file_put(file);
}

static struct vma *merge_pair(struct mm *mm, struct vma *lower,
                              struct vma *upper)
{
    struct mapped_file *file = upper->file;

    filemap_detach(upper);
    vma_merge(&mm->vmas, lower, upper);
    mmap_vma_free(upper);
    mapped_file_put(file);
    return lower;
}

struct vma *mmap_merge_next_locked(struct mm *mm, struct vma *vma)
{
    struct vma *next = vma_next(&mm->vmas, vma);

    return vma_can_merge(vma, next) ? merge_pair(mm, vma, next) : vma;
}

struct vma *mmap_merge_locked(struct mm *mm, struct vma *vma)
{
    struct vma *prev = vma_prev(&mm->vmas, vma);

    if (vma_can_merge(prev, vma))
        vma = merge_pair(mm, prev, vma);
    return mmap_merge_next_locked(mm, vma);
}

/* The number of a neighbour that vma may share. 0: there is none. */
static uint64_t neighbours_anon(struct vma *vma)
{
    struct vma *next = vma_next(&vma->mm->vmas, vma);
    struct vma *prev = vma_prev(&vma->mm->vmas, vma);
    uint64_t anon = 0;

    if (next != NULL && !next->anon_inherited && vma_may_share_anon(vma, next))
        anon = READ_ONCE(next->anon);
    if (anon == 0 && prev != NULL && !prev->anon_inherited &&
        vma_may_share_anon(prev, vma))
        anon = READ_ONCE(prev->anon);
    return anon;
}

uint64_t mmap_new_anon(void)
{
    static struct atomic64 last; /* A */

    return (uint64_t)atomic64_add(&last, 1);
}

void vma_start_anon(struct vma *vma)
{
    uint64_t anon = neighbours_anon(vma), none = 0;

    if (anon == 0)
        anon = mmap_new_anon();
    __atomic_compare_exchange_n(&vma->anon, &none, anon, false,
                                __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

struct vma *mmap_extend_locked(struct mm *mm, const struct area *area)
{
    struct vma *next = vma_find(&mm->vmas, area->start);
    struct vma *prev =
        next == NULL ? vma_last(&mm->vmas) : vma_prev(&mm->vmas, next);
    const struct vma_kind kind = {.flags = area->flags,
                                  .file = area->file,
                                  .pgoff = area->pgoff,
                                  .anon = area->anon,
                                  .anon_inherited = area->anon_inherited};
    size_t npages = (area->end - area->start) >> PAGE_SHIFT;

    if (vma_can_append(prev, area->start, &kind)) {
        limits_account(mm, area->flags, (long)npages);
        prev->tracked = false;
        vma_set_range(&mm->vmas, prev, prev->start, area->end);
        return mmap_merge_next_locked(mm, prev);
    }
    if (vma_can_prepend(next, area->start, area->end, &kind)) {
        limits_account(mm, area->flags, (long)npages);
        next->tracked = false;
        vma_set_range(&mm->vmas, next, area->start, next->end);
        return next;
    }
    return NULL;
}

/* Turns the fresh vma into the area, which extends no neighbour. */
static void create_area(struct mm *mm, const struct area *area, struct vma *vma)
{
    *vma = (struct vma){.start = area->start,
                        .end = area->end,
                        .flags = area->flags,
                        .pgoff = area->pgoff,
                        .file = area->file,
                        .mm = mm};
    mapped_file_get(vma->file);
    vma_insert(&mm->vmas, vma);
    filemap_attach(vma);
    limits_account(mm, area->flags, (long)vma_npages(vma));
}

struct vma *mmap_add_area_locked(struct mm *mm, const struct area *area,
                                 struct vma *spare)
{
    struct vma *vma = mmap_extend_locked(mm, area);

    ASSERT(rwsem_write_held(&mm->mmap_lock));
    if (vma != NULL) {
        mmap_vma_free(spare);
        return vma;
    }
    create_area(mm, area, spare);
    return spare;
}

size_t mmap_count_pages(struct mm *mm, vaddr_t start, vaddr_t end,
                        uint32_t flag)
{
    struct vma *vma = vma_find_overlap(&mm->vmas, start, end);
    size_t npages = 0;

    for (; vma != NULL && vma->start < end; vma = vma_next(&mm->vmas, vma))
        if ((vma->flags & flag) == flag)
            npages +=
                (MIN(end, vma->end) - MAX(start, vma->start)) >> PAGE_SHIFT;
    return npages;
}

size_t mmap_pages_to_charge(const struct area *area)
{
    if ((area->flags & VM_ACCOUNT) == 0)
        return 0;
    return (area->end - area->start) >> PAGE_SHIFT;
}

int mmap_add_new_locked(struct mm *mm, const struct area *area)
{
    const size_t charge = mmap_pages_to_charge(area);
    struct vma *spare;

    if (!commit_charge(mm, charge))
        return -ENOMEM;
    if (mmap_extend_locked(mm, area) != NULL)
        return 0;
    spare = mmap_vma_alloc();
    if (spare == NULL) {
        commit_uncharge(charge);
        return -ENOMEM;
    }
    create_area(mm, area, spare);
    return 0;
}
