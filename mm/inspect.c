/* SPDX-License-Identifier: MIT */
/*
 * Looking at an address space: what /proc shows of it.
 */
#include "kernel/lib/string.h"
#include "mm/anon.h"
#include "mm/counts.h"
#include "mm/mm.h"
#include "mm/pagecache.h"
#include "mm/pagetable.h"
#include "mm/refs.h"

/* /proc/PID/pagemap, Linux's Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT (1UL << 63)
#define PAGEMAP_FILE (1UL << 61)
#define PAGEMAP_EXCLUSIVE (1UL << 56)
#define PAGEMAP_SOFT_DIRTY (1UL << 55)

static void name_area(struct mm *mm, struct vma *vma, struct vma_info *out)
{
    const char *name = "";

    if (vma->file != NULL) {
        vma->file->ops->describe(vma->file, out->name, sizeof(out->name),
                                 &out->dev, &out->ino);
        return;
    }
    if (vma->start <= mm->brk && vma->end >= mm->brk_start &&
        mm->brk > mm->brk_start)
        name = "[heap]";
    else if (vma->start <= mm->layout.start_stack &&
             vma->end > mm->layout.start_stack)
        name = "[stack]";
    strlcpy(out->name, name, sizeof(out->name));
}

static void describe_area(struct mm *mm, struct vma *vma, bool counts,
                          struct vma_info *out)
{
    memset(out, 0, sizeof(*out));
    out->start = vma->start;
    out->end = vma->end;
    out->read = (vma->flags & VM_READ) != 0;
    out->write = (vma->flags & VM_WRITE) != 0;
    out->exec = (vma->flags & VM_EXEC) != 0;
    out->shared = (vma->flags & VM_MAYSHARE) != 0;
    out->flags = vma->flags;
    out->written = !vma->tracked;
    out->pgoff = vma->file != NULL ? vma->pgoff << PAGE_SHIFT : 0;
    name_area(mm, vma, out);
    if (counts)
        vma_count_pages(vma, &out->counts);
}

bool mm_next_vma(struct mm *mm, vaddr_t addr, bool counts, struct vma_info *out)
{
    struct vma *vma;

    rwsem_read_lock(&mm->mmap_lock);
    vma = vma_find(&mm->vmas, addr);
    if (vma != NULL)
        describe_area(mm, vma, counts, out);
    rwsem_read_unlock(&mm->mmap_lock);
    return vma != NULL;
}

bool mm_sum_vmas(struct mm *mm, struct vma_info *out)
{
    struct vma *vma;

    memset(out, 0, sizeof(*out));
    rwsem_read_lock(&mm->mmap_lock);
    vma_for_each (vma, &mm->vmas) {
        if (out->end == 0)
            out->start = vma->start;
        out->end = vma->end;
        vma_count_pages(vma, &out->counts);
    }
    rwsem_read_unlock(&mm->mmap_lock);
    return out->end != 0;
}

/* Of the entry at va, in a table of this level. */
static uint64_t pagemap_bits(pte_t pte, unsigned level, vaddr_t va)
{
    const struct page *page = pte_page_at(pte, level, va);
    const struct page *counted = pte_page(pte); /* a large page's first */
    uint64_t bits = PAGEMAP_PRESENT | page_to_pfn(page);

    if (page->use == PAGE_FILE ||
        (page->use == PAGE_HUGETLB && counted->hugetlb.in_file))
        bits |= PAGEMAP_FILE;
    if (page != anon_zero_page && page_mappings(counted) == 1)
        bits |= PAGEMAP_EXCLUSIVE;
    return bits;
}

static uint64_t pagemap_entry_locked(struct mm *mm, struct vma *vma, vaddr_t va)
{
    struct pt_cursor cur;
    pte_t *entry = pt_lock_leaf(mm, va, &cur);
    pte_t pte = {0};
    uint64_t bits = 0;

    if (entry != NULL) {
        pte = *entry;
        if (pte_device(pte))
            bits = PAGEMAP_PRESENT | pte_paddr(pte).v >> PAGE_SHIFT;
        else if (!pte_none(pte))
            bits = pagemap_bits(pte, cur.level, va);
        pt_unlock(entry);
    }
    return mm_is_written(vma, pte) ? bits | PAGEMAP_SOFT_DIRTY : bits;
}

uint64_t mm_pagemap_entry(struct mm *mm, vaddr_t va)
{
    uint64_t bits = 0;
    struct vma *vma;

    if (va >= USER_END)
        return 0;
    rwsem_read_lock(&mm->mmap_lock);
    vma = vma_find(&mm->vmas, va);
    if (vma != NULL && vma->start <= va)
        bits = pagemap_entry_locked(mm, vma, va);
    rwsem_read_unlock(&mm->mmap_lock);
    return bits;
}
