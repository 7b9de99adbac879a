/* SPDX-License-Identifier: MIT */
/*
 * Building boot_info.regions: sorted, disjoint ranges of physical memory.
 * For boot/multiboot2.c. All return NULL, or a sentence for a person when the
 * table is full.
 */
#ifndef BOOT_REGIONS_H
#define BOOT_REGIONS_H

#include "boot/bootinfo.h"

/* Adds what the firmware says of [base, base + len). Where it contradicts an
 * earlier entry, the memory counts as reserved. */
__must_check const char *regions_add(uint64_t base, uint64_t len,
                                     enum boot_region_type type);

/* Gives [start, end), as far as it is RAM, another type; widened to whole
 * pages. */
__must_check const char *regions_reserve(uint64_t start, uint64_t end,
                                         enum boot_region_type type);

/* Cuts RAM regions down to whole pages and drops those that become empty. */
void regions_trim(void);

#endif
