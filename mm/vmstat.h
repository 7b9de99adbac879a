/* SPDX-License-Identifier: MIT */
/*
 * Event counters: one array a CPU, so that counting is one instruction.
 * /proc/vmstat shows the sums.
 */
#ifndef MM_VMSTAT_H
#define MM_VMSTAT_H

#include "kernel/cpu/cpu.h"
#include "kernel/cpu/x86.h"

enum vmstat_item {
    VM_PGFAULT,    /* faults that were resolved */
    VM_PGMAJFAULT, /* of these: had to read the file's data */
    VM_PGALLOC,
    VM_PGFREE,
    VM_FAULT_ZERO,      /* first read: the zero page mapped */
    VM_FAULT_ANON,      /* first touch: a zeroed frame */
    VM_FAULT_COW_COPY,  /* write to a shared frame: copied */
    VM_FAULT_COW_REUSE, /* write to a frame with one owner left */
    VM_FAULT_FILE_MAP,  /* a page of the cache mapped */
    VM_FAULT_FILE_READ, /* a page read from its file */
    VM_FAULT_STACK_GROW,
    VM_FAULT_SEGV,
    VM_FAULT_BUS,
    VM_PAGES_ZEROED,
    VM_PAGES_COPIED,
    VM_TABLES_BUILT,
    VM_TABLES_FREED,
    VM_TLB_FLUSH_PAGE,
    VM_TLB_FLUSH_ALL,
    VM_TLB_SHOOTDOWN, /* IPIs sent to other CPUs */
    VM_FORKS,
    VM_FORK_PTES, /* entries copied by fork */
    VM_RECLAIMED, /* clean cache pages dropped for want of memory */
    VM_OOM_KILLS,
    VM_THP_FAULT_ALLOC,    /* first touch: a large page */
    VM_THP_FAULT_FALLBACK, /* … for which there was no block */
    VM_THP_SPLIT,
    VM_COMMITTED, /* no event: mm/commit.h */
    VMSTAT_ITEMS,
};

_Static_assert(VMSTAT_ITEMS <= CPU_COUNTERS, "struct cpu has room");

/* A single instruction: right whoever preempts us. => any context */
static __always_inline void vmstat_add(enum vmstat_item item, uint64_t n)
{
    x86_gs_add64(
        __builtin_offsetof(struct cpu, counters) + item * sizeof(uint64_t), n);
}

static __always_inline void vmstat_inc(enum vmstat_item item)
{
    vmstat_add(item, 1);
}

/* The sum over all CPUs. */
uint64_t vmstat_sum(enum vmstat_item item);
/* The name in /proc/vmstat. */
const char *vmstat_name(enum vmstat_item item);

#endif
