/* SPDX-License-Identifier: MIT */
/*
 * munmap: what the range covers of each area loses its page-table entries;
 * areas wholly in it leave the list, those at its ends become shorter. Only a
 * hole inside one area needs a second one. Tables that are now empty go too.
 * The frames are freed last, after the flush.
 *
 *     [   a   ][ b ][    c    ]        before
 *          |--- range ---|
 *     [ a  ]             [ c  ]        after
 *
 * Read next: mm/range.c (the entries), mm/tlb.h (why frames wait).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "mm/commit.h"
#include "mm/filemap.h"
#include "mm/hugetlb.h"
#include "mm/limits.h"
#include "mm/mmap.h"
#include "mm/pagecache.h"
#include "mm/range.h"
#include "mm/seal.h"
#include "mm/vmck.h"

/* Does a border have to be made there? */
static bool is_inside_area(struct mm *mm, vaddr_t at)
{
    struct vma *vma = vma_find(&mm->vmas, at);

    return vma != NULL && vma->start < at;
}

/* What is above `at`, inside vma, becomes upper. */
static void split_into(struct vma *vma, vaddr_t at, struct vma *upper)
{
    if (unlikely(vma->has_huge))
        huge_split_at(vma->mm, at);
    vma_split(&vma->mm->vmas, vma, upper, at);
    mapped_file_get(upper->file);
    filemap_attach(upper);
}

/* May a border lie there? -EINVAL inside a large page of MAP_HUGETLB. */
static int check_border(const struct vma *vma, vaddr_t at)
{
    if (vma == NULL || at <= vma->start || at >= vma->end)
        return 0;
    return (vma->flags & VM_HUGETLB) && (at & (HUGE_SIZE - 1)) ? -EINVAL : 0;
}

static int split_uncounted(struct mm *mm, vaddr_t at)
{
    struct vma *vma = vma_find(&mm->vmas, at), *upper;

    if (vma == NULL || vma->start >= at)
        return 0;
    if (check_border(vma, at) != 0)
        return -EINVAL;
    upper = mmap_vma_alloc();
    if (upper == NULL)
        return -ENOMEM;
    split_into(vma, at, upper);
    return 0;
}

int mmap_split_locked(struct mm *mm, vaddr_t at)
{
    if (mm->vmas.count >= limits_areas() && is_inside_area(mm, at))
        return -ENOMEM;
    return split_uncounted(mm, at);
}

/* Both borders lie inside the area: once the first one is made the second must
 * not fail, as some areas never merge again. */
static int isolate_middle(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *upper;
    int err = check_border(vma_find(&mm->vmas, end), end);

    if (err != 0)
        return err;
    if (mm->vmas.count + 1 >= limits_areas())
        return -ENOMEM;
    upper = mmap_vma_alloc();
    if (upper == NULL)
        return -ENOMEM;
    err = split_uncounted(mm, start);
    if (err != 0)
        mmap_vma_free(upper);
    else
        split_into(vma_find(&mm->vmas, end), end, upper);
    return err;
}

int mmap_isolate_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    const bool inside = is_inside_area(mm, start);

    if (inside && is_inside_area(mm, end))
        return isolate_middle(mm, start, end);
    return mmap_split_locked(mm, inside ? start : end);
}

/* All that can fail. Only a hole inside one area makes more areas in the end:
 * its part above the hole becomes one. */
static int prepare_removal(struct mm *mm, struct vma *first, vaddr_t start,
                           vaddr_t end)
{
    const bool is_hole = first->start < start && first->end > end;
    int err = check_border(first, start);

    if (err == 0)
        err = check_border(vma_find(&mm->vmas, end), end);
    if (err == 0 && is_hole) {
        if (mm->vmas.count >= limits_areas())
            return -ENOMEM;
        err = split_uncounted(mm, end);
    }
    return err;
}

/* [start, end), whose entries are gone, is no longer vma's: its lower end, its
 * upper end, or all of it. */
static void take_off_locked(struct mm *mm, struct vma *vma, vaddr_t start,
                            vaddr_t end, struct tlb_gather *tlb)
{
    const size_t npages = (end - start) >> PAGE_SHIFT;

    if (start == vma->start && end == vma->end) {
        if (unlikely(seal_waits_for(vma)))
            tlb_finish(tlb);
        mmap_drop_vma_locked(mm, vma);
        return;
    }
    limits_account(mm, vma->flags, -(long)npages);
    if (vma->flags & VM_ACCOUNT)
        commit_uncharge(npages);
    if (start == vma->start)
        vma_set_range(&mm->vmas, vma, end, vma->end);
    else
        vma_set_range(&mm->vmas, vma, vma->start, start);
}

int mmap_remove_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find_overlap(&mm->vmas, start, end), *next;
    struct tlb_gather tlb;
    int err;

    ASSERT(rwsem_write_held(&mm->mmap_lock));
    if (vma == NULL)
        return 0;
    err = prepare_removal(mm, vma, start, end);
    if (err != 0)
        return err;
    tlb_begin(&tlb, mm);
    for (; vma != NULL && vma->start < end; vma = next) {
        const vaddr_t low = MAX(start, vma->start), high = MIN(end, vma->end);

        next = vma_next(&mm->vmas, vma);
        if (unlikely((vma->flags & VM_HUGETLB) != 0))
            hugetlb_release(vma, low, high);
        range_zap(vma, low, high, &tlb);
        take_off_locked(mm, vma, low, high, &tlb);
    }
    pt_free_empty(&tlb, start, end);
    tlb_finish(&tlb);
    return 0;
}

int mm_munmap(struct mm *mm, vaddr_t addr, size_t len)
{
    int err;

    if ((addr & PAGE_MASK) != 0 || addr > USER_END || len > USER_END - addr)
        return -EINVAL;
    len = ROUND_UP(len, PAGE_SIZE);
    if (len == 0)
        return -EINVAL;
    rwsem_write_lock(&mm->mmap_lock);
    err = mmap_remove_locked(mm, addr, addr + len);
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    return err;
}

/* Is the area in the place where a mapping at addr of all of its file, if it
 * is one with these operations, had it? */
static bool is_part_of(const struct vma *vma, vaddr_t addr,
                       const struct mapped_file_ops *ops)
{
    return vma->file != NULL && vma->file->ops == ops &&
           vma->start - addr == vma->pgoff << PAGE_SHIFT;
}

static int unmap_file_locked(struct mm *mm, vaddr_t addr,
                             const struct mapped_file_ops *ops)
{
    const struct mapped_file *file = NULL;
    struct vma *vma, *next;
    int err = -EINVAL;

    for (vma = vma_find(&mm->vmas, addr); vma != NULL; vma = next) {
        next = vma_next(&mm->vmas, vma);
        if (vma->start < addr || !is_part_of(vma, addr, ops) ||
            (file != NULL && vma->file != file))
            continue;
        file = vma->file;
        err = mmap_remove_locked(mm, vma->start, vma->end);
        if (err != 0)
            break;
    }
    return err;
}

int mm_unmap_file(struct mm *mm, vaddr_t addr,
                  const struct mapped_file_ops *ops)
{
    int err;

    rwsem_write_lock(&mm->mmap_lock);
    err = unmap_file_locked(mm, addr, ops);
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    return err;
}
