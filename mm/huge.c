/* SPDX-License-Identifier: MIT */
/*
 * Transparent huge pages: see the drawing in huge.h.
 *
 * Invariants (vmck checks them):
 *   I1  an entry of level 1 that maps a large page lies in one private
 *       anonymous area, which covers all of it
 *   I2  its block has one reference; block->huge.table is a table without
 *       entries, counted in mm->ntables
 *
 * Locks: the entry changes under the lock of the table it lies in, with
 * mmap_lock held, for reading at least. So it may be gone, or lead to a table,
 * whenever that lock is taken.
 */
#include "mm/huge.h"
#include "boot/bootinfo.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "mm/fault.h"
#include "mm/range.h"
#include "mm/tlbdebt.h"
#include "mm/vmstat.h"

static struct atomic64 nlarge; /* A: large pages that are mapped */

uint32_t huge_flags_set __ro_after_init, huge_flags_clear __ro_after_init;

void huge_init(void)
{
    char mode[8] = "madvise";

    boot_option("transparent_hugepage", mode, sizeof(mode));
    huge_flags_clear = VM_NOHUGEPAGE | VM_GROWSDOWN | VM_SHARED | VM_PFNMAP;
    if (strcmp(mode, "never") == 0)
        huge_flags_clear |= VM_WRITE; /* which a first write needs */
    else if (strcmp(mode, "always") != 0)
        huge_flags_set = VM_HUGEPAGE;
}

size_t huge_count(void)
{
    return (size_t)MAX(atomic64_load(&nlarge), 0L);
}

static void zero_block(struct page *block)
{
    for (size_t i = 0; i < HUGE_PAGES; i++)
        page_zero(page_address(block + i));
    vmstat_add(VM_PAGES_ZEROED, HUGE_PAGES);
}

/* A zeroed block with a table set aside; NULL: out of memory. */
static struct page *alloc_large(struct mm *mm)
{
    struct page *block, *table;

    if (pt_alloc_table(mm, &table) != 0)
        return NULL;
    if (page_alloc_order(PAGE_ANON, PT_ENTRY_BITS, &block) != 0) {
        pt_free_table(mm, table);
        return NULL;
    }
    zero_block(block);
    block->huge.table = table;
    return block;
}

bool huge_fill(struct vma *vma, vaddr_t va)
{
    struct mm *mm = vma->mm;
    struct page *block;
    struct pt_cursor cur;
    pte_t *entry;
    bool filled;

    if (pt_descend(mm, va, 1, true, &cur) != 0)
        return false;
    entry = cur.entry[1];
    if (!pte_none(pte_load(entry)))
        return false;
    block = alloc_large(mm);
    if (block == NULL) {
        vmstat_inc(VM_THP_FAULT_FALLBACK);
        return false;
    }
    vma_note_anon(vma);
    WRITE_ONCE(vma->has_huge, true);
    pt_lock(entry);
    filled = pte_none(*entry);
    if (filled) {
        pte_store(entry, pte_make(page_to_phys(block),
                                  vma_pte_bits(vma->flags, true) | PTE_PS));
        pt_count(entry, 1);
    }
    pt_unlock(entry);
    if (!filled) {
        pt_free_table(mm, block->huge.table);
        page_put(block);
        return false;
    }
    atomic64_add(&mm->rss[MM_RSS_ANON], HUGE_PAGES);
    atomic64_add(&nlarge, 1);
    vmstat_inc(VM_THP_FAULT_ALLOC);
    return true;
}

/* Does the entry map a large page, and allow this? */
static bool allows(pte_t pte, enum mm_access access)
{
    return pte_large(pte, 1) && pte_present(pte) &&
           (access != MM_WRITE || pte_writable(pte)) &&
           (access != MM_EXEC || (pte.v & pte_nx) == 0);
}

/* A write to a large page that was made read-only by mm/refs.c: true if it may
 * go on. Nobody shares it. */
static bool make_written(struct vma *vma, pte_t *entry)
{
    bool done;

    pt_lock(entry);
    done = pte_large(*entry, 1) && (entry->v & PTE_CLEAN) != 0;
    if (done)
        pte_store(entry, pte_make(pte_paddr(*entry),
                                  vma_pte_bits(vma->flags, true) | PTE_PS));
    pt_unlock(entry);
    return done;
}

enum mm_fault_result huge_fault(struct vma *vma, vaddr_t va,
                                enum mm_access access)
{
    struct pt_cursor cur;

    if (pt_descend(vma->mm, va, 1, true, &cur) != 0)
        return MM_FAULT_OOM;
    if (allows(pte_load(cur.entry[1]), access))
        return MM_FAULT_OK;
    if (access == MM_WRITE && make_written(vma, cur.entry[1]))
        return MM_FAULT_OK;
    huge_split(vma->mm, cur.entry[1], va);
    return fault_in_page(vma, va, access);
}

/* The entries that map what `large` maps, frame by frame. */
static void fill_table(struct page *table, pte_t large)
{
    pte_t *entries = page_address(table);
    const uint64_t bits = large.v & ~(PTE_ADDR_MASK | PTE_PS);
    const uint64_t start = pte_paddr(large).v;

    for (size_t i = 0; i < HUGE_PAGES; i++)
        pte_store(&entries[i], pte_make(PADDR(start + i * PAGE_SIZE), bits));
    table->table.nentries = HUGE_PAGES;
}

/*
 * No CPU may hold translations of both sizes for an address, as some err then
 * (Intel: e.g. erratum AAP83 of the Core i7-900; AMD: erratum 383). So the
 * entry loses its P bit first, and all CPUs forget it; whoever wants it waits
 * for the lock. It keeps its large page, as walks must not pass it over.
 */
static void split_locked(struct mm *mm, pte_t *entry, vaddr_t va)
{
    const pte_t large = *entry;
    struct page *block = pte_page(large);
    struct page *table = block->huge.table;

    ASSERT(block->use == PAGE_ANON);
    if (pte_present(large)) {
        pt_set(mm, va, entry, (pte_t){large.v & ~PTE_P}, __func__);
        tlb_flush_page(mm, va);
    }
    fill_table(table, large);
    page_split_block(block);
    pt_link_table(entry, table);
    atomic64_add(&nlarge, -1);
    vmstat_inc(VM_THP_SPLIT);
}

void huge_split(struct mm *mm, pte_t *entry, vaddr_t va)
{
    pt_lock(entry);
    if (pte_large(*entry, 1))
        split_locked(mm, entry, va);
    pt_unlock(entry);
}

void huge_split_at(struct mm *mm, vaddr_t at)
{
    struct pt_cursor cur;

    if ((at & (HUGE_SIZE - 1)) == 0)
        return;
    if (pt_descend(mm, at, 1, false, &cur) == 0)
        huge_split(mm, cur.entry[1], at);
}

/* The lock of cur's entry, and the large page with it: false if [va, stop) is
 * only a part of that, which is split then, or if it is gone. */
static bool lock_whole(struct mm *mm, const struct pt_cursor *cur, vaddr_t va,
                       vaddr_t stop)
{
    pte_t *entry = cur->entry[1];

    if (stop - va < HUGE_SIZE) {
        huge_split(mm, entry, va);
        return false;
    }
    pt_lock(entry);
    if (pte_large(*entry, 1))
        return true;
    pt_unlock(entry);
    return false;
}

bool huge_zap(struct vma *vma, const struct pt_cursor *cur, vaddr_t va,
              vaddr_t stop, struct tlb_gather *tlb)
{
    pte_t *entry = cur->entry[1];
    struct page *block;

    if (!lock_whole(vma->mm, cur, va, stop))
        return false;
    block = pte_page(*entry);
    pt_set(vma->mm, va, entry, (pte_t){0}, __func__);
    pt_count(entry, -1);
    pt_unlock(entry);
    pt_free_table(vma->mm, block->huge.table);
    atomic64_add(&vma->mm->rss[MM_RSS_ANON], -(int64_t)HUGE_PAGES);
    atomic64_add(&nlarge, -1);
    tlb_add_page(tlb, va, block);
    return true;
}

bool huge_protect(struct vma *vma, const struct pt_cursor *cur, vaddr_t va,
                  vaddr_t stop, const struct huge_rights *rights)
{
    pte_t *entry = cur->entry[1];
    uint64_t bits;

    if (!lock_whole(vma->mm, cur, va, stop))
        return false;
    bits = vma_pte_bits_again(*entry, rights->flags, true) | PTE_PS;
    pt_set(vma->mm, va, entry, pte_make(pte_paddr(*entry), bits), __func__);
    pt_unlock(entry);
    tlb_add(rights->tlb, va);
    return true;
}
