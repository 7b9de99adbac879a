/* SPDX-License-Identifier: MIT */
/*
 * Reaching into any address space from the kernel: exec fills a new stack,
 * /proc and reports look at other processes.
 *
 * The frame is used through the direct map while mmap_lock is held for read:
 * no entry can lose a right meanwhile, and a frame whose entry allows writing
 * is private to its address space, or shared memory that may be written.
 */
#include "kernel/lib/string.h"
#include "mm/anon.h"
#include "mm/fault.h"
#include "mm/mm.h"
#include "mm/pagecache.h"

/* The frame at va if its entry grants the access, with a reference. */
static struct page *get_present(struct mm *mm, vaddr_t va,
                                enum mm_access access)
{
    struct page *page = NULL;
    struct pt_cursor cur;
    pte_t pte;

    if (pt_descend(mm, va, 0, false, &cur) != 0)
        return NULL;
    pt_lock(cur.entry[0]);
    pte = *cur.entry[0];
    if (pte_present(pte) && (access != MM_WRITE || pte_writable(pte))) {
        page = pte_page(pte);
        page_get(page);
    }
    pt_unlock(cur.entry[0]);
    return page;
}

static void copy_piece(struct page *page, vaddr_t addr, void *buf, size_t n,
                       enum mm_access access)
{
    char *data = (char *)page_address(page) + (addr & PAGE_MASK);

    if (access == MM_WRITE)
        memcpy(data, buf, n);
    else
        memcpy(buf, data, n);
}

/* One page's worth; false if the access is refused. */
static bool access_page(struct mm *mm, vaddr_t addr, void *buf, size_t n,
                        enum mm_access access)
{
    vaddr_t va = ROUND_DOWN(addr, PAGE_SIZE);

    for (;;) {
        enum mm_fault_result result;
        struct page *page;

        rwsem_read_lock(&mm->mmap_lock);
        page = get_present(mm, va, access);
        if (page != NULL) {
            copy_piece(page, addr, buf, n, access);
            page_put(page);
        }
        rwsem_read_unlock(&mm->mmap_lock);
        if (page != NULL)
            return true;
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
