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
 * Locks: kstack_lock guards the list, the slots and the entries.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/spinlock.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/tlb.h"

#define SLOT_SIZE (2 * KSTACK_SIZE)
#define SLOTS 65536UL

_Static_assert(SLOTS * SLOT_SIZE <= KSTACKS_END - KSTACKS_BASE, "they fit");

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

/* Maps one page of a stack; tables are made as needed. */
static int map_page(vaddr_t va)
{
    struct pt_cursor cur;
    struct page *page;
    int err = page_alloc(PAGE_STACK, &page);

    if (err != 0)
        return err;
    err = pt_descend(&kernel_mm, va, 0, true, &cur);
    if (err != 0) {
        page_put(page);
        return err;
    }
    pte_store(cur.entry[0], pte_make(page_to_phys(page), PTE_P | PTE_RW |
                                                             PTE_A | PTE_D |
                                                             pte_nx));
    return 0;
}

/* Unmaps the stack's first n pages and frees their frames. */
static void unmap_pages(vaddr_t stack, size_t n)
{
    struct page *pages[KSTACK_PAGES];

    for (size_t i = 0; i < n; i++) {
        struct pt_cursor cur;

        if (pt_descend(&kernel_mm, stack + i * PAGE_SIZE, 0, false, &cur) != 0)
            panic("kstack: page %zu of %#lx is not mapped", i, stack);
        pages[i] = pte_page(*cur.entry[0]);
        pte_store(cur.entry[0], (pte_t){0});
    }
    tlb_flush_kernel(stack, stack + n * PAGE_SIZE);
    for (size_t i = 0; i < n; i++)
        page_put(pages[i]);
}

static int map_new_locked(vaddr_t *stack)
{
    size_t slot = bitmap_find_clear(slots, SLOTS, slot_hint);

    if (slot == SLOTS)
        return -ENOMEM;
    *stack = slot_stack(slot);
    for (size_t i = 0; i < KSTACK_PAGES; i++) {
        int err = map_page(*stack + i * PAGE_SIZE);

        if (err != 0) {
            unmap_pages(*stack, i);
            return err;
        }
    }
    bitmap_set(slots, slot);
    slot_hint = slot + 1;
    return 0;
}

int kstack_alloc(uint64_t *top)
{
    vaddr_t stack;
    int err = 0;

    spin_lock(&kstack_lock);
    if (free_stacks != NULL) {
        stack = (vaddr_t)free_stacks;
        free_stacks = free_stacks->next;
    } else {
        err = map_new_locked(&stack);
    }
    spin_unlock(&kstack_lock);
    if (err == 0)
        *top = stack + KSTACK_SIZE;
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
    size_t freed = 0;

    spin_lock(&kstack_lock);
    while (free_stacks != NULL) {
        vaddr_t stack = (vaddr_t)free_stacks;
        size_t slot = (stack - KSTACKS_BASE) / SLOT_SIZE;

        free_stacks = free_stacks->next;
        unmap_pages(stack, KSTACK_PAGES);
        bitmap_clear(slots, slot);
        slot_hint = MIN(slot_hint, slot);
        freed += KSTACK_PAGES;
    }
    spin_unlock(&kstack_lock);
    return freed;
}

bool kstack_is_guard(vaddr_t va)
{
    return va >= KSTACKS_BASE && va < KSTACKS_BASE + SLOTS * SLOT_SIZE &&
           (va - KSTACKS_BASE) % SLOT_SIZE < KSTACK_SIZE;
}
