/* SPDX-License-Identifier: MIT */
/*
 * mprotect(2): areas are split so that the range is made of whole ones, get
 * their new rights one after another, and merge with like neighbours.
 *
 * As on Linux, a hole or a refusal in the middle of the range ends the call
 * with the areas before it changed.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/commit.h"
#include "mm/limits.h"
#include "mm/mm.h"
#include "mm/mmap.h"
#include "mm/populate.h"
#include "mm/range.h"
#include "mm/vmck.h"

/* Memory that starts to be data must fit below RLIMIT_DATA. */
static bool is_within_limits(const struct mm *mm, const struct vma *vma,
                             uint32_t flags, size_t npages)
{
    return !vma_is_data(flags) || vma_is_data(vma->flags) ||
           mm->data_pages + npages <= mm->limits.data >> PAGE_SHIFT;
}

/* Charges for npages of vma if they become a promise with *flags, which then
 * say so; those that are none any more lose the flag. */
static bool charge(const struct vma *vma, uint32_t *flags, size_t npages)
{
    if ((*flags & VM_WRITE) == 0) {
        if (vma->file == NULL && vma->anon == 0)
            *flags &= ~VM_ACCOUNT;
        return true;
    }
    if ((vma->flags & (VM_ACCOUNT | VM_WRITE)) || !vma_is_accountable(*flags))
        return true;
    *flags |= VM_ACCOUNT;
    return commit_charge(vma->mm, npages);
}

/* … which did not come about, or did. */
static void settle(uint32_t charged, uint32_t kept, size_t npages)
{
    if ((charged & VM_ACCOUNT) && !(kept & VM_ACCOUNT))
        commit_uncharge(npages);
}

/* Gives [start, end), which lies within vma, the rights of prot. */
static int protect_area_locked(struct mm *mm, struct vma *vma, vaddr_t start,
                               vaddr_t end, int prot, struct tlb_gather *tlb)
{
    uint32_t flags = (vma->flags & ~VM_ACCESS) | mmap_prot_flags(prot);
    size_t npages = (end - start) >> PAGE_SHIFT;
    uint32_t old_flags;
    int err;

    if ((flags & ~(flags >> VM_MAY_SHIFT) & VM_ACCESS) != 0)
        return -EACCES;
    if (flags == vma->flags)
        return 0;
    if (!is_within_limits(mm, vma, flags, npages) ||
        !charge(vma, &flags, npages))
        return -ENOMEM;
    old_flags = vma->flags;
    err = mmap_isolate_locked(mm, start, end);
    if (err != 0) {
        settle(flags, old_flags, npages);
        return err;
    }
    vma = vma_find(&mm->vmas, start);
    limits_account(mm, old_flags, -(long)npages);
    limits_account(mm, flags, (long)npages);
    settle(old_flags, flags, npages);
    vma->flags = flags;
    range_protect(vma, start, end, flags, tlb);
    vma = mmap_merge_locked(mm, vma);
    /* Locked memory that may be written to from now on gets its copies. */
    if ((old_flags & (VM_WRITE | VM_SHARED | VM_LOCKED)) == VM_LOCKED &&
        (flags & VM_WRITE))
        mm_populate_area_locked(vma, start, end);
    return 0;
}

static int protect_range_locked(struct mm *mm, vaddr_t start, vaddr_t end,
                                int prot, struct tlb_gather *tlb)
{
    while (start < end) {
        struct vma *vma = vma_find(&mm->vmas, start);
        vaddr_t stop;
        int err;

        if (vma == NULL || vma->start > start)
            return -ENOMEM;
        stop = MIN(end, vma->end);
        err = protect_area_locked(mm, vma, start, stop, prot, tlb);
        if (err != 0)
            return err;
        start = stop;
    }
    return 0;
}

/* PROT_GROWSDOWN: from the start of the stack area that the range begins in.
 * PROT_GROWSUP: there are no such areas here. */
static int extend_range_locked(struct mm *mm, int grows, vaddr_t *start,
                               vaddr_t end)
{
    struct vma *vma = vma_find(&mm->vmas, *start);

    if (grows == 0)
        return 0;
    if (vma == NULL || vma->start >= end)
        return -ENOMEM;
    if (grows == PROT_GROWSUP)
        return vma->start > *start ? -ENOMEM : -EINVAL;
    if ((vma->flags & VM_GROWSDOWN) == 0)
        return -EINVAL;
    *start = vma->start;
    return 0;
}

static int protect(struct mm *mm, vaddr_t addr, vaddr_t end, int prot,
                   int grows)
{
    struct tlb_gather tlb;
    int err;

    rwsem_write_lock(&mm->mmap_lock);
    tlb_begin(&tlb, mm);
    err = extend_range_locked(mm, grows, &addr, end);
    if (err == 0)
        err = protect_range_locked(mm, addr, end, prot, &tlb);
    tlb_finish(&tlb);
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    return err;
}

int mm_pkey_mprotect(struct mm *mm, vaddr_t addr, size_t len, int prot,
                     int pkey)
{
    int grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
    vaddr_t end;

    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || (addr & PAGE_MASK) != 0)
        return -EINVAL;
    if (len == 0)
        return 0;
    end = addr + ROUND_UP(len, PAGE_SIZE);
    if (end <= addr)
        return -ENOMEM;
    prot &= ~grows;
    if ((prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM)) != 0 ||
        pkey != -1)
        return -EINVAL;
    return protect(mm, addr, end, prot, grows);
}

int mm_mprotect(struct mm *mm, vaddr_t addr, size_t len, int prot)
{
    return mm_pkey_mprotect(mm, addr, len, prot, -1);
}
