/* SPDX-License-Identifier: MIT */
/*
 * Arrays of bits in uint64_t words. Not atomic: the owner's lock guards
 * them.
 */
#ifndef KERNEL_LIB_BITMAP_H
#define KERNEL_LIB_BITMAP_H

#include "kernel/lib/types.h"

#define BITMAP_WORD_BITS 64
#define BITMAP_WORDS(nbits)                                                    \
    (((nbits) + BITMAP_WORD_BITS - 1) / BITMAP_WORD_BITS)

static inline bool bitmap_test(const uint64_t *map, size_t bit)
{
    return map[bit / BITMAP_WORD_BITS] >> (bit % BITMAP_WORD_BITS) & 1;
}

static inline void bitmap_set(uint64_t *map, size_t bit)
{
    map[bit / BITMAP_WORD_BITS] |= 1UL << (bit % BITMAP_WORD_BITS);
}

static inline void bitmap_clear(uint64_t *map, size_t bit)
{
    map[bit / BITMAP_WORD_BITS] &= ~(1UL << (bit % BITMAP_WORD_BITS));
}

/* The first clear (or set) bit at or after `from`; nbits if there is none. */
size_t bitmap_find_clear(const uint64_t *map, size_t nbits, size_t from);
size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t from);
size_t bitmap_count(const uint64_t *map, size_t nbits);

#endif
