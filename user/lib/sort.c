/* SPDX-License-Identifier: MIT */
/*
 * Sorting and searching arrays. qsort is heapsort: no memory, no recursion,
 * and n log n comparisons even at worst.
 *
 * The heap is the array itself: element i is not less than its children
 * 2i + 1 and 2i + 2. The greatest is then at 0; it is swapped to the end, the
 * heap shrinks by one, and the new element 0 sinks to its place.
 */
#include <stdlib.h>

struct array {
    char *base;
    size_t size;
    int (*compare)(const void *, const void *);
};

static void *at(const struct array *a, size_t i)
{
    return a->base + i * a->size;
}

static void swap(const struct array *a, size_t i, size_t j)
{
    char *x = at(a, i), *y = at(a, j);
    size_t k;

    for (k = 0; k < a->size; k++) {
        char byte = x[k];

        x[k] = y[k];
        y[k] = byte;
    }
}

/* Element i may be less than its children: lets it sink within the first
 * `count` elements. */
static void sink(const struct array *a, size_t i, size_t count)
{
    while (2 * i + 1 < count) {
        size_t child = 2 * i + 1;

        if (child + 1 < count && a->compare(at(a, child), at(a, child + 1)) < 0)
            child++;
        if (a->compare(at(a, i), at(a, child)) >= 0)
            return;
        swap(a, i, child);
        i = child;
    }
}

void qsort(void *base, size_t count, size_t size,
           int (*compare)(const void *, const void *))
{
    struct array a = { base, size, compare };
    size_t i;

    for (i = count / 2; i > 0; i--)
        sink(&a, i - 1, count);
    for (i = count; i > 1; i--) {
        swap(&a, 0, i - 1);
        sink(&a, 0, i - 1);
    }
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *))
{
    while (count > 0) {
        const char *middle = (const char *)base + count / 2 * size;
        int order = compare(key, middle);

        if (order == 0)
            return (void *)middle;
        if (order > 0) {
            base = middle + size;
            count -= count / 2 + 1;
        } else {
            count /= 2;
        }
    }
    return NULL;
}
