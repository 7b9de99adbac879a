/* SPDX-License-Identifier: MIT */
/*
 * msync(2). A shared mapping's pages are the file's own, and no file is kept
 * anywhere else: nothing has to be written. What is left is the contract:
 * which ranges and flags are errors.
 */
#include "mm/msync.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"

static int check_range_locked(struct mm *mm, vaddr_t start, vaddr_t end,
                              int flags)
{
    int hole = 0;

    while (start < end) {
        struct vma *vma = vma_find(&mm->vmas, start);

        if (vma == NULL)
            return -ENOMEM;
        if (start < vma->start) {
            if (flags == MS_ASYNC || vma->start >= end)
                return -ENOMEM;
            hole = -ENOMEM;
        }
        if ((flags & MS_INVALIDATE) && (vma->flags & VM_LOCKED))
            return -EBUSY;
        start = vma->end;
    }
    return hole;
}

int mm_msync(struct mm *mm, vaddr_t addr, size_t len, int flags)
{
    const vaddr_t end = addr + ROUND_UP(len, PAGE_SIZE);
    int err;

    if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 ||
        (addr & PAGE_MASK) != 0 ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    if (end < addr)
        return -ENOMEM;
    rwsem_read_lock(&mm->mmap_lock);
    err = check_range_locked(mm, addr, end, flags);
    rwsem_read_unlock(&mm->mmap_lock);
    return err;
}
