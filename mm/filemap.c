/* SPDX-License-Identifier: MIT */
/*
 * File-backed mappings.
 *
 * A shared mapping, and a private one until it is written, maps the very
 * frames that read(2) and write(2) use. An entry of a shared mapping becomes
 * writable only by a write fault, which notes that the page is dirty; so a
 * clean page can be dropped and read again.
 *
 * A page may be truncated away while a fault is mapping it. The order makes
 * this safe: truncation first sets the size, then takes pages out of the
 * cache, then removes entries; a fault checks that the page is still in the
 * cache while it holds the table's lock, so either it sees that the page is
 * gone, or the removal sees the entry.
 *
 * Locks: mmap_lock -> a cache's mappings_lock; mmap_lock -> cache lock; table
 * lock innermost.
 */
#include "mm/filemap.h"
#include "mm/huge.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/mutex.h"
#include "mm/pagecache.h"
#include "mm/range.h"
#include "mm/seal.h"
#include "mm/tlb.h"
#include "mm/vmstat.h"

/* A read fault maps this many pages around, as far as they are cached. */
#define AROUND_PAGES 16

static enum mm_fault_result error_result(int err)
{
    return err == -ENOMEM ? MM_FAULT_OOM : MM_FAULT_BUS;
}

/* The page under the fault, with a reference; on failure NULL, with *result
 * saying why. *result is MAJOR if the page had to be read. */
static struct page *get_page(struct fault *fault, enum mm_fault_result *result)
{
    struct page_cache *cache = vma_cache(fault->vma);
    struct page *page;
    bool major = false;
    int err = pagecache_get_page(cache, vma_pgoff(fault->vma, fault->va), &page,
                                 &major);

    if (err != 0) {
        *result = error_result(err);
        return NULL;
    }
    if (major)
        vmstat_inc(VM_FAULT_FILE_READ);
    *result = major ? MM_FAULT_MAJOR : MM_FAULT_OK;
    return page;
}

/* Sets one entry of the fault's table if it is empty and the page is still
 * the file's. The caller's reference becomes the entry's, or is dropped.
 * => the table's lock held; true if it was set */
static bool map_page_locked(pte_t *entry, struct page *page, uint64_t bits)
{
    if (!pte_none(*entry) || !pagecache_has_page(page)) {
        page_put(page);
        return false;
    }
    pte_store(entry, pte_make(page_to_phys(page), bits));
    return true;
}

/* The pages around va that lie in its area, its table and an aligned window,
 * or for who reads on and on one that begins at va: [*start, *end). */
static void around_window(const struct fault *fault, vaddr_t *start,
                          vaddr_t *end)
{
    const size_t window = AROUND_PAGES * PAGE_SIZE;

    *start = fault->vma->flags & VM_SEQ_READ ? fault->va
                                             : ROUND_DOWN(fault->va, window);
    *end = MIN(*start + window, ROUND_DOWN(fault->va, HUGE_SIZE) + HUGE_SIZE);
    *end = MIN(*end, fault->vma->end);
    *start = MAX(*start, fault->vma->start);
}

/* Gets the file's pages for [start, end) into the cache. */
static void read_ahead(const struct fault *fault, vaddr_t start, vaddr_t end)
{
    for (vaddr_t va = start; va < end; va += PAGE_SIZE) {
        struct page *page;

        if (pagecache_get_page(vma_cache(fault->vma), vma_pgoff(fault->vma, va),
                               &page, NULL) != 0)
            break;
        page_put(page);
    }
}

/* Maps what the cache has around the fault, read-only. */
static void map_around(struct fault *fault)
{
    uint64_t bits = vma_pte_bits(fault->vma->flags, false);
    struct page *pages[AROUND_PAGES];
    vaddr_t start, end;
    pte_t *entry;
    size_t n;
    int mapped = 0;

    around_window(fault, &start, &end);
    if ((fault->vma->flags & VM_SEQ_READ) &&
        !pagecache_is_shmem(vma_cache(fault->vma)))
        read_ahead(fault, start, end);
    n = (end - start) >> PAGE_SHIFT;
    pagecache_find_pages(vma_cache(fault->vma), vma_pgoff(fault->vma, start), n,
                         pages);
    entry = fault->entry - ((fault->va - start) >> PAGE_SHIFT);
    pt_lock(fault->entry);
    for (size_t i = 0; i < n; i++)
        if (pages[i] != NULL && map_page_locked(entry + i, pages[i], bits))
            mapped++;
    pt_count(fault->entry, mapped);
    pt_unlock(fault->entry);
    if (mapped == 0)
        return;
    vmstat_add(VM_FAULT_FILE_MAP, (uint64_t)mapped);
    atomic64_add(&fault->mm->rss[pagecache_rss_kind(vma_cache(fault->vma))],
                 mapped);
}

/* Maps the page itself, for writing if the fault is a write. */
static void map_one(struct fault *fault, struct page *page)
{
    bool write = fault->access == MM_WRITE;
    uint64_t bits = vma_pte_bits(fault->vma->flags, write);
    bool mapped;

    if (write)
        pagecache_mark_dirty(page);
    pt_lock(fault->entry);
    mapped = map_page_locked(fault->entry, page, bits);
    pt_count(fault->entry, mapped);
    pt_unlock(fault->entry);
    if (!mapped)
        return;
    vmstat_inc(VM_FAULT_FILE_MAP);
    atomic64_add(&fault->mm->rss[pagecache_rss_kind(vma_cache(fault->vma))], 1);
}

enum mm_fault_result filemap_map(struct fault *fault)
{
    /* LAB filemap: map */
    enum mm_fault_result result;
    struct page *page = get_page(fault, &result);

    if (page == NULL)
        return result;
    map_one(fault, page);
    if (fault->access != MM_WRITE && !(fault->vma->flags & VM_RAND_READ))
        map_around(fault);
    return result;
    /* END LAB */
}

/* Puts the copy of a page of the file's where nothing is mapped yet, unless
 * the page was truncated away or another thread was faster. */
static void install_copy(struct fault *fault, struct page *page,
                         struct page *copy)
{
    uint64_t bits = vma_pte_bits(fault->vma->flags, true);
    bool wanted;

    pt_lock(fault->entry);
    wanted = pte_none(*fault->entry) && pagecache_has_page(page);
    if (wanted) {
        pte_store(fault->entry, pte_make(page_to_phys(copy), bits));
        pt_count(fault->entry, 1);
    }
    pt_unlock(fault->entry);
    if (wanted)
        atomic64_add(&fault->mm->rss[MM_RSS_ANON], 1);
    else
        page_put(copy);
}

enum mm_fault_result filemap_copy(struct fault *fault)
{
    /* LAB filemap: private write */
    enum mm_fault_result result;
    struct page *copy, *page;

    vma_note_anon(fault->vma); /* as on Linux, whatever comes of it */
    page = get_page(fault, &result);
    if (page == NULL)
        return result;
    if (page_alloc(PAGE_ANON, &copy) != 0) {
        page_put(page);
        return MM_FAULT_OOM;
    }
    vmstat_inc(VM_FAULT_COW_COPY);
    page_copy(page_address(copy), page_address(page));
    vmstat_inc(VM_PAGES_COPIED);
    install_copy(fault, page, copy);
    page_put(page);
    return result;
    /* END LAB */
}

enum mm_fault_result filemap_make_writable(struct fault *fault)
{
    struct page *page = pte_page(fault->pte);
    uint64_t bits = vma_pte_bits(fault->vma->flags, true);

    pt_lock(fault->entry);
    if (fault->entry->v == fault->pte.v) {
        pagecache_mark_dirty(page);
        pte_store(fault->entry, pte_make(page_to_phys(page), bits));
    }
    pt_unlock(fault->entry);
    return MM_FAULT_OK;
}

void filemap_attach(struct vma *vma)
{
    struct page_cache *cache = vma_cache(vma);

    if (cache == NULL)
        return;
    spin_lock(&cache->mappings_lock);
    list_push_back(&cache->mappings, &vma->cache_link);
    seal_attach_locked(cache, vma);
    spin_unlock(&cache->mappings_lock);
    if (vma->flags & VM_COUNTED)
        vma->file->ops->attach(vma->file);
}

void filemap_detach(struct vma *vma)
{
    struct page_cache *cache = vma_cache(vma);

    if (cache == NULL)
        return;
    spin_lock(&cache->mappings_lock);
    list_remove(&vma->cache_link);
    seal_detach_locked(cache, vma);
    spin_unlock(&cache->mappings_lock);
    if (vma->flags & VM_COUNTED)
        vma->file->ops->detach(vma->file);
}

/* Removes vma's entries for the part. => mmap_lock held */
static void zap_vma(struct vma *vma, const struct filemap_part *part,
                    struct tlb_gather *tlb)
{
    const uint64_t first = MAX(part->first, vma->pgoff);
    const uint64_t last = MIN(part->end, vma->pgoff + vma_npages(vma));
    vaddr_t start = vma->start + ((first - vma->pgoff) << PAGE_SHIFT);

    if (first >= last)
        return;
    if (part->copies)
        range_zap(vma, start, start + ((last - first) << PAGE_SHIFT), tlb);
    else
        range_zap_file(vma, start, start + ((last - first) << PAGE_SHIFT), tlb);
}

static void zap_mm(struct mm *mm, struct page_cache *cache,
                   const struct filemap_part *part)
{
    struct tlb_gather tlb;
    struct vma *vma;

    rwsem_read_lock(&mm->mmap_lock);
    tlb_begin(&tlb, mm);
    vma_for_each (vma, &mm->vmas)
        if (vma_cache(vma) == cache)
            zap_vma(vma, part, &tlb);
    tlb_finish(&tlb);
    rwsem_read_unlock(&mm->mmap_lock);
}

/* An address space that maps the cache and was not visited in this round,
 * with a reference; NULL when all were. One that is being taken apart is
 * passed over: its entries go anyway. */
static struct mm *next_mapper(struct page_cache *cache, uint64_t round)
{
    struct mm *found = NULL;
    struct vma *vma;

    spin_lock(&cache->mappings_lock);
    list_for_each_entry (vma, &cache->mappings, cache_link) {
        if (vma->mm->zap_round == round)
            continue;
        vma->mm->zap_round = round;
        if (!mm_tryget(vma->mm))
            continue;
        found = vma->mm;
        break;
    }
    spin_unlock(&cache->mappings_lock);
    return found;
}

void filemap_zap(struct page_cache *cache, const struct filemap_part *part)
{
    static struct mutex one_at_a_time = MUTEX_INIT(one_at_a_time);
    static uint64_t round; /* guarded by the mutex */
    struct mm *mm;

    mutex_lock(&one_at_a_time);
    round++;
    while ((mm = next_mapper(cache, round)) != NULL) {
        zap_mm(mm, cache, part);
        mm_put(mm);
    }
    mutex_unlock(&one_at_a_time);
}
