/* SPDX-License-Identifier: MIT */
/*
 * The address-space checker. What it proves (DESIGN section 6):
 *
 *   areas    sorted, disjoint, aligned, inside user space; the tree holds the
 *            same areas as the list; gaps and their summaries are right; page
 *            counts for the limits add up
 *   entries  each lies in an area and grants no more than the area does; none
 *            maps kernel memory, a free frame or a reserved one; a writable
 *            entry of a private area holds the frame's only reference
 *   tables   nentries is the number of entries; rss and ntables add up
 *
 * The first breach is a panic that names it. Nothing is repaired.
 *
 * Read next: mm/vmck_frames.c, which proves the same of frames.
 */
#include "mm/vmck.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/assert.h"
#include "mm/anon.h"
#include "mm/devmap.h"
#include "mm/hugetlb.h"
#include "mm/kmap.h"
#include "mm/limits.h"
#include "mm/pagecache.h"
#include "mm/range.h"

bool vmck_enabled __ro_after_init;

#define VMCK(cond, fmt, ...)                                                   \
    do {                                                                       \
        if (unlikely(!(cond)))                                                 \
            panic("vmck: " fmt " [%s]", __VA_ARGS__, #cond);                   \
    } while (0)

/* ---- areas ---- */

static void check_vma(struct mm *mm, struct vma *vma)
{
    struct vma *prev = vma_prev(&mm->vmas, vma);
    vaddr_t floor = prev == NULL ? 0 : prev->end;
    vaddr_t ceiling = vma_start_gap(vma);
    size_t gap = ceiling > floor ? ceiling - floor : 0;

    VMCK(vma->start < vma->end && vma->end <= USER_END,
         "area %#lx-%#lx is empty or outside user space", vma->start, vma->end);
    VMCK(((vma->start | vma->end) & PAGE_MASK) == 0,
         "area %#lx-%#lx is not aligned", vma->start, vma->end);
    VMCK(floor <= vma->start, "area %#lx-%#lx overlaps the one below",
         vma->start, vma->end);
    VMCK(vma->mm == mm, "area %#lx-%#lx belongs to another address space",
         vma->start, vma->end);
    VMCK(vma->gap == gap, "area %#lx-%#lx: gap is %#zx, recorded %#zx",
         vma->start, vma->end, gap, vma->gap);
}

static size_t max_gap_of(struct rbnode *node)
{
    return node == NULL ? 0 : rb_entry(node, struct vma, node)->max_gap;
}

static void check_tree_node(struct vma *vma)
{
    size_t max =
        MAX(max_gap_of(vma->node.child[0]), max_gap_of(vma->node.child[1]));

    VMCK(vma->max_gap == MAX(max, vma->gap),
         "area %#lx-%#lx: the tree's largest gap is %#zx", vma->start, vma->end,
         vma->max_gap);
}

static void check_areas_locked(struct mm *mm)
{
    struct rbnode *node = rb_first(&mm->vmas.tree);
    size_t count = 0, total = 0, data = 0, locked = 0, committed = 0;
    struct vma *vma;

    vma_for_each (vma, &mm->vmas) {
        VMCK(node == &vma->node,
             "area %#lx-%#lx: the tree differs from the "
             "list",
             vma->start, vma->end);
        check_vma(mm, vma);
        check_tree_node(vma);
        count++;
        total += vma_npages(vma);
        data += vma_is_data(vma->flags) ? vma_npages(vma) : 0;
        locked += vma->flags & VM_LOCKED ? vma_npages(vma) : 0;
        committed += vma->flags & VM_ACCOUNT ? vma_npages(vma) : 0;
        node = rb_next(node);
    }
    VMCK(node == NULL && count == mm->vmas.count,
         "%zu areas in the list, %zu counted", count, mm->vmas.count);
    VMCK(total == mm->total_pages && data == mm->data_pages,
         "%zu pages mapped, %zu of data; accounted are %zu and %zu", total,
         data, mm->total_pages, mm->data_pages);
    VMCK(locked == mm->locked_pages, "%zu pages locked, accounted are %zu",
         locked, mm->locked_pages);
    VMCK(committed == mm->committed_pages,
         "%zu pages promised, accounted are %zu", committed,
         mm->committed_pages);
}

/* ---- entries ---- */

struct tally {
    size_t tables;
    int64_t rss[MM_RSS_KINDS];
};

static void check_device(const struct vma *vma, vaddr_t va, pte_t pte)
{
    VMCK((vma->flags & VM_PFNMAP) != 0,
         "%#lx maps a device's memory, but its area is none", va);
    VMCK(pte_paddr(pte).v == devmap_paddr(vma, va).v,
         "%#lx maps %#lx; in its place belongs the device's %#lx", va,
         pte_paddr(pte).v, devmap_paddr(vma, va).v);
    VMCK(!pte_writable(pte) || !vma_is_private(vma),
         "%#lx in private memory maps a device writable", va);
}

static void check_frame(const struct vma *vma, vaddr_t va, pte_t pte)
{
    struct page *page = pte_page(pte);
    uint64_t pfn = pte_paddr(pte).v >> PAGE_SHIFT;

    VMCK(pfn < page_array_len, "%#lx maps frame %#lx beyond RAM", va, pfn);
    if (page == anon_zero_page) {
        VMCK(!pte_writable(pte), "%#lx maps the zero page writable", va);
        return;
    }
    VMCK(page->use == PAGE_ANON || page->use == PAGE_FILE,
         "%#lx maps frame %#lx, whose use is %u", va, pfn, page->use);
    VMCK(atomic_load(&page->refs) > 0, "%#lx maps frame %#lx, which is free",
         va, pfn);
    VMCK(page->use == PAGE_ANON || vma_cache(vma) != NULL,
         "%#lx in anonymous memory maps a file's frame %#lx", va, pfn);
    VMCK(page->use == PAGE_FILE || vma_is_private(vma),
         "%#lx in shared memory maps private frame %#lx", va, pfn);
    if (pte_writable(pte) && vma_is_private(vma))
        VMCK(page->use == PAGE_ANON && atomic_load(&page->refs) == 1,
             "%#lx maps frame %#lx writable, which %d share", va, pfn,
             atomic_load(&page->refs));
}

static void check_entry(struct mm *mm, vaddr_t va, pte_t pte,
                        struct tally *tally)
{
    struct vma *vma = vma_find(&mm->vmas, va);
    uint64_t bits;

    VMCK(vma != NULL && vma->start <= va, "%#lx is mapped outside any area",
         va);
    bits = vma_pte_bits(vma->flags, true);
    VMCK((pte.v & PTE_US) != 0, "%#lx has an entry of the kernel's", va);
    VMCK((pte.v & ~bits & (PTE_P | PTE_RW)) == 0 &&
             (bits & ~pte.v & pte_nx) == 0,
         "%#lx grants more than its area: entry %#lx, flags %#x", va, pte.v,
         vma->flags);
    VMCK((pte.v & (PTE_CLEAN | PTE_RW)) != (PTE_CLEAN | PTE_RW),
         "%#lx is writable, but writes to it are looked for", va);
    VMCK(pte_present(pte) || (vma->flags & VM_ACCESS) == 0,
         "%#lx is not present in an area that allows access", va);
    if (pte_device(pte)) {
        check_device(vma, va, pte);
        return;
    }
    check_frame(vma, va, pte);
    if (pte_page(pte) != anon_zero_page)
        tally->rss[range_rss_kind(vma, pte_page(pte))]++;
}

/* One last-level table, starting at va. */
static void check_leaf(struct mm *mm, pte_t *table, vaddr_t va,
                       struct tally *tally)
{
    unsigned n = 0;

    pt_lock(table);
    for (unsigned i = 0; i < PT_ENTRIES; i++, va += PAGE_SIZE) {
        if (pte_none(table[i]))
            continue;
        check_entry(mm, va, table[i], tally);
        n++;
    }
    VMCK(n == pt_table_of(table)->table.nentries,
         "the table up to %#lx has %u entries, %u counted", va, n,
         pt_table_of(table)->table.nentries);
    pt_unlock(table);
}

/* Of MAP_HUGETLB: mm/hugetlb.h. */
static void check_hugetlb_locked(const struct vma *vma, vaddr_t va, pte_t pte)
{
    const struct page *block = pte_page(pte);
    const uint64_t bits = vma_pte_bits(vma->flags, pte_writable(pte)) | PTE_PS;

    VMCK(((pte.v ^ bits) & ~(PTE_ADDR_MASK | PTE_D)) == 0 &&
             va + HUGE_SIZE <= vma->end,
         "%#lx: large entry %#lx, but the area's rights are %#lx", va, pte.v,
         bits);
    VMCK(block->use == PAGE_HUGETLB && block->order == PT_ENTRY_BITS &&
             atomic_load(&block->refs) > 0,
         "%#lx maps frame %#lx as a page of the pool: use %u, order %u", va,
         page_to_pfn(block), block->use, block->order);
    if (pte_writable(pte) && vma_is_private(vma))
        VMCK(atomic_load(&block->refs) == 1,
             "%#lx maps frame %#lx writable, which %d share", va,
             page_to_pfn(block), atomic_load(&block->refs));
}

static void check_large_locked(struct mm *mm, vaddr_t va, pte_t pte)
{
    struct vma *vma = vma_find(&mm->vmas, va);
    struct page *block = pte_page(pte);
    uint64_t bits;

    if (vma != NULL && (vma->flags & VM_HUGETLB) != 0) {
        check_hugetlb_locked(vma, va, pte);
        return;
    }
    VMCK(vma != NULL && vma->start <= va && va + HUGE_SIZE <= vma->end &&
             vma->file == NULL && vma->has_huge,
         "the large page at %#lx is not within an anonymous area", va);
    bits = vma_pte_bits(vma->flags, (pte.v & PTE_CLEAN) == 0) | PTE_PS;
    VMCK(((pte.v ^ bits) & ~(PTE_ADDR_MASK | PTE_A | PTE_D | PTE_CLEAN)) == 0,
         "%#lx: large entry %#lx, but the area's rights are %#lx", va, pte.v,
         bits);
    VMCK(block->use == PAGE_ANON && block->order == PT_ENTRY_BITS &&
             atomic_load(&block->refs) == 1,
         "%#lx maps frame %#lx as a large page: use %u, order %u", va,
         page_to_pfn(block), block->use, block->order);
    VMCK(block->huge.table->use == PAGE_TABLE &&
             block->huge.table->table.nentries == 0,
         "the large page at %#lx has no table set aside", va);
}

/* The entry at va, of level 1, if it maps a large page (mm/huge.h) still. */
static void check_large(struct mm *mm, vaddr_t va, pte_t *entry,
                        struct tally *tally)
{
    pt_lock(entry);
    if (pte_large(*entry, 1))
        check_large_locked(mm, va, *entry);
    if (pte_large(*entry, 1) && pte_page(*entry)->use == PAGE_ANON) {
        tally->rss[MM_RSS_ANON] += HUGE_PAGES;
        tally->tables++;
    }
    pt_unlock(entry);
}

/* A table above level 0 has n entries, as was found. Without mmap_lock for
 * write other threads' faults link in tables meanwhile, and in tables of level
 * 1 large pages come and go. */
static void check_count(struct mm *mm, pte_t *table, unsigned level, vaddr_t va,
                        unsigned n)
{
    const unsigned counted = READ_ONCE(pt_table_of(table)->table.nentries);
    const bool alone = rwsem_write_held(&mm->mmap_lock);

    VMCK(alone ? n == counted : n <= counted || level == 1,
         "level %u table up to %#lx: %u entries, %u counted", level, va, n,
         counted);
}

/* A table of `level` with `count` entries for user space, starting at va. */
static void check_table(struct mm *mm, pte_t *table, unsigned level, vaddr_t va,
                        unsigned count, struct tally *tally)
{
    unsigned n = 0;

    if (level == 0) {
        check_leaf(mm, table, va, tally);
        return;
    }
    for (unsigned i = 0; i < count; i++, va += pt_entry_span(level)) {
        pte_t pte = pte_load(&table[i]);
        struct page *page = pte_page(pte);

        if (pte_none(pte))
            continue;
        n++;
        if (pte_large(pte, level)) {
            check_large(mm, va, &table[i], tally);
            continue;
        }
        VMCK(page->use == PAGE_TABLE && atomic_load(&page->refs) == 1,
             "%#lx: level %u points to frame %#lx, which is no table", va,
             level, page_to_pfn(page));
        tally->tables++;
        check_table(mm, page_address(page), level - 1, va, PT_ENTRIES, tally);
    }
    check_count(mm, table, level, va, n);
}

void vmck_check_locked(struct mm *mm)
{
    struct tally tally = {0};
    bool alone = rwsem_write_held(&mm->mmap_lock);

    ASSERT(rwsem_held(&mm->mmap_lock));
    check_areas_locked(mm);
    check_table(mm, phys_to_virt(mm->root), PT_LEVELS - 1, 0, PT_ENTRIES / 2,
                &tally);
    if (!alone)
        return; /* faults of other threads change the sums */
    for (unsigned kind = 0; kind < MM_RSS_KINDS; kind++)
        VMCK(tally.rss[kind] == atomic64_load(&mm->rss[kind]),
             "rss of kind %u is %ld, counted %ld", kind, tally.rss[kind],
             atomic64_load(&mm->rss[kind]));
    VMCK((int64_t)tally.tables == atomic64_load(&mm->ntables),
         "%zu tables, %ld counted", tally.tables, atomic64_load(&mm->ntables));
}

void vmck_check_page_locked(struct mm *mm, vaddr_t va)
{
    struct vma *vma = vma_find(&mm->vmas, va);
    struct tally tally = {0};
    struct pt_cursor cur;

    if (vma != NULL)
        check_vma(mm, vma);
    if (va >= USER_END)
        return;
    if (pt_descend(mm, va, 0, false, &cur) == 0)
        check_leaf(mm, cur.entry[0] - pt_index(va, 0),
                   ROUND_DOWN(va, HUGE_SIZE), &tally);
    else if (cur.level == 1)
        check_large(mm, ROUND_DOWN(va, HUGE_SIZE), cur.entry[1], &tally);
}

void vmck_check_destroyed(const struct mm *mm)
{
    for (unsigned kind = 0; kind < MM_RSS_KINDS; kind++)
        VMCK(atomic64_load(&mm->rss[kind]) == 0,
             "a dead address space has %ld pages of kind %u",
             atomic64_load(&mm->rss[kind]), kind);
    VMCK(atomic64_load(&mm->ntables) == 0,
         "a dead address space has %ld tables", atomic64_load(&mm->ntables));
    VMCK(mm->total_pages == 0 && mm->data_pages == 0 && mm->vmas.count == 0,
         "a dead address space has %zu areas", mm->vmas.count);
}
