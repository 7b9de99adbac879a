/* SPDX-License-Identifier: MIT */
/*
 * remap_file_pages(2): once mappings with pages in any order, page by page; on
 * Linux since 4.0 only an old name for a shared mapping of the same file over
 * the given range, which is what it is here.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/mm.h"
#include "mm/mmap.h"
#include "mm/pagecache.h"
#include "mm/populate.h"
#include "mm/vmck.h"

/* The shared area at start, if it and those like it reach to end. */
static struct vma *find_shared(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *first = vma_find(&mm->vmas, start), *vma, *next;

    if (first == NULL || first->start > start || !(first->flags & VM_SHARED) ||
        (first->flags & VM_HUGETLB))
        return NULL;
    for (vma = first; vma->end < end; vma = next) {
        next = vma_next(&mm->vmas, vma);
        if (next == NULL || next->start != vma->end ||
            next->file != first->file || next->flags != first->flags)
            return NULL;
    }
    return first;
}

static int prot_of(uint32_t flags)
{
    return (flags & VM_READ ? PROT_READ : 0) |
           (flags & VM_WRITE ? PROT_WRITE : 0) |
           (flags & VM_EXEC ? PROT_EXEC : 0);
}

static int remap_locked(struct mm *mm, struct mmap_request *req)
{
    struct vma *vma = find_shared(mm, req->addr, req->addr + req->len);
    vaddr_t out;
    int err;

    if (vma == NULL)
        return -EINVAL;
    req->file = vma->file;
    req->prot = prot_of(vma->flags);
    if (vma->flags & VM_LOCKED)
        req->flags |= MAP_LOCKED;
    mapped_file_get(req->file); /* the area that has it may go */
    err = mmap_map_locked(mm, req, &out);
    mapped_file_put(req->file);
    return err;
}

int mm_remap_file_pages(struct mm *mm, const struct mmap_request *req)
{
    struct mmap_request r = *req;
    int err;

    r.addr = ROUND_DOWN(r.addr, PAGE_SIZE);
    r.len = ROUND_DOWN(r.len, PAGE_SIZE);
    if (r.prot != 0 || r.addr + r.len <= r.addr ||
        r.offset > UINT64_MAX - r.len)
        return -EINVAL;
    r.flags = (r.flags & MAP_NONBLOCK) | MAP_SHARED | MAP_FIXED;
    rwsem_write_lock(&mm->mmap_lock);
    err = remap_locked(mm, &r);
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    if (err == 0 && !(r.flags & MAP_NONBLOCK))
        mm_populate(mm, r.addr, r.addr + r.len);
    return err;
}
