/* SPDX-License-Identifier: MIT */
/*
 * Verifies kernel/lib/bitmap against an array of bools.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/bitmap.h"
#include "tools/hosttest/test.h"

#define BITS_MAX 200

static bool model[BITS_MAX];

static size_t model_find(size_t nbits, size_t from, bool value)
{
    while (from < nbits && model[from] != value)
        from++;
    return from < nbits ? from : nbits;
}

static void check_all(const uint64_t *map, size_t nbits)
{
    size_t count = 0;

    for (size_t i = 0; i < nbits; i++) {
        CHECK(bitmap_test(map, i) == model[i]);
        CHECK_EQ(bitmap_find_set(map, nbits, i), model_find(nbits, i, true));
        CHECK_EQ(bitmap_find_clear(map, nbits, i), model_find(nbits, i, false));
        count += model[i];
    }
    CHECK_EQ(bitmap_count(map, nbits), count);
    CHECK_EQ(bitmap_find_set(map, nbits, nbits), nbits);
    CHECK_EQ(bitmap_find_clear(map, nbits, nbits + 5), nbits);
}

/* Bits beyond nbits in the last word are garbage that must not matter. */
static void try_size(size_t nbits)
{
    size_t nwords = BITMAP_WORDS(nbits);
    uint64_t *map = malloc(nwords * sizeof(*map)); /* exact, for ASan */
    unsigned one_in = 1 + (unsigned)rnd_below(20);

    for (size_t i = 0; i < nwords; i++)
        map[i] = rnd();
    for (size_t i = 0; i < nbits; i++) {
        model[i] = rnd_once_in(one_in);
        if (model[i])
            bitmap_set(map, i);
        else
            bitmap_clear(map, i);
    }
    check_all(map, nbits);
    free(map);
}

void test_main(void)
{
    for (int round = 0; round < 20; round++)
        for (size_t nbits = 1; nbits <= BITS_MAX; nbits++)
            try_size(nbits);
}
