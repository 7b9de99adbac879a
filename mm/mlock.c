/* SPDX-License-Identifier: MIT */
/*
 * mlock(2) and its kin: see mlock.h.
 *
 * Areas get the flag, splitting as for mprotect; then, with mmap_lock let go,
 * what they lack is faulted in. An error of the first part leaves the areas
 * before it locked, as on Linux.
 */
#include "mm/mlock.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/limits.h"
#include "mm/mmap.h"
#include "mm/populate.h"
#include "mm/vmck.h"

bool mlock_is_allowed(const struct mm *mm)
{
    return mm->limits.memlock != 0 || mlock_is_privileged();
}

/* Not above the limit with so many pages locked. */
static bool is_within_limit(const struct mm *mm, size_t npages)
{
    return npages <= mm->limits.memlock >> PAGE_SHIFT || mlock_is_privileged();
}

bool mlock_allows(const struct mm *mm, uint32_t flags, size_t npages)
{
    return (flags & VM_LOCKED) == 0 ||
           is_within_limit(mm, mm->locked_pages + npages);
}

/* Pages of [start, end) that are locked. */
static size_t count_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find_overlap(&mm->vmas, start, end);
    size_t npages = 0;

    for (; vma != NULL && vma->start < end; vma = vma_next(&mm->vmas, vma))
        if (vma->flags & VM_LOCKED)
            npages +=
                (MIN(end, vma->end) - MAX(start, vma->start)) >> PAGE_SHIFT;
    return npages;
}

/* Gives [start, end), within vma, these of VM_LOCK_FLAGS. */
static int lock_area_locked(struct mm *mm, struct vma *vma, vaddr_t start,
                            vaddr_t end, uint32_t lock)
{
    const uint32_t flags = (vma->flags & ~VM_LOCK_FLAGS) | lock;
    const long npages = (long)((end - start) >> PAGE_SHIFT);
    int err;

    if (flags == vma->flags || (vma->flags & (VM_HUGETLB | VM_PFNMAP)))
        return 0;
    err = mmap_split_locked(mm, start);
    if (err != 0)
        return err;
    err = mmap_split_locked(mm, end);
    vma = vma_find(&mm->vmas, start);
    if (err == 0) {
        limits_account(mm, vma->flags, -npages);
        limits_account(mm, flags, npages);
        vma->flags = flags;
    }
    mmap_merge_locked(mm, vma); /* on failure it undoes the other split */
    return err;
}

static int lock_range_locked(struct mm *mm, vaddr_t start, vaddr_t end,
                             uint32_t lock)
{
    while (start < end) {
        struct vma *vma = vma_find(&mm->vmas, start);
        vaddr_t stop;
        int err;

        if (vma == NULL || vma->start > start)
            return -ENOMEM;
        stop = MIN(end, vma->end);
        err = lock_area_locked(mm, vma, start, stop, lock);
        if (err != 0)
            return err;
        start = stop;
    }
    return 0;
}

/* POSIX's errors for memory that cannot be had. */
static int populate_error(int err)
{
    if (err == -EFAULT)
        return -ENOMEM;
    return err == -ENOMEM ? -EAGAIN : err;
}

int mm_mlock(struct mm *mm, vaddr_t addr, size_t len, uint32_t flags)
{
    const vaddr_t start = ROUND_DOWN(addr, PAGE_SIZE);
    const size_t size = ROUND_UP(len + (addr & PAGE_MASK), PAGE_SIZE);
    const vaddr_t end = start + size;
    size_t locked;
    int err = 0;

    if (flags != 0 && !mlock_is_allowed(mm))
        return -EPERM;
    rwsem_write_lock(&mm->mmap_lock);
    locked = mm->locked_pages + (size >> PAGE_SHIFT);
    if (flags != 0 && !is_within_limit(mm, locked) &&
        !is_within_limit(mm, locked - count_locked(mm, start, end)))
        err = -ENOMEM;
    else if (end < start)
        err = -EINVAL;
    else
        err = lock_range_locked(mm, start, end, flags);
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    if (err == 0 && flags != 0)
        err = populate_error(mm_populate_locked(mm, start, end));
    return err;
}

/* MCL_CURRENT's, or all unlocked. What cannot be split stays as it is. */
static void lock_all_locked(struct mm *mm, uint32_t lock)
{
    vaddr_t next = 0;
    struct vma *vma;

    while ((vma = vma_find(&mm->vmas, next)) != NULL) {
        next = vma->end;
        (void)lock_area_locked(mm, vma, vma->start, vma->end, lock);
    }
}

int mm_mlockall(struct mm *mm, int flags)
{
    uint32_t lock = VM_LOCKED | (flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
    int err = 0;

    if (flags != 0 && !mlock_is_allowed(mm))
        return -EPERM;
    rwsem_write_lock(&mm->mmap_lock);
    if ((flags & MCL_CURRENT) && !is_within_limit(mm, mm->total_pages))
        err = -ENOMEM;
    if (err == 0)
        mm->new_flags = flags & MCL_FUTURE ? lock : 0;
    if (err == 0 && flags != MCL_FUTURE && flags != (MCL_FUTURE | MCL_ONFAULT))
        lock_all_locked(mm, flags & MCL_CURRENT ? lock : 0);
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    if (err == 0 && (flags & MCL_CURRENT))
        mm_populate(mm, 0, USER_END);
    return err;
}
