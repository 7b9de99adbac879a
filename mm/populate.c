/* SPDX-License-Identifier: MIT */
/*
 * Faulting memory in before it is touched: MAP_POPULATE, mlock(2) and madvise's
 * POPULATE_READ and POPULATE_WRITE.
 *
 * What makes them differ is what a page that cannot be had means: nothing, the
 * end of the call, or an errno of its own.
 */
#include "mm/populate.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/wait.h"
#include "mm/fault.h"

static int error_of(enum mm_fault_result result)
{
    switch (result) {
    case MM_FAULT_OK:
    case MM_FAULT_MAJOR: return 0;
    case MM_FAULT_OOM: return -ENOMEM;
    default: return -EFAULT;
    }
}

/* [start, end), which lies within vma. => mmap_lock held for read */
static int populate_area(struct vma *vma, vaddr_t start, vaddr_t end,
                         enum mm_access access)
{
    int err = 0;

    for (vaddr_t va = start; va < end && err == 0; va += PAGE_SIZE) {
        if (signal_fatal_pending())
            return -EINTR;
        err = error_of(fault_in_page(vma, va, access));
    }
    return err;
}

/* As a program would use the area: private memory will be written to. */
static enum mm_access usual_access(const struct vma *vma)
{
    return (vma->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE ? MM_WRITE
                                                             : MM_READ;
}

/* An area as its flags ask for. */
static int populate_usual(struct vma *vma, vaddr_t start, vaddr_t end)
{
    const enum mm_access access = usual_access(vma);

    if (vma->flags & (VM_LOCKONFAULT | VM_PFNMAP))
        return 0;
    if (!fault_is_allowed(vma, access))
        return -EFAULT;
    return populate_area(vma, start, end, access);
}

void mm_populate_area_locked(struct vma *vma, vaddr_t start, vaddr_t end)
{
    (void)populate_usual(vma, start, end);
}

/* Populates what is mapped; an error ends the area, or all of it. */
static int populate_mapped(struct mm *mm, vaddr_t start, vaddr_t end,
                           bool go_on)
{
    vaddr_t va = start;
    int err = 0;

    rwsem_read_lock(&mm->mmap_lock);
    while (va < end && (err == 0 || go_on) && err != -EINTR) {
        struct vma *vma = vma_find_overlap(&mm->vmas, va, end);

        if (vma == NULL)
            break;
        err = populate_usual(vma, MAX(va, vma->start), MIN(end, vma->end));
        va = vma->end;
    }
    rwsem_read_unlock(&mm->mmap_lock);
    return err;
}

void mm_populate(struct mm *mm, vaddr_t start, vaddr_t end)
{
    (void)populate_mapped(mm, start, end, true);
}

int mm_populate_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    return populate_mapped(mm, start, end, false);
}

int mm_populate_range(struct mm *mm, vaddr_t start, vaddr_t end,
                      enum mm_access access)
{
    vaddr_t va = start;
    int err = 0;

    rwsem_read_lock(&mm->mmap_lock);
    while (va < end && err == 0) {
        struct vma *vma = vma_find(&mm->vmas, va);

        if (vma == NULL || vma->start > va)
            err = -ENOMEM;
        else if (!fault_is_allowed(vma, access) || (vma->flags & VM_PFNMAP))
            err = -EINVAL;
        else
            err = populate_area(vma, va, MIN(end, vma->end), access);
        va = vma != NULL ? vma->end : end;
    }
    rwsem_read_unlock(&mm->mmap_lock);
    return err;
}
