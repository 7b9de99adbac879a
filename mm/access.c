/* SPDX-License-Identifier: MIT */
/*
 * Reaching into any address space from the kernel: exec fills a new stack,
 * /proc and reports look at other processes. The frame is used through the
 * direct map.
 */
#include "kernel/lib/string.h"
#include "mm/mm.h"
#include "mm/pagetable.h"

static bool is_granted(pte_t pte, enum mm_access access)
{
    if (!pte_present(pte) || pte_device(pte))
        return false;
    if (access == MM_WRITE)
        return pte_writable(pte);
    return access == MM_READ || (pte.v & pte_nx) == 0;
}

/* Copies to or from the frame at va if the entry grants the access. The
 * table's lock keeps the frame in place meanwhile. => mmap_lock held */
static bool copy_present(struct mm *mm, vaddr_t addr, void *buf, size_t n,
                         enum mm_access access)
{
    struct pt_cursor cur;
    pte_t *entry, pte;
    bool granted;

    entry = pt_lock_leaf(mm, addr, &cur);
    if (entry == NULL)
        return false;
    pte = *entry;
    granted = is_granted(pte, access);
    if (granted) {
        struct page *page = pte_page_at(pte, cur.level, addr);
        char *data = (char *)page_address(page) + (addr & PAGE_MASK);

        if (access == MM_WRITE)
            memcpy(data, buf, n);
        else
            memcpy(buf, data, n);
    }
    pt_unlock(entry);
    return granted;
}

/* A device may not like to be read: its own mappings' users may do it alone. */
static bool is_device(struct mm *mm, vaddr_t addr)
{
    const struct vma *vma = vma_find(&mm->vmas, addr);

    return vma != NULL && vma->start <= addr && (vma->flags & VM_PFNMAP) != 0;
}

/* One page's worth; false if the access is refused. */
static bool access_page(struct mm *mm, vaddr_t addr, void *buf, size_t n,
                        enum mm_access access)
{
    for (;;) {
        enum mm_fault_result result;
        bool done, device;

        rwsem_read_lock(&mm->mmap_lock);
        done = copy_present(mm, addr, buf, n, access);
        device = !done && is_device(mm, addr);
        rwsem_read_unlock(&mm->mmap_lock);
        if (done || device)
            return done;
        result = mm_fault(mm, addr, access);
        if (result != MM_FAULT_OK && result != MM_FAULT_MAJOR)
            return false;
    }
}

size_t mm_access(struct mm *mm, vaddr_t addr, void *buf, size_t len,
                 enum mm_access access)
{
    size_t done = 0;

    while (done < len) {
        size_t within = (addr + done) & PAGE_MASK;
        size_t n = MIN(len - done, PAGE_SIZE - within);

        if (addr + done >= USER_END ||
            !access_page(mm, addr + done, (char *)buf + done, n, access))
            break;
        done += n;
    }
    return done;
}
