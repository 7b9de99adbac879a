/* SPDX-License-Identifier: MIT */
/*
 * mmap: how areas come to be.
 *
 * mm_mmap goes through four steps: check the arguments, in Linux's order, so
 * that each mistake gets Linux's errno; choose the place; make room there
 * (MAP_FIXED replaces); add the area. No page is touched: that is left to
 * faults, unless MAP_POPULATE asks for it.
 *
 * Read next: mm/place.c; mm/munmap.c, how they go; mm/fault.c.
 */
#include "mm/mmap.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/commit.h"
#include "mm/devmap.h"
#include "mm/hugetlb.h"
#include "mm/limits.h"
#include "mm/mlock.h"
#include "mm/pagecache.h"
#include "mm/populate.h"
#include "mm/seal.h"
#include "mm/vmck.h"

/* Flags that Linux took before MAP_SHARED_VALIDATE came, or as if; others
 * are ignored but for that type. */
#define MAP_LEGACY_MASK                                                        \
    (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE |    \
     MAP_EXECUTABLE | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE |             \
     MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_32BIT |       \
     MAP_ABOVE4G | MAP_HUGE_2MB | MAP_HUGE_1GB)

uint32_t mmap_prot_flags(int prot)
{
    uint32_t flags = 0;

    if (prot & PROT_READ)
        flags |= VM_READ;
    if (prot & PROT_WRITE)
        flags |= VM_WRITE;
    if (prot & PROT_EXEC)
        flags |= VM_EXEC;
    return flags;
}

/* A device's memory is never locked, nor part of a core file. */
static int device_flags(const struct mmap_request *req, uint32_t *flags)
{
    *flags |= VM_PFNMAP | VM_DONTDUMP;
    *flags &= ~VM_LOCK_FLAGS;
    return devmap_check(req->file->device, req->offset >> PAGE_SHIFT,
                        req->len >> PAGE_SHIFT);
}

/* Rights and kind of a file mapping, or the errno that refuses it. */
static int file_flags(const struct mmap_request *req, uint32_t *flags)
{
    const struct mapped_file *file = req->file;
    int type = req->flags & MAP_TYPE;

    if (type == MAP_SHARED_VALIDATE &&
        (req->flags & ~MAP_LEGACY_MASK & ~MAP_TYPE))
        return -EOPNOTSUPP;
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE) {
        if ((req->prot & PROT_WRITE) && !file->writable)
            return -EACCES;
        *flags |= VM_MAYSHARE | VM_SHARED;
        if (!file->writable)
            *flags &= ~(VM_MAYWRITE | VM_SHARED);
    } else if (type != MAP_PRIVATE) {
        return -EINVAL;
    }
    if (!file->readable)
        return -EACCES;
    if (file->noexec) {
        if (*flags & VM_EXEC)
            return -EPERM;
        *flags &= ~VM_MAYEXEC;
    }
    if (!file->mappable)
        return -ENODEV;
    if (*flags & VM_GROWSDOWN)
        return -EINVAL;
    if (file->ops->attach != NULL)
        *flags |= VM_COUNTED;
    if (file->device != NULL)
        return device_flags(req, flags);
    return file->cache != NULL ? seal_check_mapping(file->cache, flags) : 0;
}

static int anon_flags(const struct mmap_request *req, uint32_t *flags)
{
    switch (req->flags & MAP_TYPE) {
    case MAP_PRIVATE: return 0;
    case MAP_SHARED:
        *flags |= VM_MAYSHARE | VM_SHARED;
        return *flags & VM_GROWSDOWN ? -EINVAL : 0;
    default: return -EINVAL;
    }
}

static int area_flags(const struct mm *mm, const struct mmap_request *req,
                      uint32_t *flags)
{
    *flags = mmap_prot_flags(req->prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
    if (req->flags & MAP_GROWSDOWN)
        *flags |= VM_GROWSDOWN;
    if ((req->flags & MAP_NORESERVE) && !commit_is_strict())
        *flags |= VM_NORESERVE;
    if (req->flags & MAP_HUGETLB)
        *flags |= VM_HUGETLB;
    else
        *flags |= mm->new_flags | (req->flags & MAP_LOCKED ? VM_LOCKED : 0);
    return req->file != NULL ? file_flags(req, flags) : anon_flags(req, flags);
}

/* Checks req and fills in the area it asks for. */
static int prepare_area(struct mm *mm, struct mmap_request *req,
                        struct area *area)
{
    size_t npages;
    int err;

    if (req->len == 0)
        return -EINVAL;
    req->len = ROUND_UP(req->len, PAGE_SIZE);
    if (req->len == 0 || mm->vmas.count > limits_areas())
        return -ENOMEM;
    npages = req->len >> PAGE_SHIFT;
    area->pgoff = req->offset >> PAGE_SHIFT;
    err = mmap_choose_place_locked(mm, req, &area->start);
    if (err != 0)
        return err;
    if ((req->flags & MAP_LOCKED) && !mlock_is_allowed(mm))
        return -EPERM;
    area->end = area->start + req->len;
    if (req->file != NULL && area->pgoff > (INT64_MAX - req->len) >> PAGE_SHIFT)
        return -EOVERFLOW;
    err = area_flags(mm, req, &area->flags);
    if (err != 0)
        return err;
    if (!mlock_allows(mm, area->flags, npages))
        return -EAGAIN;
    if (vma_is_accountable(area->flags))
        area->flags |= VM_ACCOUNT;
    area->file = req->file;
    area->replaces = (req->flags & MAP_FIXED) &&
                     vma_find_overlap(&mm->vmas, area->start, area->end);
    if (req->file == NULL && !(area->flags & VM_SHARED))
        area->pgoff = area->start >> PAGE_SHIFT;
    if (area->replaces)
        npages -= mmap_count_pages(mm, area->start, area->end, 0);
    return limits_allow(mm, area->flags, npages) ? 0 : -ENOMEM;
}

/* Puts the area at its place instead of what is there, whose charge it takes
 * over. */
static int replace_locked(struct mm *mm, const struct area *area)
{
    struct vma *spare = mmap_vma_alloc();
    size_t charge = mmap_pages_to_charge(area), taken = 0;
    int err;

    if (spare == NULL)
        return -ENOMEM;
    if (charge != 0)
        taken = mmap_count_pages(mm, area->start, area->end, VM_ACCOUNT);
    err = commit_charge(mm, charge - taken) ? 0 : -ENOMEM;
    if (err != 0)
        goto free_spare;
    err = mmap_remove_locked(mm, area->start, area->end);
    if (err != 0) {
        commit_uncharge(charge - taken);
        goto free_spare;
    }
    pt_release_idle(mm, area->start, area->end);
    commit_force(taken);
    mmap_add_area_locked(mm, area, spare);
    return 0;
free_spare:
    mmap_vma_free(spare);
    return err;
}

static int put_in_place_locked(struct mm *mm, const struct area *area)
{
    if (area->replaces)
        return replace_locked(mm, area);
    pt_release_idle(mm, area->start, area->end);
    return mmap_add_new_locked(mm, area);
}

/* Shared memory without a file gets one: a fresh unnamed page cache. In that of
 * /dev/zero an offset counts, as on Linux, where it leads past the end. */
static int map_shared_anon_locked(struct mm *mm, struct area *area)
{
    const uint64_t pgoff = area->file != NULL ? area->pgoff : 0;
    int err = shmem_create("/dev/zero (deleted)", area->end - area->start,
                           (area->flags & VM_NORESERVE) == 0, &area->file);

    if (err != 0)
        return err;
    area->pgoff = pgoff;
    err = put_in_place_locked(mm, area);
    mapped_file_put(area->file);
    return err;
}

/* A file that may be written to through the area is not sealed before this
 * can be seen. */
static int map_file_locked(struct mm *mm, const struct area *area)
{
    struct page_cache *cache = area->file->cache;
    int err;

    if (cache == NULL || !vma_may_write_shared(area->flags))
        return put_in_place_locked(mm, area);
    err = seal_get_writer(cache);
    if (err != 0)
        return err;
    err = put_in_place_locked(mm, area);
    seal_put_writer(cache);
    return err;
}

int mmap_map_locked(struct mm *mm, struct mmap_request *req, vaddr_t *out)
{
    struct area area = {.anon = 0};
    int err = prepare_area(mm, req, &area);

    if (err != 0)
        return err;
    *out = area.start;
    if ((area.flags & VM_MAYSHARE) &&
        (area.flags & (VM_HUGETLB | VM_PFNMAP)) == 0 &&
        (area.file == NULL || area.file->cache == NULL))
        return map_shared_anon_locked(mm, &area);
    return area.file != NULL ? map_file_locked(mm, &area)
                             : put_in_place_locked(mm, &area);
}

int mm_mmap(struct mm *mm, const struct mmap_request *req, vaddr_t *out)
{
    struct mmap_request r = *req;
    bool locked;
    int err;

    if (r.flags & MAP_HUGETLB) {
        err = hugetlb_prepare(mm, &r);
        if (err != 0)
            return err;
    }
    rwsem_write_lock(&mm->mmap_lock);
    err = mmap_map_locked(mm, &r, out);
    locked = ((mm->new_flags & VM_LOCKED) || (r.flags & MAP_LOCKED));
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    if (r.flags & MAP_HUGETLB)
        mapped_file_put(r.file);
    if (err == 0 &&
        (locked || (r.flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE))
        mm_populate(mm, *out, *out + r.len);
    return err;
}
