/* SPDX-License-Identifier: MIT */
/*
 * Reaching into any address space from the kernel: exec fills a new stack,
 * /proc and reports look at other processes. The frame is used through the
 * direct map.
 *
 * A debugger's access (mm_access_forced) goes past the program's rights, not
 * past the rule that a private frame which two can see never changes: if the
 * frame is shared, a write fault first makes a copy.
 */
#include "kernel/lib/string.h"
#include "mm/fault.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/vmck.h"

/* Up to a page's worth of an access. */
struct piece {
    vaddr_t addr;
    char *buf;
    size_t n;
    enum mm_access access;
};

static bool is_granted(pte_t pte, enum mm_access access)
{
    if (!pte_present(pte) || pte_device(pte))
        return false;
    if (access == MM_WRITE)
        return pte_writable(pte);
    return access == MM_READ || (pte.v & pte_nx) == 0;
}

/* May a debugger use the frame that the entry of vma maps? */
static bool is_granted_forced(const struct vma *vma, pte_t pte,
                              const struct page *page, enum mm_access access)
{
    if (pte_none(pte) || access == MM_READ)
        return !pte_none(pte);
    if ((vma->flags & VM_WRITE) != 0)
        return pte_writable(pte);
    /* The frames of a large page have no references, but the first. */
    return page->use == PAGE_ANON && atomic_load(&page->refs) <= 1 &&
           (pte.v & PTE_CLEAN) == 0;
}

/* Copies to or from the frame at the address if the entry grants the access:
 * to a debugger where vma, its area, is given. The table's lock keeps the frame
 * in place meanwhile. => mmap_lock held */
static bool copy_present(struct mm *mm, const struct vma *vma,
                         const struct piece *piece)
{
    struct pt_cursor cur;
    struct page *page;
    pte_t *entry;
    bool granted;

    entry = pt_lock_leaf(mm, piece->addr, &cur);
    if (entry == NULL)
        return false;
    page = pte_page_at(*entry, cur.level, piece->addr);
    granted = vma == NULL ? is_granted(*entry, piece->access)
                          : is_granted_forced(vma, *entry, page, piece->access);
    if (granted) {
        char *data = (char *)page_address(page) + (piece->addr & PAGE_MASK);

        if (piece->access == MM_WRITE)
            memcpy(data, piece->buf, piece->n);
        else
            memcpy(piece->buf, data, piece->n);
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

/* False if the access is refused. */
static bool access_page(struct mm *mm, const struct piece *piece)
{
    for (;;) {
        enum mm_fault_result result;
        bool done, device;

        rwsem_read_lock(&mm->mmap_lock);
        done = copy_present(mm, NULL, piece);
        device = !done && is_device(mm, piece->addr);
        rwsem_read_unlock(&mm->mmap_lock);
        if (done || device)
            return done;
        result = mm_fault(mm, piece->addr, piece->access);
        if (result != MM_FAULT_OK && result != MM_FAULT_MAJOR)
            return false;
    }
}

static bool may_force(const struct vma *vma, enum mm_access access)
{
    if (vma->flags & VM_PFNMAP)
        return false;
    if (access == MM_READ)
        return (vma->flags & (VM_ACCESS | VM_MAYREAD)) != 0;
    if ((vma->flags & VM_WRITE) != 0)
        return true;
    return (vma->flags & (VM_SHARED | VM_MAYWRITE | VM_HUGETLB)) == VM_MAYWRITE;
}

/* The same as a debugger. */
static bool access_page_forced(struct mm *mm, const struct piece *piece)
{
    const vaddr_t va = ROUND_DOWN(piece->addr, PAGE_SIZE);
    bool done = false, refused = false;

    while (!done && !refused) {
        enum mm_fault_result result;
        struct vma *vma;

        rwsem_read_lock(&mm->mmap_lock);
        vma = fault_find_area(mm, piece->addr);
        refused = vma == NULL || !may_force(vma, piece->access);
        done = !refused && copy_present(mm, vma, piece);
        if (!done && !refused) {
            result = fault_in_page(vma, va, piece->access);
            refused = result != MM_FAULT_OK && result != MM_FAULT_MAJOR;
        }
        if (vmck_enabled)
            vmck_check_page_locked(mm, va);
        rwsem_read_unlock(&mm->mmap_lock);
    }
    return done;
}

static size_t access_pages(struct mm *mm, const struct piece *all,
                           bool (*one)(struct mm *mm,
                                       const struct piece *piece))
{
    struct piece piece = *all;
    size_t done = 0;

    while (done < all->n) {
        piece.addr = all->addr + done;
        piece.buf = all->buf + done;
        piece.n = MIN(all->n - done, PAGE_SIZE - (piece.addr & PAGE_MASK));
        if (piece.addr >= USER_END || !one(mm, &piece))
            break;
        done += piece.n;
    }
    return done;
}

size_t mm_access(struct mm *mm, vaddr_t addr, void *buf, size_t len,
                 enum mm_access access)
{
    const struct piece all = {addr, buf, len, access};

    return access_pages(mm, &all, access_page);
}

size_t mm_access_forced(struct mm *mm, vaddr_t addr, void *buf, size_t len,
                        enum mm_access access)
{
    const struct piece all = {addr, buf, len, access};

    return access_pages(mm, &all, access_page_forced);
}
