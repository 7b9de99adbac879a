/* SPDX-License-Identifier: MIT */
/*
 * The heap under malloc: blocks of memory, cut from the break (heap.c) or
 * each in a mapping of its own (malloc.c).
 *
 * A block is a header of 16 bytes and the memory that the program is given:
 *
 *     block ─▶ ┌───────────┐
 *              │ before    │  bytes of the block that ends here
 *              │ size|bits │  bytes of this block, header included
 *     mem ───▶ ├───────────┤
 *              │ …         │  the program's; while free: next, prev
 *              └───────────┘
 *     next ──▶ ┌───────────┐  = block + size: its `before` is this size
 *
 * Both neighbours are found without a search, so a freed block joins a free
 * one on either side at once ("boundary tags", Knuth volume 1, 2.5).
 */
#ifndef LIB_HEAP_H
#define LIB_HEAP_H

#include <stddef.h>

#define HEAP_ALIGN 16UL
#define HEAP_HEADER 16UL
#define HEAP_MIN_BLOCK 32UL /* header and the two links */

enum {
    BLOCK_USED = 1,   /* the program has it */
    BLOCK_MAPPED = 2, /* a mapping of its own; `before`: from the mapping's
                       * start to this header */
    BLOCK_BITS = 15,
};

struct block {
    size_t before;
    size_t size_bits;
    struct block *next; /* the links of a bin: free blocks only */
    struct block *prev;
};

static inline size_t block_size(const struct block *block)
{
    return block->size_bits & ~(size_t)BLOCK_BITS;
}

static inline void *block_mem(struct block *block)
{
    return (char *)block + HEAP_HEADER;
}

static inline struct block *block_of(void *mem)
{
    return (struct block *)((char *)mem - HEAP_HEADER);
}

/* A used block of at least `size` bytes, header included.
 * => size: a multiple of HEAP_ALIGN, at least HEAP_MIN_BLOCK
 * => NULL if the break cannot move */
struct block *heap_take(size_t size);

/* Makes a used block free, joined with its free neighbours; gives memory at
 * the heap's end back to the system. */
void heap_give(struct block *block);

/* Cuts a used block to `size` bytes and gives the rest back, if the rest is
 * large enough to be a block. */
void heap_cut(struct block *block, size_t size);

/* Lets a used block grow to `size` bytes into the free block behind it. 0, or
 * -1 if there is no room. */
int heap_extend(struct block *block, size_t size);

/* Moves the start of a used block `by` bytes up; what lies before it is given
 * back. => by: a multiple of HEAP_ALIGN, at least HEAP_MIN_BLOCK */
struct block *heap_cut_front(struct block *block, size_t by);

#endif
