/* SPDX-License-Identifier: MIT */
/*
 * Page tables (SDM vol. 3, 4.5: 4-level paging): how an entry is encoded, and
 * the one walk that everything else uses.
 *
 * The walk (pt_descend) goes from the root towards one address and stops at
 * the table that a caller asked for, or where there is none. A range operation
 * descends once for each last-level table, 512 pages, and works on the entries
 * of that table in one go (pt_next_table).
 *
 * A table page's struct page holds its lock and the number of its non-zero
 * entries. Tables are linked in under their parent's lock, by anyone who holds
 * the mm's mmap_lock; they are unlinked only with mmap_lock held for write. So
 * whoever holds mmap_lock may descend without taking a lock.
 */
#ifndef MM_PAGETABLE_H
#define MM_PAGETABLE_H

#include "kernel/lib/atomic.h"
#include "mm/layout.h"
#include "mm/page.h"

struct mm;
struct tlb_gather;

/* An entry at any level. Only this header knows the bits. */
typedef struct {
    uint64_t v;
} pte_t;

#define PT_LEVELS 4 /* level 0: entries map 4 KiB pages; 3: the root */
#define PT_ENTRY_BITS 9
#define PT_ENTRIES (1UL << PT_ENTRY_BITS)

/* SDM vol. 3, tables 4-15 to 4-20. */
#define PTE_P (1UL << 0)
#define PTE_RW (1UL << 1)
#define PTE_US (1UL << 2)
#define PTE_PWT (1UL << 3)
#define PTE_PCD (1UL << 4)
#define PTE_A (1UL << 5)
#define PTE_D (1UL << 6)
#define PTE_PS (1UL << 7) /* levels 1 and 2: maps a large page */
#define PTE_G (1UL << 8)
#define PTE_DEVICE (1UL << 9) /* ignored by the CPU; mm/devmap.h */
#define PTE_CLEAN (1UL << 10) /* the software's: mm/refs.c; never with RW */
#define PTE_XD (1UL << 63)
/* What of an entry for a device's memory is the device's. */
#define PTE_DEVICE_BITS (PTE_DEVICE | PTE_PWT | PTE_PCD)
#define PTE_ADDR_MASK 0x000ffffffffff000UL

/* XD where the CPU has it, else 0 (the bit would be reserved). */
extern uint64_t pte_nx;

/* Bytes that one entry of this level spans. */
static inline uint64_t pt_entry_span(unsigned level)
{
    return PAGE_SIZE << (level * PT_ENTRY_BITS);
}

/* va's place in its table of this level. */
static inline unsigned pt_index(vaddr_t va, unsigned level)
{
    return (va >> (PAGE_SHIFT + level * PT_ENTRY_BITS)) & (PT_ENTRIES - 1);
}

static inline pte_t pte_make(paddr_t pa, uint64_t bits)
{
    return (pte_t){pa.v | bits};
}

static inline bool pte_none(pte_t pte)
{
    return pte.v == 0;
}

static inline bool pte_present(pte_t pte)
{
    return (pte.v & PTE_P) != 0;
}

static inline bool pte_writable(pte_t pte)
{
    return (pte.v & PTE_RW) != 0;
}

static inline bool pte_large(pte_t pte, unsigned level)
{
    return level > 0 && (pte.v & PTE_PS) != 0;
}

static inline paddr_t pte_paddr(pte_t pte)
{
    return PADDR(pte.v & PTE_ADDR_MASK);
}

static inline struct page *pte_page(pte_t pte)
{
    return phys_to_page(pte_paddr(pte));
}

/* It maps a device's memory: there is no struct page, no reference. */
static inline bool pte_device(pte_t pte)
{
    return (pte.v & PTE_DEVICE) != 0;
}

static inline pte_t pte_wrprotect(pte_t pte)
{
    return (pte_t){pte.v & ~PTE_RW};
}

static inline pte_t pte_load(const pte_t *entry)
{
    return (pte_t){READ_ONCE(entry->v)};
}

/* The CPU may set A and D at any time; a plain store may lose one. Used where
 * the old entry was not present, or not writable and its A bit is of no
 * interest. => the table's lock held */
static inline void pte_store(pte_t *entry, pte_t pte)
{
    WRITE_ONCE(entry->v, pte.v);
}

/* Swaps the entry for another, in one step; the old one with its final A and
 * D bits. => the table's lock held */
static inline pte_t pte_exchange(pte_t *entry, pte_t pte)
{
    return (pte_t){__atomic_exchange_n(&entry->v, pte.v, __ATOMIC_SEQ_CST)};
}

/* Where a walk stands. */
struct pt_cursor {
    struct mm *mm;
    vaddr_t va;
    unsigned level;          /* of the lowest table reached */
    pte_t *entry[PT_LEVELS]; /* by level: va's entry in each table on the
                                way; valid from `level` up */
};

/* The struct page of the table that an entry lies in. */
static inline struct page *pt_table_of(const pte_t *entry)
{
    return virt_to_page(entry);
}

/*
 * Walks from mm's root towards va, down to the table of level `to`. With
 * `create`, missing tables are built on the way.
 *   => mmap_lock held (read or write); no table lock held
 *   => 0: cur->level == to. -ENOENT: a table is missing (not `create`) or a
 *      large page is in the way: cur->level says how far it got. -ENOMEM.
 */
__must_check int pt_descend(struct mm *mm, vaddr_t va, unsigned to, bool create,
                            struct pt_cursor *cur);

/* The table that an entry leads to; NULL if it leads to none. */
static __always_inline pte_t *pt_below(const pte_t *entry)
{
    const pte_t pte = pte_load(entry);

    if (unlikely((pte.v & (PTE_P | PTE_PS)) != PTE_P))
        return NULL;
    return phys_to_virt(pte_paddr(pte));
}

/* pt_descend in short, for the usual case: va's entry in its last-level table,
 * NULL if there is none yet. => mmap_lock held */
static __always_inline pte_t *pt_find_leaf(paddr_t root, vaddr_t va)
{
    pte_t *table = phys_to_virt(root);

    _Static_assert(PT_LEVELS == 4, "a line for each level but the last");
    if ((table = pt_below(&table[pt_index(va, 3)])) == NULL ||
        (table = pt_below(&table[pt_index(va, 2)])) == NULL ||
        (table = pt_below(&table[pt_index(va, 1)])) == NULL)
        return NULL;
    return &table[pt_index(va, 0)];
}

/* The entry that maps va, with its table's lock, for the caller to unlock: of
 * level cur->level, which is 0, or 1 if it maps a large page. NULL, and no
 * lock: there is no table. => mmap_lock held */
pte_t *pt_lock_leaf(struct mm *mm, vaddr_t va, struct pt_cursor *cur);

/* The frame of va, which an entry of this level maps. */
static inline struct page *pte_page_at(pte_t pte, unsigned level, vaddr_t va)
{
    return pte_page(pte) + (level == 0 ? 0 : pt_index(va, 0));
}

/*
 * Visits [start, end) table by table, last level, in order of addresses;
 * `cur->entry[0]` is start's entry and *stop where the table or the range
 * ends. Absent tables are skipped whatever they span; large pages are split
 * (mm/huge.h), so that there are only tables.
 *
 *     for (va = start; pt_next_table(mm, &va, end, &cur, &stop); va = stop)
 *
 *   => mmap_lock held
 */
bool pt_next_table(struct mm *mm, vaddr_t *va, vaddr_t end,
                   struct pt_cursor *cur, vaddr_t *stop);

/* The same for who can do with large pages: if cur->level is 1, the entry
 * cur->entry[1] mapped one when it was looked at, and *stop is its end. */
bool pt_next_mapped(struct mm *mm, vaddr_t *va, vaddr_t end,
                    struct pt_cursor *cur, vaddr_t *stop);

/* Adjusts the number of non-zero entries of entry's table.
 * => its lock held */
static inline void pt_count(pte_t *entry, int change)
{
    pt_table_of(entry)->table.nentries += change;
}

static inline void pt_lock(pte_t *entry)
{
    spin_lock(&pt_table_of(entry)->table.lock);
}

static inline void pt_unlock(pte_t *entry)
{
    spin_unlock(&pt_table_of(entry)->table.lock);
}

/* A table without entries that nothing leads to yet, counted as one of mm's.
 * 0 or -ENOMEM. */
__must_check int pt_alloc_table(struct mm *mm, struct page **out);
/* => nothing leads to it */
void pt_free_table(struct mm *mm, struct page *table);
/* The user entry, of level 1, leads to the table from now on.
 * => the lock of entry's table held */
void pt_link_table(pte_t *entry, struct page *table);

/* Unlinks the tables that hold no entry any more, for addresses in
 * [start, end) of tlb's mm; they are freed when tlb has flushed. But one
 * last-level table is left, with those above it, even if it is empty: what was
 * unmapped last is often mapped again next. mm->idle_table is the start of what
 * it covers; every other table covers part of an area.
 * => mmap_lock held for write, here and below */
void pt_free_empty(struct tlb_gather *tlb, vaddr_t start, vaddr_t end);
/* That one too. */
void pt_free_idle(struct tlb_gather *tlb);
/* If all that it covers lies in [start, end): to be called before something is
 * mapped there that may be large pages. */
void pt_release_idle(struct mm *mm, vaddr_t start, vaddr_t end);

#define PT_NONE_IDLE 1UL /* no table starts there */

/* Boot: the kernel's tables that are older than the page array get their
 * locks. => after page_init, before any other table is built */
void pt_init_early(void);

/* A fresh root with the kernel's half filled in; 0 or -ENOMEM. */
__must_check int pt_create_root(paddr_t *out);
/* => every user entry is gone */
void pt_destroy_root(paddr_t root);

#endif
