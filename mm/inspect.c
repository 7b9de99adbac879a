/* SPDX-License-Identifier: MIT */
/*
 * Looking at an address space: what /proc shows of it.
 */
#include "kernel/lib/string.h"
#include "mm/anon.h"
#include "mm/mm.h"
#include "mm/pagecache.h"
#include "mm/pagetable.h"

/* /proc/PID/pagemap, Linux's Documentation/admin-guide/mm/pagemap.rst */
#define PAGEMAP_PRESENT (1UL << 63)
#define PAGEMAP_FILE (1UL << 61)
#define PAGEMAP_EXCLUSIVE (1UL << 56)

/* Entries of page tables and caches that hold the frame. */
static uint32_t count_mappings(const struct page *page)
{
    uint32_t refs = (uint32_t)atomic_load(&page->refs);

    return page->use == PAGE_FILE && pagecache_has_page(page) ? refs - 1 : refs;
}

static void count_page(pte_t pte, struct vma_info *out)
{
    struct page *page = pte_page(pte);
    uint32_t mappings;
    bool dirty;

    if (page == anon_zero_page || pte_device(pte))
        return;
    mappings = count_mappings(page);
    dirty = page->use == PAGE_ANON || pte_writable(pte);
    out->rss++;
    if (page->use == PAGE_ANON)
        out->anon++;
    if (mappings > 1 && dirty)
        out->shared_dirty++;
    else if (mappings > 1)
        out->shared_clean++;
    else if (dirty)
        out->private_dirty++;
    else
        out->private_clean++;
    out->pss += PAGE_SIZE / (mappings == 0 ? 1 : mappings);
}

/* A large page is always private. */
static void count_large(size_t npages, struct vma_info *out)
{
    out->rss += npages;
    out->anon += npages;
    out->anon_huge += npages;
    out->private_dirty += npages;
    out->pss += npages << PAGE_SHIFT;
}

static void count_pages(struct vma *vma, struct vma_info *out)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    if ((vma->flags & VM_HUGETLB) != 0)
        return; /* not counted as resident, as on Linux */
    for (va = vma->start; pt_next_mapped(vma->mm, &va, vma->end, &cur, &stop);
         va = stop) {
        pte_t *entry = cur.entry[0];

        if (cur.level != 0) {
            count_large((stop - va) >> PAGE_SHIFT, out);
            continue;
        }
        pt_lock(entry);
        for (vaddr_t at = va; at < stop; at += PAGE_SIZE, entry++)
            if (!pte_none(*entry))
                count_page(*entry, out);
        pt_unlock(cur.entry[0]);
    }
}

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
    out->pgoff = vma->file != NULL ? vma->pgoff << PAGE_SHIFT : 0;
    name_area(mm, vma, out);
    if (counts)
        count_pages(vma, out);
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

/* page: the frame of the address asked for, which a large page may contain. */
static uint64_t pagemap_bits(const struct page *page, bool large)
{
    uint64_t bits = PAGEMAP_PRESENT | page_to_pfn(page);

    if (large)
        return bits | PAGEMAP_EXCLUSIVE;

    if (page->use == PAGE_FILE)
        bits |= PAGEMAP_FILE;
    if (page != anon_zero_page && count_mappings(page) == 1)
        bits |= PAGEMAP_EXCLUSIVE;
    return bits;
}

uint64_t mm_pagemap_entry(struct mm *mm, vaddr_t va)
{
    struct pt_cursor cur;
    uint64_t bits = 0;
    pte_t *entry;

    if (va >= USER_END)
        return 0;
    rwsem_read_lock(&mm->mmap_lock);
    entry = pt_lock_leaf(mm, va, &cur);
    if (entry != NULL) {
        if (pte_device(*entry))
            bits = PAGEMAP_PRESENT | pte_paddr(*entry).v >> PAGE_SHIFT;
        else if (!pte_none(*entry))
            bits = pagemap_bits(pte_page_at(*entry, cur.level, va),
                                cur.level != 0);
        pt_unlock(entry);
    }
    rwsem_read_unlock(&mm->mmap_lock);
    return bits;
}
