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
 *   frames   (vmck_check_all) every reference to a frame of a program's is an
 *            entry, or its page cache
 *
 * The first breach is a panic that names it. Nothing is repaired.
 */
#include "mm/vmck.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/mutex.h"
#include "mm/anon.h"
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
    size_t count = 0, total = 0, data = 0;
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
        node = rb_next(node);
    }
    VMCK(node == NULL && count == mm->vmas.count,
         "%zu areas in the list, %zu counted", count, mm->vmas.count);
    VMCK(total == mm->total_pages && data == mm->data_pages,
         "%zu pages mapped, %zu of data; accounted are %zu and %zu", total,
         data, mm->total_pages, mm->data_pages);
}

/* ---- entries ---- */

struct tally {
    size_t tables;
    int64_t rss[MM_RSS_KINDS];
};

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
    VMCK(pte_present(pte) || (vma->flags & VM_ACCESS) == 0,
         "%#lx is not present in an area that allows access", va);
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
        VMCK(page->use == PAGE_TABLE && atomic_load(&page->refs) == 1,
             "%#lx: level %u points to frame %#lx, which is no table", va,
             level, page_to_pfn(page));
        tally->tables++;
        check_table(mm, page_address(page), level - 1, va, PT_ENTRIES, tally);
    }
    /* Another thread may link in a table for its fault meanwhile. */
    VMCK(n <= READ_ONCE(pt_table_of(table)->table.nentries),
         "level %u table up to %#lx: %u entries, %u counted", level, va, n,
         pt_table_of(table)->table.nentries);
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
    if (va < USER_END && pt_descend(mm, va, 0, false, &cur) == 0)
        check_leaf(mm, cur.entry[0] - pt_index(va, 0),
                   ROUND_DOWN(va, pt_entry_span(1)), &tally);
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

/* ---- frames ---- */

/*
 * Frames are counted while others may run: a thread at work on another CPU, or
 * preempted, holds references that no entry shows yet. An error stays; so a
 * frame is wrong if it is so, in the same way, at many looks in a row. If there
 * is no quiet moment in LOOKS_MAX looks, nothing is said.
 */
#define LOOKS_MAX 1000
#define LOOKS_SURE 100

/* What a look found. */
struct look {
    struct page *odd; /* NULL: all is well */
    int32_t refs;
    uint32_t found;
    bool complete; /* no address space was being changed */
};

static bool look_complete;                               /* V */
static struct mutex vmck_mutex = MUTEX_INIT(vmck_mutex); /* V, page.check */
/* V: vmck_mutex */

/* Adds the references that mm's entries hold to their frames' count. */
static void count_entries(struct mm *mm)
{
    struct pt_cursor cur;
    struct vma *vma;
    vaddr_t va, stop;

    if (!rwsem_read_trylock(&mm->mmap_lock)) {
        look_complete = false;
        return;
    }
    vma_for_each (vma, &mm->vmas)
        for (va = vma->start; pt_next_table(mm, &va, vma->end, &cur, &stop);)
            for (pte_t *e = cur.entry[0]; va < stop; va += PAGE_SIZE, e++)
                if (!pte_none(*e) && pte_page(*e) != anon_zero_page)
                    pte_page(*e)->check++;
    rwsem_read_unlock(&mm->mmap_lock);
}

/* The first frame whose references are not those that were found; NULL: all
 * are. */
static struct page *find_odd_frame(void)
{
    for (size_t pfn = 0; pfn < page_array_len; pfn++) {
        struct page *page = &page_array[pfn];
        bool cached = page->use == PAGE_FILE && pagecache_has_page(page);

        if (page->use != PAGE_ANON && page->use != PAGE_FILE)
            continue;
        page->check += cached;
        if ((uint32_t)atomic_load(&page->refs) != page->check)
            return page;
    }
    return NULL;
}

/* => vmck_mutex held */
static struct look look_at_frames(void)
{
    struct look look = {.complete = true};

    preempt_disable();
    look_complete = true;
    for (size_t pfn = 0; pfn < page_array_len; pfn++)
        page_array[pfn].check = 0;
    mm_visit_all(count_entries);
    look.complete = look_complete;
    look.odd = find_odd_frame();
    if (look.odd != NULL) {
        look.refs = atomic_load(&look.odd->refs);
        look.found = look.odd->check;
    }
    preempt_enable();
    return look;
}

static bool is_same(const struct look *a, const struct look *b)
{
    return a->odd == b->odd && a->refs == b->refs && a->found == b->found;
}

static void check_frames(void)
{
    struct look last = look_at_frames(), look;
    int sure = 0;

    for (int i = 0; i < LOOKS_MAX && sure < LOOKS_SURE; i++) {
        if (last.complete && last.odd == NULL)
            return;
        preempt_schedule();
        look = look_at_frames();
        sure = look.complete && is_same(&look, &last) ? sure + 1 : 0;
        last = look;
    }
    if (sure == LOOKS_SURE)
        panic("vmck: frame %#lx of use %u has %d references, but %u entries "
              "and caches hold it",
              page_to_pfn(last.odd), last.odd->use, last.refs, last.found);
}

void vmck_check_all(void)
{
    for (struct mm *mm = mm_next(NULL); mm != NULL; mm = mm_next(mm)) {
        rwsem_write_lock(&mm->mmap_lock);
        vmck_check_locked(mm);
        rwsem_write_unlock(&mm->mmap_lock);
    }
    mutex_lock(&vmck_mutex);
    check_frames();
    mutex_unlock(&vmck_mutex);
}
