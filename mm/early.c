/* SPDX-License-Identifier: MIT */
/*
 * Memory before there is an allocator: pieces cut from the bottom of the RAM
 * regions, each region's used part growing upwards. page_init takes over what
 * is left.
 */
#include "mm/early.h"
#include "boot/bootinfo.h"
#include "kernel/lib/string.h"
#include "mm/page.h"

#define EARLY_RAM_END 0x100000000UL /* the boot page tables map no more */

/* By region: the end of what was cut from it; 0: nothing. */
static uint64_t cut_end[BOOT_MAX_REGIONS];

/* The first byte that is still free, at or above the region's start. */
static uint64_t first_free(size_t i)
{
    uint64_t start = MAX(boot_info.regions[i].start, EARLY_RAM_START);

    return MAX(start, cut_end[i]);
}

uint64_t early_region_start(size_t i)
{
    return ROUND_UP(first_free(i), PAGE_SIZE);
}

void *early_alloc(size_t size, size_t align)
{
    ASSERT(page_array == NULL);
    for (size_t i = 0; i < boot_info.nregions; i++) {
        uint64_t start = ROUND_UP(first_free(i), align);
        uint64_t end = MIN(boot_info.regions[i].end, EARLY_RAM_END);

        if (boot_info.regions[i].type != BOOT_RAM || start >= end ||
            end - start < size)
            continue;
        cut_end[i] = start + size;
        return memset(phys_to_virt(PADDR(start)), 0, size);
    }
    panic("no RAM below 4 GiB for %zu bytes of early memory", size);
}
