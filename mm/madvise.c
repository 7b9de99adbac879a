/* SPDX-License-Identifier: MIT */
/*
 * madvise(2): what a program expects to do with its memory.
 *
 * Four kinds of advice:
 *
 *   about areas     NORMAL … DODUMP: flags of whole areas, so these split and
 *                   merge (mmap_lock for write)
 *   drop            DONTNEED, FREE, COLD, PAGEOUT: entries go, areas stay (for
 *                   read, as faults do the rest). There is no swap: FREE drops
 *                   at once, as it may; private copies stay when COLD or
 *                   paged out
 *   of the file     WILLNEED, REMOVE: the area's file is asked, which may
 *                   sleep, so mmap_lock is let go meanwhile
 *   populate        POPULATE_READ, _WRITE: faults everything in (mm/fault.c)
 *
 * As on Linux, a hole in the range makes the result ENOMEM, but the areas
 * around it have been advised; any other error ends the call.
 */
#include "mm/madvise.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/hugetlb.h"
#include "mm/mmap.h"
#include "mm/pagecache.h"
#include "mm/populate.h"
#include "mm/range.h"
#include "mm/seal.h"
#include "mm/vmck.h"

/* Advice about areas: the flags that it sets and clears. */
struct flag_advice {
    int advice;
    uint32_t set, clear;
};

static const struct flag_advice flag_advices[] = {
    {MADV_NORMAL, 0, VM_RAND_READ | VM_SEQ_READ},
    {MADV_RANDOM, VM_RAND_READ, VM_SEQ_READ},
    {MADV_SEQUENTIAL, VM_SEQ_READ, VM_RAND_READ},
    {MADV_DONTFORK, VM_DONTCOPY, 0},
    {MADV_DOFORK, 0, VM_DONTCOPY},
    {MADV_WIPEONFORK, VM_WIPEONFORK, 0},
    {MADV_KEEPONFORK, 0, VM_WIPEONFORK},
    {MADV_DONTDUMP, VM_DONTDUMP, 0},
    {MADV_DODUMP, 0, VM_DONTDUMP},
    {MADV_HUGEPAGE, VM_HUGEPAGE, VM_NOHUGEPAGE},
    {MADV_NOHUGEPAGE, VM_NOHUGEPAGE, VM_HUGEPAGE},
};

static const struct flag_advice *find_flag_advice(int advice)
{
    for (size_t i = 0; i < ARRAY_SIZE(flag_advices); i++)
        if (flag_advices[i].advice == advice)
            return &flag_advices[i];
    return NULL;
}

/* What is being done, and to which part of an area. */
struct advice {
    struct mm *mm;
    int advice;
    const struct flag_advice *flags; /* or NULL */
    struct tlb_gather *tlb;
    vaddr_t start, end;
};

/* ---- about areas ---- */

static int check_flags(const struct vma *vma, int advice)
{
    if (advice == MADV_WIPEONFORK &&
        (vma->file != NULL || (vma->flags & VM_SHARED)))
        return -EINVAL;
    if ((advice == MADV_DODUMP || advice == MADV_DOFORK) &&
        (vma->flags & VM_PFNMAP))
        return -EINVAL;
    return 0;
}

/* => mmap_lock held for write */
static int change_flags(struct vma *vma, struct advice *a)
{
    struct mm *mm = a->mm;
    uint32_t flags = (vma->flags & ~a->flags->clear) | a->flags->set;
    int err = check_flags(vma, a->advice);

    if (err != 0 || flags == vma->flags)
        return err;
    err = mmap_split_locked(mm, a->start);
    if (err == 0) {
        err = mmap_split_locked(mm, a->end);
        vma = vma_find(&mm->vmas, a->start);
        if (err == 0)
            vma->flags = flags;
        mmap_merge_locked(mm, vma); /* on failure it undoes the other split */
    }
    return err == -ENOMEM ? -EAGAIN : err;
}

/* ---- drop ---- */

/* The part of a MAP_HUGETLB area that is whole pages. */
static int drop_large(struct vma *vma, struct advice *a)
{
    const vaddr_t end = ROUND_DOWN(a->end, HUGE_SIZE);

    if (a->advice == MADV_FREE || (a->start & (HUGE_SIZE - 1)) != 0)
        return -EINVAL;
    if (a->start < end)
        hugetlb_drop(vma, a->start, end, a->tlb);
    return 0;
}

static int drop(struct vma *vma, struct advice *a)
{
    if ((vma->flags & VM_PFNMAP) ||
        ((vma->flags & VM_LOCKED) && a->advice != MADV_DONTNEED_LOCKED))
        return -EINVAL;
    if ((vma->flags & VM_HUGETLB) != 0)
        return drop_large(vma, a);
    if (a->advice == MADV_FREE && vma->file != NULL)
        return -EINVAL;
    range_zap(vma, a->start, a->end, a->tlb);
    return 0;
}

/* Memory that can be had back cheaply: pages of files, from the cache. */
static int page_out(struct vma *vma, struct advice *a)
{
    if ((vma->flags & (VM_LOCKED | VM_HUGETLB | VM_PFNMAP)) != 0)
        return -EINVAL;
    if (a->advice == MADV_PAGEOUT && vma_cache(vma) != NULL)
        range_zap_file(vma, a->start, a->end, a->tlb);
    return 0;
}

/* ---- of the file ---- */

/* A part of a file, kept while mmap_lock is not held. */
struct file_part {
    struct mapped_file *file;
    uint64_t first, end; /* indices of pages */
};

static struct file_part get_part(struct vma *vma, struct advice *a)
{
    struct file_part part = {.file = vma->file,
                             .first = vma_pgoff(vma, a->start),
                             .end = vma_pgoff(vma, a->end)};

    mapped_file_get(part.file);
    rwsem_read_unlock(&a->mm->mmap_lock);
    return part;
}

static void put_part(struct file_part *part, struct advice *a)
{
    mapped_file_put(part->file);
    rwsem_read_lock(&a->mm->mmap_lock);
}

/* Reads ahead what the file has. Failures do not matter: it is only advice. */
static int will_need(struct vma *vma, struct advice *a)
{
    struct file_part part;
    struct page *page;

    if (vma_cache(vma) == NULL || pagecache_is_shmem(vma_cache(vma)))
        return 0;
    part = get_part(vma, a);
    for (uint64_t i = part.first; i < part.end; i++) {
        if (pagecache_get_page(part.file->cache, i, &page, NULL) != 0)
            break;
        page_put(page);
    }
    put_part(&part, a);
    return 0;
}

static int remove_from_file(struct vma *vma, struct advice *a)
{
    struct file_part part;
    int err;

    if ((vma->flags & VM_LOCKED) || vma->file == NULL)
        return -EINVAL;
    if (!vma_may_write_shared(vma->flags))
        return -EACCES;
    if (vma_cache(vma) == NULL)
        return vma->flags & VM_PFNMAP ? -ENODEV : -EOPNOTSUPP;
    err = seal_get_writer(vma_cache(vma));
    if (err != 0)
        return err;
    part = get_part(vma, a);
    err = pagecache_punch(part.file->cache, part.first, part.end);
    seal_put_writer(part.file->cache);
    put_part(&part, a);
    return err;
}

/* ---- the walk ---- */

static int advise_area(struct vma *vma, struct advice *a)
{
    if (a->flags != NULL)
        return change_flags(vma, a);
    switch (a->advice) {
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_FREE: return drop(vma, a);
    case MADV_COLD:
    case MADV_PAGEOUT: return page_out(vma, a);
    case MADV_WILLNEED: return will_need(vma, a);
    case MADV_REMOVE: return remove_from_file(vma, a);
    default: return -EINVAL;
    }
}

static int advise_range(struct advice *a, vaddr_t start, vaddr_t end)
{
    struct mm *mm = a->mm;
    int hole = 0;

    while (start < end) {
        struct vma *vma = vma_find(&mm->vmas, start);
        vaddr_t stop;
        int err;

        if (vma == NULL || vma->start >= end)
            return -ENOMEM;
        if (vma->start > start) {
            hole = -ENOMEM;
            start = vma->start;
        }
        a->start = start;
        a->end = stop = MIN(end, vma->end);
        err = advise_area(vma, a);
        if (err != 0)
            return err;
        start = stop;
    }
    return hole;
}

static bool is_known(int advice)
{
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_FREE:
    case MADV_COLD:
    case MADV_PAGEOUT:
    case MADV_WILLNEED:
    case MADV_REMOVE:
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE: return true;
    default: return find_flag_advice(advice) != NULL;
    }
}

static int advise(struct mm *mm, vaddr_t start, vaddr_t end, int advice)
{
    struct tlb_gather tlb;
    struct advice a = {.mm = mm,
                       .advice = advice,
                       .flags = find_flag_advice(advice),
                       .tlb = &tlb};
    int err;

    if (a.flags != NULL)
        rwsem_write_lock(&mm->mmap_lock);
    else
        rwsem_read_lock(&mm->mmap_lock);
    tlb_begin(&tlb, mm);
    err = advise_range(&a, start, end);
    tlb_finish(&tlb);
    if (vmck_enabled)
        vmck_check_locked(mm);
    if (a.flags != NULL)
        rwsem_write_unlock(&mm->mmap_lock);
    else
        rwsem_read_unlock(&mm->mmap_lock);
    return err;
}

int mm_madvise(struct mm *mm, vaddr_t addr, size_t len, int advice)
{
    size_t rounded = ROUND_UP(len, PAGE_SIZE);

    if (!is_known(advice) || (addr & PAGE_MASK) != 0 ||
        (len != 0 && rounded == 0) || addr + rounded < addr)
        return -EINVAL;
    if (rounded == 0)
        return 0;
    if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
        return mm_populate_range(mm, addr, addr + rounded,
                                 advice == MADV_POPULATE_READ ? MM_READ
                                                              : MM_WRITE);
    return advise(mm, addr, addr + rounded, advice);
}
