/* SPDX-License-Identifier: MIT */
/*
 * The event counters' sums and names. pgfault and pgmajfault are Linux's;
 * the others count what Linux does not tell apart.
 */
#include "mm/vmstat.h"
#include "kernel/lib/assert.h"

static const char *const names[VMSTAT_ITEMS] = {
    [VM_PGFAULT] = "pgfault",
    [VM_PGMAJFAULT] = "pgmajfault",
    [VM_PGALLOC] = "pgalloc",
    [VM_PGFREE] = "pgfree",
    [VM_FAULT_ZERO] = "fault_zero",
    [VM_FAULT_ANON] = "fault_anon",
    [VM_FAULT_COW_COPY] = "fault_cow_copy",
    [VM_FAULT_COW_REUSE] = "fault_cow_reuse",
    [VM_FAULT_FILE_MAP] = "fault_file_map",
    [VM_FAULT_FILE_READ] = "fault_file_read",
    [VM_FAULT_STACK_GROW] = "fault_stack_grow",
    [VM_FAULT_SEGV] = "fault_segv",
    [VM_FAULT_BUS] = "fault_bus",
    [VM_PAGES_ZEROED] = "pages_zeroed",
    [VM_PAGES_COPIED] = "pages_copied",
    [VM_TABLES_BUILT] = "tables_built",
    [VM_TABLES_FREED] = "tables_freed",
    [VM_TLB_FLUSH_PAGE] = "tlb_flush_page",
    [VM_TLB_FLUSH_ALL] = "tlb_flush_all",
    [VM_TLB_SHOOTDOWN] = "tlb_shootdown",
    [VM_FORKS] = "forks",
    [VM_FORK_PTES] = "fork_ptes",
    [VM_RECLAIMED] = "pages_reclaimed",
    [VM_OOM_KILLS] = "oom_kill",
    [VM_THP_FAULT_ALLOC] = "thp_fault_alloc",
    [VM_THP_FAULT_FALLBACK] = "thp_fault_fallback",
    [VM_THP_SPLIT] = "thp_split_pmd",
    [VM_COMMITTED] = "nr_committed",
};

uint64_t vmstat_sum(enum vmstat_item item)
{
    uint64_t sum = 0;

    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        sum += READ_ONCE(cpus[cpu]->counters[item]);
    return sum;
}

const char *vmstat_name(enum vmstat_item item)
{
    ASSERT(item < VMSTAT_ITEMS);
    return names[item];
}
