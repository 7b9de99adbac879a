/* SPDX-License-Identifier: MIT */
/*
 * The heap below the break: heap.h says what a block is.
 *
 * From the heap's start to its end lie blocks, without gaps; the last is a
 * header only, always used and of size 0 (the sentinel), so that joining
 * needs no test for the end. The first has `before` 0. If the program moves
 * the break itself the heap goes on behind that, as another such run.
 *
 * Free blocks hang in bins by size: one bin for each multiple of 16 below
 * 512, then one for each power of two. A bit says whether a bin has any, so
 * the best bin is found at once; within a bin the first that fits is taken.
 *
 * I1  No two free blocks are neighbours.
 * I2  A free block is in the bin of its size, and the bin's bit is set.
 *
 * Read next: malloc.c.
 */
#include "user/lib/heap.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#define SMALL_LIMIT 512UL
#define SMALL_BINS (SMALL_LIMIT / HEAP_ALIGN)
#define NBINS 64
#define GROW_STEP (64UL << 10)   /* the break moves by multiples of this */
#define TRIM_ABOVE (256UL << 10) /* a free block this large at the end goes */

static struct block *bins[NBINS];
static uint64_t bins_filled;   /* bit i: bins[i] is not empty */
static struct block *sentinel; /* the end of the last run; NULL: no heap */

static struct block *block_after(struct block *block)
{
    return (struct block *)((char *)block + block_size(block));
}

static struct block *block_before(struct block *block)
{
    return (struct block *)((char *)block - block->before);
}

/* ---- bins ---- */

static unsigned bin_of(size_t size)
{
    unsigned log;

    if (size < SMALL_LIMIT)
        return (unsigned)(size / HEAP_ALIGN);
    log = 63 - (unsigned)__builtin_clzl(size / SMALL_LIMIT);
    return SMALL_BINS + log < NBINS ? SMALL_BINS + log : NBINS - 1;
}

/* Makes [block, block + size) a free block and puts it into its bin. */
static void bin_add(struct block *block, size_t size)
{
    unsigned bin = bin_of(size);

    block->size_bits = size;
    block_after(block)->before = size;
    block->prev = NULL;
    block->next = bins[bin];
    if (block->next != NULL)
        block->next->prev = block;
    bins[bin] = block;
    bins_filled |= 1UL << bin;
}

static void bin_remove(struct block *block)
{
    unsigned bin = bin_of(block_size(block));

    if (block->next != NULL)
        block->next->prev = block->prev;
    if (block->prev != NULL)
        block->prev->next = block->next;
    else
        bins[bin] = block->next;
    if (bins[bin] == NULL)
        bins_filled &= ~(1UL << bin);
}

/* The free block to take; NULL if none is large enough. */
static struct block *bin_find(size_t size)
{
    unsigned bin = bin_of(size);
    uint64_t above = bins_filled >> bin >> 1;
    struct block *block;

    for (block = bins[bin]; block != NULL; block = block->next)
        if (block_size(block) >= size)
            return block;
    return above != 0 ? bins[bin + 1 + (unsigned)__builtin_ctzl(above)] : NULL;
}

/* ---- the break ---- */

/* The run's new end: the old sentinel, or `at`, becomes a free block. */
static void run_extend(char *at, size_t len)
{
    struct block *block = sentinel;

    if (block == NULL || (char *)block + HEAP_HEADER != at) { /* a new run */
        block = (struct block *)at;
        block->before = 0;
        len -= HEAP_HEADER;
    }
    sentinel = (struct block *)((char *)block + len);
    sentinel->size_bits = BLOCK_USED;
    block->size_bits = len | BLOCK_USED;
    sentinel->before = len;
    heap_give(block);
}

/* 0, or -1: the break does not move. */
static int heap_grow(size_t size)
{
    size_t len = (size + HEAP_HEADER + GROW_STEP - 1) & ~(GROW_STEP - 1);
    uintptr_t now = (uintptr_t)sbrk(0);
    size_t skip = -now & (HEAP_ALIGN - 1);

    if (sbrk((intptr_t)(skip + len)) == (void *)-1) {
        len = (size + HEAP_HEADER + HEAP_ALIGN - 1) & -HEAP_ALIGN;
        if (sbrk((intptr_t)(skip + len)) == (void *)-1)
            return -1;
    }
    run_extend((char *)now + skip, len);
    return 0;
}

/* If the last run ends in a large free block, gives most of it back. */
static void heap_trim(struct block *last)
{
    size_t size = block_size(last), back = (size - GROW_STEP) & -GROW_STEP;
    int error = errno;

    if (size < TRIM_ABOVE || block_after(last) != sentinel ||
        sbrk(0) != (char *)sentinel + HEAP_HEADER)
        return;
    bin_remove(last);
    if (sbrk(-(intptr_t)back) == (void *)-1) {
        errno = error;
        back = 0;
    }
    sentinel = (struct block *)((char *)sentinel - back);
    sentinel->size_bits = BLOCK_USED;
    bin_add(last, size - back);
}

/* ---- blocks ---- */

void heap_give(struct block *block)
{
    size_t size = block_size(block);
    struct block *after = block_after(block);
    struct block *before = block_before(block);

    if (!(after->size_bits & BLOCK_USED)) {
        bin_remove(after);
        size += block_size(after);
    }
    if (before != block && !(before->size_bits & BLOCK_USED)) {
        bin_remove(before);
        size += block_size(before);
        block = before;
    }
    bin_add(block, size);
    heap_trim(block);
}

void heap_cut(struct block *block, size_t size)
{
    size_t rest = block_size(block) - size;
    struct block *second;

    if (rest < HEAP_MIN_BLOCK)
        return;
    block->size_bits = size | BLOCK_USED;
    second = block_after(block);
    second->before = size;
    second->size_bits = rest | BLOCK_USED;
    heap_give(second);
}

struct block *heap_cut_front(struct block *block, size_t by)
{
    struct block *second = (struct block *)((char *)block + by);
    size_t size = block_size(block) - by;

    second->before = by;
    second->size_bits = size | BLOCK_USED;
    block_after(second)->before = size;
    block->size_bits = by | BLOCK_USED;
    heap_give(block);
    return second;
}

int heap_extend(struct block *block, size_t size)
{
    struct block *after = block_after(block);
    size_t both = block_size(block) + block_size(after);

    if ((after->size_bits & BLOCK_USED) || both < size)
        return -1;
    bin_remove(after);
    block->size_bits = both | BLOCK_USED;
    block_after(block)->before = both;
    heap_cut(block, size);
    return 0;
}

struct block *heap_take(size_t size)
{
    struct block *block = bin_find(size);

    if (block == NULL && heap_grow(size) == 0)
        block = bin_find(size);
    if (block == NULL)
        return NULL;
    bin_remove(block);
    block->size_bits |= BLOCK_USED;
    heap_cut(block, size);
    return block;
}
