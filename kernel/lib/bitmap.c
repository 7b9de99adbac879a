/* SPDX-License-Identifier: MIT */
/*
 * Searching and counting in bit arrays, a word at a time.
 */
#include "kernel/lib/bitmap.h"

/* The first bit at or after `from` that is set in map XOR flip. */
static size_t find(const uint64_t *map, size_t nbits, size_t from,
                   uint64_t flip)
{
    size_t word = from / BITMAP_WORD_BITS;
    uint64_t bits;

    if (from >= nbits)
        return nbits;
    bits = (map[word] ^ flip) & (UINT64_MAX << (from % BITMAP_WORD_BITS));
    while (bits == 0) {
        if (++word == BITMAP_WORDS(nbits))
            return nbits;
        bits = map[word] ^ flip;
    }
    from = word * BITMAP_WORD_BITS + (size_t)__builtin_ctzl(bits);
    return MIN(from, nbits);
}

size_t bitmap_find_clear(const uint64_t *map, size_t nbits, size_t from)
{
    return find(map, nbits, from, UINT64_MAX);
}

size_t bitmap_find_set(const uint64_t *map, size_t nbits, size_t from)
{
    return find(map, nbits, from, 0);
}

/* Without POPCNT, which not every CPU has: each step clears the lowest bit. */
static size_t count_word(uint64_t bits)
{
    size_t n = 0;

    for (; bits != 0; bits &= bits - 1)
        n++;
    return n;
}

size_t bitmap_count(const uint64_t *map, size_t nbits)
{
    size_t n = 0, tail = nbits % BITMAP_WORD_BITS;

    for (size_t i = 0; i < nbits / BITMAP_WORD_BITS; i++)
        n += count_word(map[i]);
    if (tail != 0)
        n += count_word(map[nbits / BITMAP_WORD_BITS] & ((1UL << tail) - 1));
    return n;
}
