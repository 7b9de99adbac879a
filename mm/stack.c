/* SPDX-License-Identifier: MIT */
/*
 * Stacks that grow.
 *
 *      prev                        stack (VM_GROWSDOWN)
 *   [........]                    [..................]
 *             <-- guard gap -->   ^ start moves down to the page touched
 *
 * Growth keeps STACK_GUARD_GAP clear of a mapping below that can be accessed,
 * so that a runaway stack faults instead of running into other data.
 */
#include "mm/stack.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/assert.h"
#include "mm/commit.h"
#include "mm/limits.h"
#include "mm/mlock.h"
#include "mm/mmap.h"
#include "mm/vmstat.h"

/* Would the area below leave too little room? */
static bool is_too_close(struct mm *mm, struct vma *stack, vaddr_t start)
{
    struct vma *prev = vma_prev(&mm->vmas, stack);

    if (prev == NULL)
        return false;
    if (start < prev->end)
        return true;
    return (prev->flags & VM_GROWSDOWN) == 0 &&
           (prev->flags & VM_ACCESS) != 0 &&
           start - prev->end < STACK_GUARD_GAP;
}

struct vma *stack_grow_locked(struct mm *mm, vaddr_t address)
{
    vaddr_t start = ROUND_DOWN(address, PAGE_SIZE);
    struct vma *vma = vma_find(&mm->vmas, address);
    size_t grow;

    ASSERT(rwsem_write_held(&mm->mmap_lock));
    if (vma == NULL || vma->start <= address)
        return vma;
    if ((vma->flags & VM_GROWSDOWN) == 0 || start < MMAP_MIN_ADDR)
        return NULL;
    grow = (vma->start - start) >> PAGE_SHIFT;
    if (vma->end - start > mm->limits.stack ||
        !limits_allow(mm, vma->flags, grow) ||
        !mlock_allows(mm, vma->flags, grow) || is_too_close(mm, vma, start))
        return NULL;
    if ((vma->flags & VM_ACCOUNT) && !commit_charge(mm, grow))
        return NULL;
    vma_set_range(&mm->vmas, vma, start, vma->end);
    limits_account(mm, vma->flags, (long)grow);
    vmstat_inc(VM_FAULT_STACK_GROW);
    return vma;
}

int mm_create_stack(struct mm *mm, vaddr_t top, int prot)
{
    size_t size = STACK_INITIAL_SIZE;
    struct area area = {.end = top,
                        .flags = mmap_prot_flags(prot) | VM_MAYREAD |
                                 VM_MAYWRITE | VM_MAYEXEC | VM_GROWSDOWN |
                                 VM_ACCOUNT};

    int err;

    if (mm->limits.stack < size)
        size = MAX(ROUND_DOWN(mm->limits.stack, PAGE_SIZE), PAGE_SIZE);
    area.start = top - size;
    area.pgoff = area.start >> PAGE_SHIFT;
    rwsem_write_lock(&mm->mmap_lock);
    err = mmap_add_new_locked(mm, &area);
    rwsem_write_unlock(&mm->mmap_lock);
    return err;
}
