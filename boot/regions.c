/* SPDX-License-Identifier: MIT */
/*
 * The table of physical memory, kept sorted and disjoint by one operation:
 * "paint [start, end) with this type". What is already there is cut at both
 * ends; the pieces inside keep whichever type is the more careful (the larger
 * enum value wins over RAM); the holes between them are filled.
 */
#include "boot/regions.h"
#include "kernel/lib/string.h"
#include "mm/layout.h"

#define PHYS_END (1UL << 52) /* SDM vol. 3, 4.1.4: MAXPHYADDR is at most 52 */

static const char *const table_full =
    "the memory map has more than 128 regions";

/* Makes room for an entry at index i. */
static struct boot_region *open_slot(size_t i)
{
    struct boot_region *slot = &boot_info.regions[i];

    if (boot_info.nregions == BOOT_MAX_REGIONS)
        return NULL;
    memmove(slot + 1, slot, (boot_info.nregions - i) * sizeof(*slot));
    boot_info.nregions++;
    return slot;
}

static void close_slot(size_t i)
{
    struct boot_region *slot = &boot_info.regions[i];

    boot_info.nregions--;
    memmove(slot, slot + 1, (boot_info.nregions - i) * sizeof(*slot));
}

/* Makes `at` a border if it lies inside a region. */
static const char *cut(uint64_t at)
{
    for (size_t i = 0; i < boot_info.nregions; i++) {
        struct boot_region *region = &boot_info.regions[i];

        if (region->start < at && at < region->end) {
            struct boot_region *upper = open_slot(i + 1);

            if (upper == NULL)
                return table_full;
            *upper = *region;
            region->end = upper->start = at;
            return NULL;
        }
    }
    return NULL;
}

/* Fills the holes of [start, end). => both are borders of what is there */
static const char *fill(uint64_t start, uint64_t end,
                        enum boot_region_type type)
{
    size_t i = 0;

    while (start < end) {
        uint64_t stop = end;
        struct boot_region *slot;

        while (i < boot_info.nregions && boot_info.regions[i].end <= start)
            i++;
        if (i < boot_info.nregions)
            stop = MIN(end, boot_info.regions[i].start);
        if (start < stop) {
            slot = open_slot(i);
            if (slot == NULL)
                return table_full;
            *slot = (struct boot_region){start, stop, type};
        }
        start =
            MAX(stop, i < boot_info.nregions ? boot_info.regions[i].end : stop);
    }
    return NULL;
}

/* Neighbours of one type become one region. */
static void join(void)
{
    for (size_t i = 1; i < boot_info.nregions;) {
        struct boot_region *lower = &boot_info.regions[i - 1];
        const struct boot_region *upper = lower + 1;

        if (lower->end == upper->start && lower->type == upper->type) {
            lower->end = upper->end;
            close_slot(i);
        } else {
            i++;
        }
    }
}

/* The careful type wins in what [start, end) covers. */
static const char *repaint(uint64_t start, uint64_t end,
                           enum boot_region_type type)
{
    const char *problem = cut(start);

    if (problem == NULL)
        problem = cut(end);
    for (size_t i = 0; problem == NULL && i < boot_info.nregions; i++) {
        struct boot_region *region = &boot_info.regions[i];

        if (region->start >= start && region->end <= end)
            region->type = region->type == BOOT_RAM ? type : region->type;
    }
    return problem;
}

const char *regions_add(uint64_t base, uint64_t len, enum boot_region_type type)
{
    const uint64_t end =
        base < PHYS_END && len < PHYS_END - base ? base + len : PHYS_END;
    const char *problem;

    if (base >= end)
        return NULL;
    problem = repaint(base, end, type);
    if (problem == NULL)
        problem = fill(base, end, type);
    join();
    return problem;
}

const char *regions_reserve(uint64_t start, uint64_t end,
                            enum boot_region_type type)
{
    const char *problem =
        repaint(ROUND_DOWN(start, PAGE_SIZE), ROUND_UP(end, PAGE_SIZE), type);

    join();
    return problem;
}

void regions_trim(void)
{
    for (size_t i = 0; i < boot_info.nregions;) {
        struct boot_region *region = &boot_info.regions[i];

        if (region->type == BOOT_RAM) {
            region->start = ROUND_UP(region->start, PAGE_SIZE);
            region->end = ROUND_DOWN(region->end, PAGE_SIZE);
        }
        if (region->start >= region->end)
            close_slot(i);
        else
            i++;
    }
}
