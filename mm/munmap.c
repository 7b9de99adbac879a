/* SPDX-License-Identifier: MIT */
/*
 * munmap: areas are split at both ends of the range, so that it is made of
 * whole ones; these lose their page-table entries and leave the list; tables
 * that are now empty go too. The frames are freed last, after the flush.
 *
 *     [   a   ][ b ][    c    ]        before
 *          |--- range ---|
 *     [ a1 ]             [ c2 ]        after
 *
 * Read next: mm/range.c (the entries), mm/tlb.h (why frames wait).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "mm/filemap.h"
#include "mm/hugetlb.h"
#include "mm/limits.h"
#include "mm/mmap.h"
#include "mm/pagecache.h"
#include "mm/range.h"
#include "mm/vmck.h"

/* Does a border have to be made there? */
static bool is_inside_area(struct mm *mm, vaddr_t at)
{
    struct vma *vma = vma_find(&mm->vmas, at);

    return vma != NULL && vma->start < at;
}

static int split_uncounted(struct mm *mm, vaddr_t at)
{
    struct vma *vma = vma_find(&mm->vmas, at), *upper;

    if (vma == NULL || vma->start >= at)
        return 0;
    if ((vma->flags & VM_HUGETLB) != 0 && (at & (HUGE_SIZE - 1)) != 0)
        return -EINVAL;
    upper = mmap_vma_alloc();
    if (upper == NULL)
        return -ENOMEM;
    if (unlikely(vma->has_huge))
        huge_split_at(mm, at);
    vma_split(&mm->vmas, vma, upper, at);
    if (upper->file != NULL)
        upper->file->ops->get(upper->file);
    filemap_attach(upper);
    return 0;
}

int mmap_split_locked(struct mm *mm, vaddr_t at)
{
    if (mm->vmas.count >= MAX_MAP_COUNT && is_inside_area(mm, at))
        return -ENOMEM;
    return split_uncounted(mm, at);
}

/* Splits at both ends; on failure at neither. Only a hole inside one area makes
 * more areas in the end, so only that is refused for want of a number. */
static int split_for_removal(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find(&mm->vmas, start);
    int err;

    if (vma->start < start && vma->end > end && mm->vmas.count >= MAX_MAP_COUNT)
        return -ENOMEM;
    err = split_uncounted(mm, start);
    if (err != 0)
        return err;
    err = split_uncounted(mm, end);
    if (err != 0)
        mmap_merge_locked(mm, vma_find(&mm->vmas, start));
    return err;
}

int mmap_remove_locked(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct tlb_gather tlb;
    struct vma *vma;
    int err;

    ASSERT(rwsem_write_held(&mm->mmap_lock));
    if (vma_find_overlap(&mm->vmas, start, end) == NULL)
        return 0;
    err = split_for_removal(mm, start, end);
    if (err != 0)
        return err;
    tlb_begin(&tlb, mm);
    while ((vma = vma_find_overlap(&mm->vmas, start, end)) != NULL) {
        if (unlikely((vma->flags & VM_HUGETLB) != 0))
            hugetlb_release(vma);
        range_zap(vma, vma->start, vma->end, &tlb);
        mmap_drop_vma_locked(mm, vma);
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
