/* SPDX-License-Identifier: MIT */
/*
 * Moving page-table entries: see move.h.
 *
 *     from     |    table A    |    table B    |      in step, 2 MiB apart: the
 *     to       |               |               |      entries of level 1 move
 *
 *     from     |    table A    |    table B    |      else each entry of level
 * 0 to    |               |               |         moves
 *
 * A thread on another CPU may use the old address until the flush, by its TLB:
 * it reaches the same frame. With mmap_lock held for write nobody else looks
 * at entries, so that one may be in neither place for a moment; the locks of
 * the tables are taken for their counts.
 */
#include "mm/move.h"
#include "mm/hugetlb.h"
#include "mm/pagetable.h"
#include "mm/tlb.h"
#include "mm/tlbdebt.h"

static const char place[] = "move_entries";

/* Where va moves to. */
static vaddr_t target(const struct move *move, vaddr_t va)
{
    return va - move->from + move->to;
}

/* Can what is mapped at [va, stop) move by one entry of level 1? */
static bool is_whole(const struct move *move, vaddr_t va, vaddr_t stop)
{
    return stop - va == HUGE_SIZE && (target(move, va) & (HUGE_SIZE - 1)) == 0;
}

int move_prepare(const struct move *move)
{
    const vaddr_t end = move->from + move->len;
    struct pt_cursor cur;
    vaddr_t va, stop;
    int err = 0;

    for (va = move->from;
         err == 0 && pt_next_mapped(move->mm, &va, end, &cur, &stop);
         va = stop) {
        const unsigned level = is_whole(move, va, stop) ? 1 : 0;

        err = pt_descend(move->mm, target(move, va), level, true, &cur);
        if (err == 0 && level == 0)
            err = pt_descend(move->mm, target(move, stop - PAGE_SIZE), 0, true,
                             &cur);
    }
    if (err != 0)
        move_cancel(move);
    return err;
}

void move_cancel(const struct move *move)
{
    struct tlb_gather tlb;

    tlb_begin(&tlb, move->mm);
    pt_free_empty(&tlb, move->to, move->to + move->len);
    tlb_finish(&tlb);
}

/* Tables that are there already. */
static pte_t *find_entry(struct mm *mm, vaddr_t va, unsigned level)
{
    struct pt_cursor cur;
    int err = pt_descend(mm, va, level, false, &cur);

    ASSERT(err == 0);
    return cur.entry[level];
}

/* Takes an entry out. The old one. */
static pte_t take(const struct move *move, vaddr_t va, pte_t *entry)
{
    const pte_t pte = *entry;

    pt_lock(entry);
    pt_set(move->mm, va, entry, (pte_t){0}, place);
    pt_count(entry, -1);
    pt_unlock(entry);
    return pte;
}

static void put(pte_t *entry, pte_t pte)
{
    pt_lock(entry);
    pte_store(entry, pte);
    pt_count(entry, 1);
    pt_unlock(entry);
}

/* The table, or large page, at va. False: a table is at the target already,
 * an empty one: the entries have to move one by one. */
static bool move_whole(const struct move *move, vaddr_t va, pte_t *entry,
                       struct tlb_gather *tlb)
{
    pte_t *to = find_entry(move->mm, target(move, va), 1);

    if (!pte_none(*to))
        return false;
    if (unlikely(vmck_enabled)) /* take notes the first page alone */
        tlbdebt_note(move->mm, va + HUGE_SIZE - PAGE_SIZE, *entry, (pte_t){0},
                     place);
    put(to, take(move, va, entry));
    tlb_add(tlb, va);
    tlb_add(tlb, va + HUGE_SIZE - PAGE_SIZE);
    return true;
}

/* The entries of one table, from va to stop. */
static void move_each(const struct move *move, vaddr_t va, vaddr_t stop,
                      pte_t *entry, struct tlb_gather *tlb)
{
    pte_t *to = NULL;

    for (; va < stop; va += PAGE_SIZE, entry++, to++) {
        if (to == NULL || pt_index(target(move, va), 0) == 0)
            to = find_entry(move->mm, target(move, va), 0);
        if (pte_none(*entry))
            continue;
        put(to, take(move, va, entry));
        tlb_add(tlb, va);
    }
}

void move_entries(const struct move *move)
{
    const vaddr_t end = move->from + move->len;
    struct tlb_gather tlb;
    struct pt_cursor cur;
    vaddr_t va, stop;

    tlb_begin(&tlb, move->mm);
    for (va = move->from; pt_next_mapped(move->mm, &va, end, &cur, &stop);
         va = stop) {
        if (is_whole(move, va, stop) &&
            move_whole(move, va, cur.entry[1], &tlb))
            continue;
        if (cur.level != 0) {
            huge_split(move->mm, cur.entry[1], va);
            stop = va; /* look again: it is a table now */
            continue;
        }
        move_each(move, va, stop, cur.entry[0], &tlb);
    }
    tlb_finish(&tlb);
}
