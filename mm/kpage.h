/* SPDX-License-Identifier: MIT */
/*
 * What each frame is used for, as /proc/kpageflags and kpagecount show it:
 * Linux's Documentation/admin-guide/mm/pagemap.rst. Glances without a lock: the
 * frame may be something else at once.
 */
#ifndef MM_KPAGE_H
#define MM_KPAGE_H

#include "kernel/lib/types.h"

/* KPF_* of the frame. => pfn < page_array_len */
uint64_t kpage_flags(uint64_t pfn);
/* How many entries of page tables map it. => the same */
uint64_t kpage_count(uint64_t pfn);

#endif
