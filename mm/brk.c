/* SPDX-License-Identifier: MIT */
/*
 * brk(2): the heap is one anonymous area, [brk_start, brk) rounded to pages.
 * Moving the break maps or unmaps whole pages at its end.
 *
 * The system call never fails: it returns the break as it is afterwards, the
 * old one if it could not be moved. (The C library makes -1 and ENOMEM of it.)
 */
#include "kernel/abi/errno.h"
#include "mm/limits.h"
#include "mm/mlock.h"
#include "mm/mm.h"
#include "mm/mmap.h"
#include "mm/populate.h"
#include "mm/vmck.h"

/* RLIMIT_DATA counts the heap and the initialised data together. */
static bool is_within_data_limit(const struct mm *mm, vaddr_t brk)
{
    uint64_t data = mm->layout.end_data - mm->layout.start_data;

    return mm->limits.data == UINT64_MAX ||
           brk - mm->brk_start + data <= mm->limits.data;
}

/* Is [start, end) free, with a page to spare above? */
static bool is_room(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *next = vma_find(&mm->vmas, start);

    if (end > USER_END || end < start)
        return false;
    return next == NULL || end + PAGE_SIZE <= vma_start_gap(next);
}

static int grow_heap_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct area area = {.start = start,
                        .end = end,
                        .flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE |
                                 VM_MAYEXEC | VM_ACCOUNT | mm->new_flags,
                        .pgoff = start >> PAGE_SHIFT};

    if (!is_room(mm, start, end) || mm->vmas.count > limits_areas() ||
        !limits_allow(mm, area.flags, (end - start) >> PAGE_SHIFT) ||
        !mlock_allows(mm, area.flags, (end - start) >> PAGE_SHIFT))
        return -ENOMEM;
    return mmap_add_new_locked(mm, &area);
}

static int move_break_locked(struct mm *mm, vaddr_t brk)
{
    /* LAB brk: move the break */
    vaddr_t old_end = ROUND_UP(mm->brk, PAGE_SIZE);
    vaddr_t new_end = ROUND_UP(brk, PAGE_SIZE);

    if (brk < mm->brk_start || new_end < brk || !is_within_data_limit(mm, brk))
        return -ENOMEM;
    if (new_end < old_end) {
        if (vma_find_overlap(&mm->vmas, new_end, old_end) == NULL)
            return -ENOMEM; /* the program unmapped it, as Linux says */
        return mmap_remove_locked(mm, new_end, old_end);
    }
    if (new_end > old_end)
        return grow_heap_locked(mm, old_end, new_end);
    return 0;
    /* END LAB */
}

vaddr_t mm_brk(struct mm *mm, vaddr_t addr)
{
    vaddr_t old, brk;
    bool locked;

    rwsem_write_lock(&mm->mmap_lock);
    old = mm->brk;
    if (move_break_locked(mm, addr) == 0)
        mm->brk = addr;
    brk = mm->brk;
    locked = (mm->new_flags & VM_LOCKED) != 0;
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    if (unlikely(locked) && brk > old)
        mm_populate(mm, ROUND_UP(old, PAGE_SIZE), ROUND_UP(brk, PAGE_SIZE));
    return brk;
}

void mm_set_brk(struct mm *mm, vaddr_t start)
{
    rwsem_write_lock(&mm->mmap_lock);
    mm->brk_start = mm->brk = start;
    rwsem_write_unlock(&mm->mmap_lock);
}
