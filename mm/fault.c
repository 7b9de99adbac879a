/* SPDX-License-Identifier: MIT */
/*
 * Page faults: classify, then one small function a case.
 *
 * The hardware refused an access: the page-table entry is missing or too weak.
 * The VMA list says whether the access is allowed. If it is, the entry is made
 * to allow it, and the instruction runs again; if it is not, the caller is told
 * which error it is.
 *
 * Two threads may fault on the same page at once. Each prepares without a lock
 * all that can fail or sleep, then takes the table's lock and looks again: if
 * the entry is no longer what it was, the other thread was faster; what was
 * prepared is dropped and the instruction simply runs again.
 *
 * Locks: mmap_lock for read, so that no area changes under us; then the
 * table's lock for the entry alone.
 *
 * Read next: mm/anon.c, mm/filemap.c; mm/stack.c for faults below the stack.
 */
#include "mm/fault.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "mm/anon.h"
#include "mm/devmap.h"
#include "mm/filemap.h"
#include "mm/hugetlb.h"
#include "mm/pagecache.h"
#include "mm/stack.h"
#include "mm/tlb.h"
#include "mm/vmck.h"
#include "mm/vmstat.h"

enum fault_case {
    FAULT_ZERO,         /* read of untouched anonymous memory */
    FAULT_ANON,         /* write to untouched anonymous memory */
    FAULT_COW,          /* write to a private page mapped read-only */
    FAULT_FILE,         /* a page of the cache is to be mapped as it is */
    FAULT_FILE_COPY,    /* first access to a private file page is a write */
    FAULT_SHARED_WRITE, /* first write to a shared page mapped read-only */
    FAULT_SPURIOUS,     /* the entry allows the access already */
};

static __always_inline enum fault_case classify(const struct fault *fault)
{
    bool write = fault->access == MM_WRITE;
    bool private = vma_is_private(fault->vma);

    if (pte_none(fault->pte)) {
        if (vma_cache(fault->vma) == NULL)
            return write ? FAULT_ANON : FAULT_ZERO;
        return write && private ? FAULT_FILE_COPY : FAULT_FILE;
    }
    /* An area that allows no access is looked into by debuggers alone. */
    ASSERT(pte_present(fault->pte) || (fault->vma->flags & VM_ACCESS) == 0);
    if (write && !pte_writable(fault->pte))
        return private ? FAULT_COW : FAULT_SHARED_WRITE;
    return FAULT_SPURIOUS;
}

static __always_inline enum mm_fault_result resolve(struct fault *fault)
{
    switch (classify(fault)) {
    case FAULT_ZERO: return anon_map_zero(fault);
    case FAULT_ANON: return anon_fill(fault);
    case FAULT_COW: return anon_copy_on_write(fault);
    case FAULT_FILE: return filemap_map(fault);
    case FAULT_FILE_COPY: return filemap_copy(fault);
    case FAULT_SHARED_WRITE: return filemap_make_writable(fault);
    case FAULT_SPURIOUS: return MM_FAULT_OK; /* the CPU forgot it: tlb.h */
    }
    panic("fault: no such case");
}

/* Areas whose pages are no ordinary frames. */
static enum mm_fault_result fault_special(struct vma *vma, vaddr_t va,
                                          enum mm_access access)
{
    return vma->flags & VM_HUGETLB ? hugetlb_fault(vma, va, access)
                                   : devmap_fault(vma, va, access);
}

/* Fills in fault->entry, building the tables on the way to it. 0, -ENOMEM, or
 * -ENOENT: a large page is mapped there. */
static __noinline int build_leaf(struct fault *fault)
{
    struct pt_cursor cur;
    int err = pt_descend(fault->mm, fault->va, 0, true, &cur);

    if (err == 0)
        fault->entry = cur.entry[0];
    return err;
}

enum mm_fault_result fault_in_page(struct vma *vma, vaddr_t va,
                                   enum mm_access access)
{
    struct fault fault = {
        .mm = vma->mm, .vma = vma, .va = va, .access = access};

    if (unlikely((vma->flags & (VM_HUGETLB | VM_PFNMAP)) != 0))
        return fault_special(vma, va, access);
    if (huge_is_wanted(vma, va, access) && huge_fill(vma, va))
        return MM_FAULT_OK;
    fault.entry = pt_find_leaf(vma->mm->root, va);
    if (unlikely(fault.entry == NULL)) {
        int err = build_leaf(&fault);

        if (err == -ENOENT)
            return huge_fault(vma, va, access);
        if (err != 0)
            return MM_FAULT_OOM;
    }
    fault.pte = pte_load(fault.entry);
    return resolve(&fault);
}

bool fault_is_allowed(const struct vma *vma, enum mm_access access)
{
    /* On x86 whatever is mapped can be read, so any right grants reading. */
    static const uint32_t sufficient[] = {
        [MM_READ] = VM_ACCESS, [MM_WRITE] = VM_WRITE, [MM_EXEC] = VM_EXEC};

    return (vma->flags & sufficient[access]) != 0;
}

static void count_result(enum mm_fault_result result)
{
    if (likely(result == MM_FAULT_OK)) {
        vmstat_inc(VM_PGFAULT);
        return;
    }
    switch (result) {
    case MM_FAULT_MAJOR:
        vmstat_inc(VM_PGMAJFAULT);
        vmstat_inc(VM_PGFAULT);
        break;
    case MM_FAULT_MAPERR:
    case MM_FAULT_ACCERR: vmstat_inc(VM_FAULT_SEGV); break;
    case MM_FAULT_BUS: vmstat_inc(VM_FAULT_BUS); break;
    case MM_FAULT_OOM:
    case MM_FAULT_OK: break;
    }
}

/* Nothing is mapped at address, but vma above it may grow. */
static __noinline struct vma *grow_down(struct mm *mm, struct vma *vma,
                                        vaddr_t address)
{
    if (vma == NULL || (vma->flags & VM_GROWSDOWN) == 0)
        return NULL;
    rwsem_read_unlock(&mm->mmap_lock);
    rwsem_write_lock(&mm->mmap_lock);
    vma = stack_grow_locked(mm, address);
    rwsem_downgrade(&mm->mmap_lock);
    return vma;
}

static __always_inline struct vma *find_area(struct mm *mm, vaddr_t address)
{
    struct vma *vma = vma_find(&mm->vmas, address);

    if (likely(vma != NULL && vma->start <= address))
        return vma;
    return grow_down(mm, vma, address);
}

struct vma *fault_find_area(struct mm *mm, vaddr_t address)
{
    return find_area(mm, address);
}

enum mm_fault_result mm_fault(struct mm *mm, vaddr_t address,
                              enum mm_access access)
{
    vaddr_t va = ROUND_DOWN(address, PAGE_SIZE);
    enum mm_fault_result result;
    struct vma *vma;

    rwsem_read_lock(&mm->mmap_lock);
    vma = find_area(mm, address);
    if (unlikely(vma == NULL))
        result = MM_FAULT_MAPERR;
    else if (unlikely(!fault_is_allowed(vma, access)))
        result = MM_FAULT_ACCERR;
    else
        result = fault_in_page(vma, va, access);
    if (vmck_enabled)
        vmck_check_page_locked(mm, va);
    rwsem_read_unlock(&mm->mmap_lock);
    count_result(result);
    return result;
}
