/* SPDX-License-Identifier: MIT */
/*
 * malloc and its family.
 *
 *     below 128 KiB   a block of the heap, which grows by sbrk: heap.c
 *     from there on   a mapping of its own, which free unmaps
 *
 * Small blocks share pages and are reused without asking the kernel; a large
 * one costs a system call, but its memory goes back at once when it is freed,
 * wherever it lies. When the break cannot move, small blocks are mapped too.
 *
 * A pointer that is not malloc's, or is freed twice, ends the program with a
 * message as far as that can be seen from the block's header.
 *
 * Programs here have one thread: there are no locks.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/lib/heap.h"

#define MAP_FROM (128UL << 10) /* bytes that the program asks for */
#define PAGE_SIZE 4096UL

/* The block's size for `size` bytes; 0 and ENOMEM: more than there can be. */
static size_t block_size_for(size_t size)
{
    if (size > PTRDIFF_MAX - 2 * PAGE_SIZE) {
        errno = ENOMEM;
        return 0;
    }
    size = (size + HEAP_HEADER + HEAP_ALIGN - 1) & -HEAP_ALIGN;
    return size < HEAP_MIN_BLOCK ? HEAP_MIN_BLOCK : size;
}

static size_t page_up(size_t len)
{
    return (len + PAGE_SIZE - 1) & -PAGE_SIZE;
}

/* ---- blocks in mappings of their own ---- */

static struct block *map_block(size_t size)
{
    size_t len = page_up(size);
    struct block *block = mmap(NULL, len, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (block == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    block->before = 0;
    block->size_bits = len | BLOCK_MAPPED | BLOCK_USED;
    return block;
}

static void unmap_block(struct block *block)
{
    munmap((char *)block - block->before, block->before + block_size(block));
}

/* The block with its size changed, perhaps elsewhere; NULL: not possible. */
static struct block *remap_block(struct block *block, size_t size)
{
    size_t before = block->before;
    size_t len = page_up(before + size);
    char *start = (char *)block - before;

    if (len == before + block_size(block))
        return block;
    start = mremap(start, before + block_size(block), len, MREMAP_MAYMOVE);
    if (start == MAP_FAILED)
        return NULL;
    block = (struct block *)(start + before);
    block->size_bits = (len - before) | BLOCK_MAPPED | BLOCK_USED;
    return block;
}

/* ---- what the program gives back ---- */

static void complain(const char *text)
{
    static const char start[] = "malloc: ";

    if (write(2, start, sizeof(start) - 1) < 0 ||
        write(2, text, strlen(text)) < 0)
        errno = 0; /* nothing more can be said */
    abort();
}

/* The header in front of `mem`, looked over. */
static struct block *checked_block(void *mem)
{
    struct block *block = block_of(mem);

    if ((uintptr_t)mem % HEAP_ALIGN != 0)
        complain("free or realloc of a pointer that malloc did not return\n");
    if (!(block->size_bits & BLOCK_USED))
        complain("free or realloc of memory that is free already\n");
    if ((block->size_bits & BLOCK_MAPPED) == 0 &&
        ((struct block *)((char *)block + block_size(block)))->before !=
            block_size(block))
        complain("a block's end has been written over\n");
    return block;
}

void free(void *mem)
{
    int error = errno;
    struct block *block;

    if (mem == NULL)
        return;
    block = checked_block(mem);
    if (block->size_bits & BLOCK_MAPPED)
        unmap_block(block);
    else
        heap_give(block);
    errno = error;
}

size_t malloc_usable_size(void *mem)
{
    return mem != NULL ? block_size(checked_block(mem)) - HEAP_HEADER : 0;
}

/* ---- what the program is given ---- */

void *malloc(size_t size)
{
    size_t wanted = block_size_for(size);
    struct block *block = NULL;

    if (wanted == 0)
        return NULL;
    if (size < MAP_FROM)
        block = heap_take(wanted);
    if (block == NULL)
        block = map_block(wanted);
    return block != NULL ? block_mem(block) : NULL;
}

void *calloc(size_t count, size_t size)
{
    size_t total;
    void *mem;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    mem = malloc(total);
    /* A new mapping is zero as it is, and touching it would cost frames. */
    if (mem != NULL && !(block_of(mem)->size_bits & BLOCK_MAPPED))
        memset(mem, 0, total);
    return mem;
}

/* Changes the size in place if that can be done. NULL: it cannot. */
static struct block *resize(struct block *block, size_t size, size_t wanted)
{
    if (block->size_bits & BLOCK_MAPPED)
        return size >= MAP_FROM ? remap_block(block, wanted) : NULL;
    if (wanted <= block_size(block)) {
        heap_cut(block, wanted);
        return block;
    }
    return size < MAP_FROM && heap_extend(block, wanted) == 0 ? block : NULL;
}

void *realloc(void *old, size_t size)
{
    size_t wanted = block_size_for(size), used;
    struct block *block;
    int error = errno;
    void *mem;

    if (old == NULL)
        return malloc(size);
    if (wanted == 0)
        return NULL;
    block = resize(checked_block(old), size, wanted);
    if (block != NULL)
        return block_mem(block);
    errno = error; /* mremap may have tried and failed */
    mem = malloc(size);
    if (mem == NULL)
        return NULL;
    used = malloc_usable_size(old);
    memcpy(mem, old, used < size ? used : size);
    free(old);
    return mem;
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, total);
}

/* ---- aligned ---- */

/* => align: a power of two, greater than HEAP_ALIGN */
static void *take_aligned(size_t align, size_t size)
{
    size_t wanted = block_size_for(size), by;
    struct block *block;
    char *mem;

    if (wanted == 0)
        return NULL;
    if (align > PTRDIFF_MAX - 2 * PAGE_SIZE - wanted) {
        errno = ENOMEM;
        return NULL;
    }
    mem = malloc(wanted + align + HEAP_MIN_BLOCK);
    if (mem == NULL || (uintptr_t)mem % align == 0)
        return mem;
    by = (size_t)(-((uintptr_t)mem + HEAP_MIN_BLOCK) & (align - 1)) +
         HEAP_MIN_BLOCK;
    block = block_of(mem);
    if (block->size_bits & BLOCK_MAPPED) {
        size_t left = block_size(block) - by;
        struct block *later = (struct block *)((char *)block + by);

        later->before = block->before + by;
        later->size_bits = left | BLOCK_MAPPED | BLOCK_USED;
        return block_mem(later);
    }
    block = heap_cut_front(block, by);
    heap_cut(block, wanted);
    return block_mem(block);
}

void *memalign(size_t align, size_t size)
{
    if (align == 0 || (align & (align - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }
    return align <= HEAP_ALIGN ? malloc(size) : take_aligned(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
    return memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    int error = errno, result = 0;
    void *mem;

    if (align < sizeof(void *) || (align & (align - 1)) != 0)
        return EINVAL;
    mem = memalign(align, size);
    if (mem != NULL)
        *out = mem;
    else
        result = errno;
    errno = error;
    return result;
}
