/* SPDX-License-Identifier: MIT */
/*
 * Kernel stacks, each below an unmapped guard of the same size:
 *
 *      slot 0                slot 1
 *   [ guard | stack ][ guard | stack ] …
 *   ^ KSTACKS_BASE          top ------^
 *
 * A stack that is given back stays mapped and waits on the free list for its
 * next user: mapping and flushing cost far more than the 16 KiB.
 *
 * Locks: kstack_lock guards the list and the slots. Entries belong to who has
 * taken their slot, or the stack off the list: flushing waits for other CPUs,
 * one of which may wait for the lock with interrupts off (a thread's end).
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/spinlock.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/tlb.h"
#include "mm/tlbdebt.h"

#define SLOT_SIZE (2 * KSTACK_SIZE)
#define SLOTS 65536UL

_Static_assert(SLOTS *SLOT_SIZE <= KSTACKS_END - KSTACKS_BASE, "they fit");

/* At the lowest address of a stack that waits on the free list. */
struct free_stack {
    struct free_stack *next;
};

static struct spinlock kstack_lock = SPINLOCK_INIT;
static struct free_stack *free_stacks;      /* K */
static uint64_t slots[BITMAP_WORDS(SLOTS)]; /* K: mapped */
static size_t slot_hint;                    /* K: all below are mapped */

static vaddr_t slot_stack(size_t slot)
{
    return KSTACKS_BASE + slot * SLOT_SIZE + KSTACK_SIZE;
}

/* Maps the frames at va, tables made as needed; how many it could. */
static size_t map_pages(vaddr_t va, struct page *pages[KSTACK_PAGES])
{
    const uint64_t bits =
        PTE_P | PTE_RW | PTE_A | PTE_D | pte_nx | kmap_global_bit();
    struct pt_cursor cur;
    size_t n = 0;

    for (; n < KSTACK_PAGES; n++) {
        if (pt_descend(&kernel_mm, va + n * PAGE_SIZE, 0, true, &cur) != 0)
            break;
        pte_store(cur.entry[0], pte_make(page_to_phys(pages[n]), bits));
    }
    return n;
}

/* Unmaps the stack's first n pages. */
static void unmap_pages(vaddr_t stack, size_t n, struct page *pages[])
{
    for (size_t i = 0; i < n; i++) {
        struct pt_cursor cur;

        if (pt_descend(&kernel_mm, stack + i * PAGE_SIZE, 0, false, &cur) != 0)
            panic("kstack: page %zu of %#lx is not mapped", i, stack);
        pages[i] = pte_page(*cur.entry[0]);
        pt_set(&kernel_mm, stack + i * PAGE_SIZE, cur.entry[0], (pte_t){0},
               __func__);
    }
    tlb_flush_kernel(stack, stack + n * PAGE_SIZE);
}

/* SLOTS if all are taken. */
static size_t take_slot(void)
{
    size_t slot;

    spin_lock(&kstack_lock);
    slot = bitmap_find_clear(slots, SLOTS, slot_hint);
    if (slot < SLOTS) {
        bitmap_set(slots, slot);
        slot_hint = slot + 1;
    }
    spin_unlock(&kstack_lock);
    return slot;
}

static void give_slot_back(vaddr_t stack)
{
    const size_t slot = (stack - KSTACKS_BASE) / SLOT_SIZE;

    spin_lock(&kstack_lock);
    bitmap_clear(slots, slot);
    slot_hint = MIN(slot_hint, slot);
    spin_unlock(&kstack_lock);
}

static int map_in_slot(struct page *pages[KSTACK_PAGES], vaddr_t *stack)
{
    const size_t slot = take_slot();
    size_t n;

    if (slot == SLOTS)
        return -ENOMEM;
    *stack = slot_stack(slot);
    n = map_pages(*stack, pages);
    if (n < KSTACK_PAGES) {
        unmap_pages(*stack, n, pages);
        give_slot_back(*stack);
        return -ENOMEM;
    }
    return 0;
}

/* A stack where there was none. */
static int map_new(vaddr_t *stack)
{
    struct page *pages[KSTACK_PAGES];
    size_t n = 0;
    int err = 0;

    while (n < KSTACK_PAGES && err == 0) {
        err = page_alloc(PAGE_STACK, &pages[n]);
        n += err == 0;
    }
    if (err == 0)
        err = map_in_slot(pages, stack);
    if (err != 0)
        page_put_array(pages, n);
    return err;
}

/* The stack that was freed last; NULL: none waits. */
static struct free_stack *take_free(void)
{
    struct free_stack *stack;

    spin_lock(&kstack_lock);
    stack = free_stacks;
    if (stack != NULL)
        free_stacks = stack->next;
    spin_unlock(&kstack_lock);
    return stack;
}

int kstack_alloc(uint64_t *top)
{
    struct free_stack *stack = take_free();
    vaddr_t fresh;
    int err;

    if (stack != NULL) {
        *top = (vaddr_t)stack + KSTACK_SIZE;
        return 0;
    }
    err = map_new(&fresh);
    if (err == 0)
        *top = fresh + KSTACK_SIZE;
    return err;
}

void kstack_free(uint64_t top)
{
    struct free_stack *stack = (struct free_stack *)(top - KSTACK_SIZE);

    spin_lock(&kstack_lock);
    stack->next = free_stacks;
    free_stacks = stack;
    spin_unlock(&kstack_lock);
}

size_t kstack_shrink(void)
{
    struct page *pages[KSTACK_PAGES];
    struct free_stack *stack;
    size_t freed = 0;

    while ((stack = take_free()) != NULL) {
        unmap_pages((vaddr_t)stack, KSTACK_PAGES, pages);
        page_put_array(pages, KSTACK_PAGES);
        give_slot_back((vaddr_t)stack);
        freed += KSTACK_PAGES;
    }
    return freed;
}

bool kstack_is_guard(vaddr_t va)
{
    return va >= KSTACKS_BASE && va < KSTACKS_BASE + SLOTS * SLOT_SIZE &&
           (va - KSTACKS_BASE) % SLOT_SIZE < KSTACK_SIZE;
}
