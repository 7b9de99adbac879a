/* SPDX-License-Identifier: MIT */
/*
 * A CPU for address spaces on the host: it walks the page tables that mm/ has
 * built, caches entries in a TLB that only mm/'s own flushes clear, and calls
 * mm_fault when an access is refused.
 */
#ifndef TOOLS_HOSTTEST_MM_HOST_H
#define TOOLS_HOSTTEST_MM_HOST_H

#include "mm/mm.h"
#include "tools/hosttest/ram.h"

/* RAM, page allocator, slabs, mm_init. */
void mm_host_init(size_t mib);

/* The CPU accesses the 8-byte word at va in the address space it has loaded
 * (mm_switch): reads it to *word, or writes *word; MM_EXEC reads too.
 * MM_FAULT_OK, or what mm_fault said. */
enum mm_fault_result mm_host_access(vaddr_t va, enum mm_access access,
                                    uint64_t *word);

#endif
