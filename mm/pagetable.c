/* SPDX-License-Identifier: MIT */
/*
 * Page tables: the walk, and the life of table pages.
 *
 * Invariants (vmck checks I1 and I2):
 *   I1  table.nentries of a user table's struct page is the number of its
 *       entries that are not zero.
 *   I2  a table that a user entry points to has a reference for that entry.
 *   I3  an entry above level 0 changes from zero to a table under the lock of
 *       the table it lies in, and back only with mmap_lock held for write. One
 *       that maps a large page may become zero or a table under that lock.
 *
 * Read next: mm/tlb.h (why an entry's change is not yet the end of it),
 * mm/fault.c (who fills entries).
 */
#include "mm/pagetable.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/string.h"
#include "mm/huge.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "mm/tlb.h"
#include "mm/tlbdebt.h"
#include "mm/vmstat.h"

/* Tables grant everything to their half; the last level decides. */
#define TABLE_BITS (PTE_P | PTE_RW | PTE_A)

uint64_t pte_nx __ro_after_init;

static pte_t *table_entries(paddr_t table)
{
    return phys_to_virt(table);
}

/* The kernel's own tables built before there is a struct page for them. */
static bool is_early(void)
{
    return page_array == NULL;
}

/* A table of this level, and those below it. */
static void init_locks(paddr_t table, unsigned level)
{
    const pte_t *entries = table_entries(table);

    spin_init(&phys_to_page(table)->table.lock);
    for (unsigned i = 0; level > 0 && i < PT_ENTRIES; i++)
        if (pte_present(entries[i]) && !pte_large(entries[i], level))
            init_locks(pte_paddr(entries[i]), level - 1);
}

void pt_init_early(void)
{
    init_locks(kmap_root, PT_LEVELS - 1);
}

int pt_alloc_table(struct mm *mm, struct page **out)
{
    int err = page_alloc_zeroed(PAGE_TABLE, out);

    if (err != 0)
        return err;
    spin_init(&(*out)->table.lock);
    (*out)->table.nentries = 0;
    atomic64_add(&mm->ntables, 1);
    vmstat_inc(VM_TABLES_BUILT);
    return 0;
}

static int table_alloc(struct mm *mm, paddr_t *out)
{
    struct page *page;
    int err;

    if (is_early()) {
        *out = virt_to_phys(early_alloc(PAGE_SIZE, PAGE_SIZE));
        return 0;
    }
    err = pt_alloc_table(mm, &page);
    if (err == 0)
        *out = page_to_phys(page);
    return err;
}

static void table_uncount(struct mm *mm)
{
    atomic64_add(&mm->ntables, -1);
    vmstat_inc(VM_TABLES_FREED);
}

void pt_free_table(struct mm *mm, struct page *table)
{
    table_uncount(mm);
    page_put(table);
}

void pt_link_table(pte_t *entry, struct page *table)
{
    store_release(&entry->v, page_to_phys(table).v | TABLE_BITS | PTE_US);
}

/* Fills the empty entry with a new table, unless somebody else just did. */
static int table_build(struct mm *mm, pte_t *entry)
{
    uint64_t bits = TABLE_BITS | (mm == &kernel_mm ? 0 : PTE_US);
    paddr_t table;
    int err = table_alloc(mm, &table);

    if (err != 0)
        return err;
    if (is_early()) {
        pte_store(entry, pte_make(table, bits));
        return 0;
    }
    pt_lock(entry);
    if (pte_none(*entry)) {
        store_release(&entry->v, table.v | bits);
        pt_count(entry, 1);
        pt_unlock(entry);
        return 0;
    }
    pt_unlock(entry);
    pt_free_table(mm, phys_to_page(table));
    return 0;
}

/* What the walk does at an entry that does not simply lead to a table: builds
 * one, if asked to. 0: *out leads on. A large page may come or go meanwhile. */
static __noinline int descend_special(struct mm *mm, pte_t *entry,
                                      unsigned level, bool create, pte_t *out)
{
    pte_t pte;

    while (pte_none(pte = pte_load(entry))) {
        int err = create ? table_build(mm, entry) : -ENOENT;

        if (err != 0)
            return err;
    }
    *out = pte;
    return pte_large(pte, level) ? -ENOENT : 0;
}

/* One level of the walk, inlined once for each: *table becomes the next.
 * True: the walk ends here, with *err. */
static __always_inline bool descend_step(struct pt_cursor *cur, pte_t **table,
                                         unsigned level, unsigned to,
                                         bool create, int *err)
{
    pte_t *entry = &(*table)[pt_index(cur->va, level)];
    pte_t pte;

    cur->entry[level] = entry;
    if (level == to) {
        cur->level = level;
        *err = 0;
        return true;
    }
    pte = pte_load(entry);
    if (unlikely((pte.v & (PTE_P | PTE_PS)) != PTE_P)) {
        *err = descend_special(cur->mm, entry, level, create, &pte);
        if (*err != 0) {
            cur->level = level;
            return true;
        }
    }
    *table = table_entries(pte_paddr(pte));
    return false;
}

int pt_descend(struct mm *mm, vaddr_t va, unsigned to, bool create,
               struct pt_cursor *cur)
{
    pte_t *table = table_entries(mm->root);
    int err;

    _Static_assert(PT_LEVELS == 4, "a line for each level");
    cur->mm = mm;
    cur->va = va;
    (void)(descend_step(cur, &table, 3, to, create, &err) ||
           descend_step(cur, &table, 2, to, create, &err) ||
           descend_step(cur, &table, 1, to, create, &err) ||
           descend_step(cur, &table, 0, to, create, &err));
    return err;
}

/* pt_descend to va's last-level table or large page: true if there is one. */
static bool descend_to_mapped(struct mm *mm, vaddr_t va, struct pt_cursor *cur)
{
    while (pt_descend(mm, va, 0, false, cur) != 0) {
        pte_t pte = pte_load(cur->entry[cur->level]);

        if (pte_none(pte))
            return false;
        if (pte_large(pte, cur->level))
            return true;
        /* Just built, or a large page just split: go on through it. */
    }
    return true;
}

bool pt_next_mapped(struct mm *mm, vaddr_t *va, vaddr_t end,
                    struct pt_cursor *cur, vaddr_t *stop)
{
    while (*va < end) {
        bool found = descend_to_mapped(mm, *va, cur);
        /* What the table or large page, or the entry that is missing, spans. */
        uint64_t span = pt_entry_span(found ? 1 : cur->level);
        vaddr_t next = ROUND_DOWN(*va, span) + span;

        if (next == 0 || next > end)
            next = end;
        if (found) {
            *stop = next;
            return true;
        }
        *va = next;
    }
    return false;
}

bool pt_next_table(struct mm *mm, vaddr_t *va, vaddr_t end,
                   struct pt_cursor *cur, vaddr_t *stop)
{
    while (pt_next_mapped(mm, va, end, cur, stop)) {
        if (cur->level == 0)
            return true;
        huge_split(mm, cur->entry[1], *va);
    }
    return false;
}

pte_t *pt_lock_leaf(struct mm *mm, vaddr_t va, struct pt_cursor *cur)
{
    while (descend_to_mapped(mm, va, cur)) {
        pte_t *entry = cur->entry[cur->level];

        pt_lock(entry);
        if (cur->level == 0 || pte_large(*entry, cur->level))
            return entry;
        pt_unlock(entry);
    }
    return NULL;
}

/* Unlinks the table that cur's entry of `level` points to if it is empty. */
static bool unlink_if_empty(struct tlb_gather *tlb, struct pt_cursor *cur,
                            unsigned level)
{
    pte_t *entry = cur->entry[level];
    struct page *table = pte_page(pte_load(entry));

    if (table->table.nentries != 0)
        return false;
    pt_lock(entry);
    pt_set(cur->mm, cur->va, entry, (pte_t){0}, __func__);
    pt_count(entry, -1);
    pt_unlock(entry);
    table_uncount(cur->mm);
    tlb_add_page(tlb, cur->va, table);
    return true;
}

/* A walk may end above the last level: a table without tables below it is left
 * behind when memory runs out while they are built. */
static void free_empty(struct tlb_gather *tlb, vaddr_t start, vaddr_t end)
{
    struct pt_cursor cur;
    vaddr_t va = start;

    while (va < end) {
        int err = pt_descend(tlb->mm, va, 0, false, &cur);
        uint64_t span = pt_entry_span(err == 0 ? 1 : cur.level);

        for (unsigned level = cur.level + 1; level < PT_LEVELS; level++)
            if (!unlink_if_empty(tlb, &cur, level))
                break;
        va = ROUND_DOWN(va, span) + span;
    }
}

void pt_free_idle(struct tlb_gather *tlb)
{
    const vaddr_t idle = tlb->mm->idle_table;

    tlb->mm->idle_table = PT_NONE_IDLE;
    if (idle != PT_NONE_IDLE)
        free_empty(tlb, idle, idle + HUGE_SIZE);
}

void pt_free_empty(struct tlb_gather *tlb, vaddr_t start, vaddr_t end)
{
    const vaddr_t region = ROUND_DOWN(start, HUGE_SIZE);

    if (end - region > HUGE_SIZE || tlb->dead) {
        free_empty(tlb, start, end);
        return;
    }
    if (region == tlb->kept || region == tlb->mm->idle_table)
        return;
    pt_free_idle(tlb);
    tlb->mm->idle_table = region;
}

void pt_release_idle(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct tlb_gather tlb;

    if (likely(mm->idle_table < start || mm->idle_table + HUGE_SIZE > end))
        return;
    tlb_begin(&tlb, mm);
    pt_free_idle(&tlb);
    tlb_finish(&tlb);
}

int pt_create_root(paddr_t *out)
{
    struct page *page;
    pte_t *root, *kernel = table_entries(kmap_root);
    const size_t half = PT_ENTRIES / 2;
    int err = page_alloc(PAGE_TABLE, &page);

    if (err != 0)
        return err;
    spin_init(&page->table.lock);
    page->table.nentries = 0;
    root = page_address(page);
    memset(root, 0, half * sizeof(*root));
    memcpy(root + half, kernel + half, half * sizeof(*root));
    *out = page_to_phys(page);
    return 0;
}

void pt_destroy_root(paddr_t root)
{
    struct page *page = phys_to_page(root);

    ASSERT(page->table.nentries == 0);
    page_put(page);
}
