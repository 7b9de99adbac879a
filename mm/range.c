/* SPDX-License-Identifier: MIT */
/*
 * Range operations on page-table entries: see range.h.
 *
 * Locks: the last-level table's lock is taken once for all entries of the
 * range in that table. range_copy's destination is not yet visible to anyone,
 * so its tables are filled without their locks.
 */
#include "mm/range.h"
#include "kernel/abi/errno.h"
#include "mm/anon.h"
#include "mm/devmap.h"
#include "mm/hugetlb.h"
#include "mm/pagecache.h"
#include "mm/peaks.h"
#include "mm/tlbdebt.h"
#include "mm/vmstat.h"

enum mm_rss range_rss_kind(const struct vma *vma, const struct page *page)
{
    if (page->use == PAGE_ANON)
        return MM_RSS_ANON;
    return pagecache_rss_kind(vma_cache(vma));
}

/* Pages by kind, summed over a table and then added in one go. */
struct rss_delta {
    long pages[MM_RSS_KINDS];
};

static void rss_apply(struct mm *mm, const struct rss_delta *delta, int sign)
{
    for (unsigned kind = 0; kind < MM_RSS_KINDS; kind++)
        if (delta->pages[kind] != 0)
            atomic64_add(&mm->rss[kind], sign * delta->pages[kind]);
}

/* One table's share of range_zap, while it is done. */
struct zap {
    struct tlb_gather *tlb;
    pte_t *first; /* that was removed, and where it is mapped */
    vaddr_t first_va;
    struct page **slot, **limit; /* room for references in tlb */
};

static void zap_open(struct zap *zap)
{
    zap->slot = zap->tlb->pages + zap->tlb->npages;
    zap->limit = zap->tlb->pages + zap->tlb->room;
}

/* What was removed, up to `last`, is the gather's now. */
static void zap_close(struct zap *zap, const pte_t *last)
{
    const size_t n = (size_t)(last - zap->first);

    zap->tlb->npages = (size_t)(zap->slot - zap->tlb->pages);
    tlb_add(zap->tlb, zap->first_va);
    tlb_add(zap->tlb, zap->first_va + n * PAGE_SIZE);
}

static __noinline void zap_make_room(struct zap *zap, const pte_t *last)
{
    zap_close(zap, last);
    tlb_make_room(zap->tlb);
    zap_open(zap);
}

/* => its lock held; there is an entry at `first`, mapped at va */
static void zap_table_locked(struct vma *vma, pte_t *first, vaddr_t va,
                             const pte_t *end, struct tlb_gather *tlb)
{
    struct zap zap = {.tlb = tlb, .first = first, .first_va = va};
    struct page *const zero_page = anon_zero_page;
    struct page_cache *const cache = vma_cache(vma);
    const bool ledger = vmck_enabled;
    struct rss_delta gone = {{0}};
    long removed = 0, of_file = 0, zero = 0;
    pte_t *last = first;

    zap_open(&zap);
    for (pte_t *entry = first; entry < end; entry++) {
        const pte_t pte = *entry;
        struct page *page = pte_page(pte);

        if (pte_none(pte))
            continue;
        last = entry;
        removed++;
        if (unlikely(ledger))
            tlbdebt_note(vma->mm, va + (size_t)(entry - first) * PAGE_SIZE, pte,
                         (pte_t){0}, __func__);
        pte_store(entry, (pte_t){0});
        if (unlikely(page == zero_page)) {
            zero++;
            continue;
        }
        if (cache != NULL)
            of_file += page->use == PAGE_FILE;
        if (unlikely(zap.slot == zap.limit))
            zap_make_room(&zap, last);
        *zap.slot++ = page;
    }
    zap_close(&zap, last);
    pt_count(first, -(int)removed);
    gone.pages[MM_RSS_ANON] = removed - zero - of_file;
    if (of_file != 0)
        gone.pages[pagecache_rss_kind(cache)] = of_file;
    rss_apply(vma->mm, &gone, -1);
}

void range_zap(struct vma *vma, vaddr_t start, vaddr_t end,
               struct tlb_gather *tlb)
{
    struct pt_cursor cur;
    vaddr_t va, stop;

    if (unlikely((vma->flags & VM_HUGETLB) != 0)) {
        hugetlb_zap(vma, start, end, tlb);
        return;
    }
    if (!tlb->dead)
        mm_note_resident(vma->mm);
    if (unlikely((vma->flags & VM_PFNMAP) != 0)) {
        tlb->kept = TLB_NONE_KEPT; /* whatever was left may be gone now */
        devmap_zap(vma, start, end, tlb);
        return;
    }
    for (va = start; pt_next_mapped(vma->mm, &va, end, &cur, &stop);
         va = stop) {
        pte_t *entry = cur.entry[0];
        const pte_t *limit = entry + ((stop - va) >> PAGE_SHIFT);

        if (unlikely(cur.level != 0)) {
            if (!huge_zap(vma, &cur, va, stop, tlb))
                stop = va;
            continue;
        }
        pt_lock(entry);
        while (entry < limit && pte_none(*entry)) {
            entry++;
            va += PAGE_SIZE;
        }
        if (entry < limit)
            zap_table_locked(vma, entry, va, limit, tlb);
        tlb->kept = pt_table_of(cur.entry[0])->table.nentries != 0
                        ? ROUND_DOWN(stop - PAGE_SIZE, HUGE_SIZE)
                        : TLB_NONE_KEPT;
        pt_unlock(cur.entry[0]);
    }
}

/* => the table's lock held; how many were removed */
static int zap_file_locked(struct vma *vma, pte_t *entry, vaddr_t va,
                           vaddr_t stop, struct tlb_gather *tlb)
{
    int n = 0;

    for (; va < stop; va += PAGE_SIZE, entry++) {
        struct page *page = pte_page(*entry);

        if (pte_none(*entry) || page->use != PAGE_FILE)
            continue;
        pt_set(vma->mm, va, entry, (pte_t){0}, __func__);
        pt_count(entry, -1);
        tlb_add_page(tlb, va, page);
        n++;
    }
    return n;
}

void range_zap_file(struct vma *vma, vaddr_t start, vaddr_t end,
                    struct tlb_gather *tlb)
{
    const enum mm_rss kind = pagecache_rss_kind(vma_cache(vma));
    struct pt_cursor cur;
    vaddr_t va, stop;

    mm_note_resident(vma->mm);
    for (va = start; pt_next_table(vma->mm, &va, end, &cur, &stop); va = stop) {
        int n;

        pt_lock(cur.entry[0]);
        n = zap_file_locked(vma, cur.entry[0], va, stop, tlb);
        pt_unlock(cur.entry[0]);
        atomic64_add(&vma->mm->rss[kind], -n);
    }
}

/* May a frame that is mapped read-only be written in place? A private one only
 * by its one owner: with mmap_lock held for write nobody can come to share it
 * meanwhile. A device's if that is what the area is for. */
static bool is_sole_owner(const struct vma *vma, pte_t pte)
{
    if (unlikely(pte_device(pte)))
        return !vma_is_private(vma);
    return vma_is_private(vma) && pte_page(pte)->use == PAGE_ANON &&
           atomic_load(&pte_page(pte)->refs) == 1;
}

static void protect_table_locked(struct vma *vma, pte_t *entry, vaddr_t va,
                                 vaddr_t stop, uint32_t flags,
                                 struct tlb_gather *tlb)
{
    for (; va < stop; va += PAGE_SIZE, entry++) {
        pte_t old = *entry, new;
        bool writable;

        if (pte_none(old))
            continue;
        writable = pte_writable(old) || is_sole_owner(vma, old);
        new =
            pte_make(pte_paddr(old), vma_pte_bits_again(old, flags, writable) |
                                         (old.v & PTE_DEVICE_BITS));
        pt_set(vma->mm, va, entry, new, __func__);
        /* Weaker: it loses P or RW, or gains XD. */
        if ((old.v & ~new.v &(PTE_P | PTE_RW)) != 0 ||
            (new.v & ~old.v &pte_nx) != 0)
            tlb_add(tlb, va);
    }
}

void range_protect(struct vma *vma, vaddr_t start, vaddr_t end, uint32_t flags,
                   struct tlb_gather *tlb)
{
    const struct huge_rights rights = {flags, tlb};
    struct pt_cursor cur;
    vaddr_t va, stop;

    if (unlikely((vma->flags & VM_HUGETLB) != 0)) {
        hugetlb_protect(vma, start, end, &rights);
        return;
    }
    for (va = start; pt_next_mapped(vma->mm, &va, end, &cur, &stop);
         va = stop) {
        if (unlikely(cur.level != 0)) {
            if (!huge_protect(vma, &cur, va, stop, &rights))
                stop = va;
            continue;
        }
        pt_lock(cur.entry[0]);
        protect_table_locked(vma, cur.entry[0], va, stop, flags, tlb);
        pt_unlock(cur.entry[0]);
    }
}

/* One table's share of range_copy, while it is done. */
struct copy {
    struct vma *vma;
    struct tlb_gather *tlb;
    vaddr_t weakened_first, weakened_last; /* made read-only; first 0: none */
    struct rss_delta pages;
    long n; /* entries */
};

/* An entry of private memory that may be written to: from now on it may not. */
static __always_inline pte_t copy_weaken(struct copy *copy, vaddr_t va,
                                         pte_t *entry, pte_t pte)
{
    pte = pte_wrprotect(pte);
    pt_set(copy->vma->mm, va, entry, pte, __func__);
    if (copy->weakened_first == 0)
        copy->weakened_first = va;
    copy->weakened_last = va;
    return pte;
}

/* => the source table's lock held */
static void copy_table_locked(struct copy *copy, pte_t *from, pte_t *to,
                              vaddr_t va, vaddr_t stop)
{
    const bool private = vma_is_private(copy->vma);
    const bool anonymous = copy->vma->file == NULL;
    struct page *const zero_page = anon_zero_page;
    long anon = 0;

    copy->weakened_first = 0;
    for (; va < stop; va += PAGE_SIZE, from++, to++) {
        pte_t pte = *from;
        struct page *page = pte_page(pte);

        if (pte_none(pte))
            continue;
        if (private && pte_writable(pte))
            pte = copy_weaken(copy, va, from, pte);
        pte_store(to, pte);
        copy->n++;
        if (page == zero_page || unlikely(pte_device(pte)))
            continue;
        page_get(page);
        if (anonymous)
            anon++;
        else
            copy->pages.pages[range_rss_kind(copy->vma, page)]++;
    }
    copy->pages.pages[MM_RSS_ANON] += anon;
    if (copy->weakened_first != 0) {
        tlb_add(copy->tlb, copy->weakened_first);
        tlb_add(copy->tlb, copy->weakened_last);
    }
}

int range_copy(struct vma *vma, struct mm *child, struct tlb_gather *tlb)
{
    struct copy copy = {.vma = vma, .tlb = tlb};
    struct pt_cursor from, to;
    vaddr_t va, stop;
    int err = 0;

    if (unlikely((vma->flags & VM_HUGETLB) != 0))
        return hugetlb_copy(vma, child, tlb);
    for (va = vma->start; pt_next_table(vma->mm, &va, vma->end, &from, &stop);
         va = stop) {
        err = pt_descend(child, va, 0, true, &to);
        if (err != 0)
            break;
        copy.n = 0;
        pt_lock(from.entry[0]);
        copy_table_locked(&copy, from.entry[0], to.entry[0], va, stop);
        pt_unlock(from.entry[0]);
        pt_count(to.entry[0], (int)copy.n);
        vmstat_add(VM_FORK_PTES, (uint64_t)copy.n);
    }
    rss_apply(child, &copy.pages, 1);
    return err;
}
