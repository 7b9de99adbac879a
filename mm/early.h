/* SPDX-License-Identifier: MIT */
/*
 * What page_init needs to know of early memory (early_alloc, in page.h).
 */
#ifndef MM_EARLY_H
#define MM_EARLY_H

#include "kernel/lib/types.h"

/* RAM below this is never handed out: firmware may still use the first page,
 * and other CPUs start in real mode, below 1 MiB. */
#define EARLY_RAM_START 0x100000UL

/* boot_info.regions[i], a BOOT_RAM one, is free from this physical address on,
 * a multiple of the page size; at or above the region's end: all is taken. */
uint64_t early_region_start(size_t i);

#endif
