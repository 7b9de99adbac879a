/* SPDX-License-Identifier: MIT */
/*
 * mincore(2): a page is in memory if the page table has it, or else if its
 * file's page cache does; a device's always.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "mm/msync.h"
#include "mm/pagecache.h"
#include "mm/pagetable.h"

#define CHUNK 32 /* pages looked up in the cache at once */

/* What the file's cache has of [start, end), within vma. */
static void look_in_cache(struct vma *vma, vaddr_t start, vaddr_t end,
                          unsigned char *resident)
{
    struct page *pages[CHUNK];

    for (vaddr_t va = start; va < end; va += CHUNK * PAGE_SIZE) {
        size_t n = MIN((end - va) >> PAGE_SHIFT, (size_t)CHUNK);

        pagecache_find_pages(vma_cache(vma), vma_pgoff(vma, va), n, pages);
        for (size_t i = 0; i < n; i++, resident++) {
            *resident = pages[i] != NULL;
            if (pages[i] != NULL)
                page_put(pages[i]);
        }
    }
}

/* What the page table has: the entries that are not empty. */
static void look_in_table(struct vma *vma, vaddr_t start, vaddr_t end,
                          unsigned char *resident)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    for (va = start; pt_next_mapped(vma->mm, &va, end, &cur, &stop);
         va = stop) {
        unsigned char *out = resident + ((va - start) >> PAGE_SHIFT);
        const size_t n = (stop - va) >> PAGE_SHIFT;

        if (cur.level != 0) {
            memset(out, 1, n);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            if (!pte_none(pte_load(cur.entry[0] + i)))
                out[i] = 1;
    }
}

static int look_locked(struct mm *mm, vaddr_t start, vaddr_t end,
                       unsigned char *resident)
{
    while (start < end) {
        struct vma *vma = vma_find(&mm->vmas, start);
        vaddr_t stop;

        if (vma == NULL || vma->start > start)
            return -ENOMEM;
        stop = MIN(end, vma->end);
        memset(resident, (vma->flags & VM_PFNMAP) != 0,
               (stop - start) >> PAGE_SHIFT);
        if (vma_cache(vma) != NULL)
            look_in_cache(vma, start, stop, resident);
        look_in_table(vma, start, stop, resident);
        resident += (stop - start) >> PAGE_SHIFT;
        start = stop;
    }
    return 0;
}

int mm_mincore(struct mm *mm, vaddr_t addr, size_t n, unsigned char *resident)
{
    int err;

    rwsem_read_lock(&mm->mmap_lock);
    err = look_locked(mm, addr, addr + n * PAGE_SIZE, resident);
    rwsem_read_unlock(&mm->mmap_lock);
    return err;
}
