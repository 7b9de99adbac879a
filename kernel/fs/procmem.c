/* SPDX-License-Identifier: MIT */
/*
 * The machine's memory as a whole: /proc/meminfo, vmstat, buddyinfo,
 * slabinfo, in Linux's formats (proc(5)). Only what Quire counts is shown, and
 * those zeroes that programs look for.
 *
 * Every figure is read by itself, so they are of slightly different moments.
 */
#include "kernel/fs/procfs.h"
#include "mm/commit.h"
#include "mm/hugetlb.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/vmstat.h"

#define PAGE_KIB (PAGE_SIZE / 1024)
#define VALUE_COLUMN 16 /* in a line of meminfo */

/* Pages of files and of shared memory that are mapped; one mapped several
 * times counts so often, but the cache's pages are the most there can be. */
static void count_mapped(size_t *file, size_t *shmem)
{
    size_t cached = page_count(PAGE_FILE);
    int64_t nfile = 0, nshmem = 0;

    for (struct mm *mm = mm_next(NULL); mm != NULL; mm = mm_next(mm)) {
        nfile += atomic64_load(&mm->rss[MM_RSS_FILE]);
        nshmem += atomic64_load(&mm->rss[MM_RSS_SHMEM]);
    }
    *shmem = MIN((size_t)MAX(nshmem, 0), cached);
    *file = MIN((size_t)MAX(nfile + nshmem, 0), cached);
}

static void add_pages(struct strbuf *out, const char *key, size_t npages)
{
    size_t from = out->len;

    strbuf_printf(out, "%s:", key);
    strbuf_pad(out, from, VALUE_COLUMN);
    strbuf_printf(out, "%8zu kB\n", npages * PAGE_KIB);
}

/* In pages of 2 MiB, but for the last two. */
static void add_huge(struct strbuf *out)
{
    const struct hugetlb_counts pool = hugetlb_counts();

    strbuf_printf(out, "HugePages_Total:   %5zu\n", pool.total);
    strbuf_printf(out, "HugePages_Free:    %5zu\n", pool.free);
    strbuf_printf(out, "HugePages_Rsvd:    %5zu\n", pool.reserved);
    strbuf_printf(out, "HugePages_Surp:    %5zu\n", pool.surplus);
    add_pages(out, "Hugepagesize", HUGE_PAGES);
    add_pages(out, "Hugetlb", pool.total * HUGE_PAGES);
}

int proc_show_meminfo(int pid __unused, struct strbuf *out)
{
    size_t free = page_count(PAGE_FREE), mapped, shmem;

    count_mapped(&mapped, &shmem);
    add_pages(out, "MemTotal", page_total());
    add_pages(out, "MemFree", free);
    /* Reclaim may find more: this much is certain. */
    add_pages(out, "MemAvailable", free);
    add_pages(out, "Buffers", 0);
    add_pages(out, "Cached", page_count(PAGE_FILE));
    add_pages(out, "SwapCached", 0);
    add_pages(out, "SwapTotal", 0);
    add_pages(out, "SwapFree", 0);
    add_pages(out, "Dirty", 0); /* nothing waits to be written anywhere */
    add_pages(out, "Writeback", 0);
    add_pages(out, "AnonPages", page_count(PAGE_ANON));
    add_pages(out, "Mapped", mapped);
    add_pages(out, "Shmem", shmem);
    add_pages(out, "KReclaimable", 0);
    add_pages(out, "Slab", page_count(PAGE_SLAB));
    add_pages(out, "SReclaimable", 0);
    add_pages(out, "SUnreclaim", page_count(PAGE_SLAB));
    add_pages(out, "KernelStack", page_count(PAGE_STACK));
    add_pages(out, "PageTables", page_count(PAGE_TABLE));
    add_pages(out, "CommitLimit", commit_limit());
    add_pages(out, "Committed_AS", commit_total());
    add_pages(out, "AnonHugePages", huge_count() * HUGE_PAGES);
    add_pages(out, "ShmemHugePages", 0);
    add_pages(out, "ShmemPmdMapped", 0);
    add_pages(out, "FileHugePages", 0);
    add_pages(out, "FilePmdMapped", 0);
    add_huge(out);
    return 0;
}

int proc_show_vmstat(int pid __unused, struct strbuf *out)
{
    size_t mapped, shmem;

    count_mapped(&mapped, &shmem);
    strbuf_printf(out, "nr_free_pages %zu\n", page_count(PAGE_FREE));
    strbuf_printf(out, "nr_anon_pages %zu\n", page_count(PAGE_ANON));
    strbuf_printf(out, "nr_mapped %zu\n", mapped);
    strbuf_printf(out, "nr_file_pages %zu\n", page_count(PAGE_FILE));
    strbuf_printf(out, "nr_shmem %zu\n", shmem);
    strbuf_printf(out, "nr_slab_unreclaimable %zu\n", page_count(PAGE_SLAB));
    strbuf_printf(out, "nr_page_table_pages %zu\n", page_count(PAGE_TABLE));
    strbuf_printf(out, "nr_kernel_stack %zu\n",
                  page_count(PAGE_STACK) * PAGE_KIB);
    for (int item = 0; item < VMSTAT_ITEMS; item++)
        strbuf_printf(out, "%s %lu\n", vmstat_name(item), vmstat_sum(item));
    return 0;
}

int proc_show_buddyinfo(int pid __unused, struct strbuf *out)
{
    size_t counts[PAGE_MAX_ORDER + 1];

    page_free_blocks(counts);
    strbuf_printf(out, "Node %d, zone %8s ", 0, "Normal");
    for (size_t order = 0; order < ARRAY_SIZE(counts); order++)
        strbuf_printf(out, "%6zu ", counts[order]);
    strbuf_printf(out, "\n");
    return 0;
}

/* sys/vm/drop_caches (proc_sys_vm(5)): bits say what goes. */
#define DROP_PAGES 1
#define DROP_OBJECTS 2
#define DROP_MAX 4

static int64_t last_drop; /* A: as written last */

int proc_get_drop_caches(int pid __unused, int64_t *value)
{
    *value = READ_ONCE(last_drop);
    return 0;
}

int proc_put_drop_caches(int pid __unused, int64_t value)
{
    if (value <= 0 || value > DROP_MAX)
        return -EINVAL;
    WRITE_ONCE(last_drop, value);
    if (value & DROP_OBJECTS)
        proc_drop_spares();
    mm_drop_caches((value & DROP_PAGES) != 0, (value & DROP_OBJECTS) != 0);
    return 0;
}

/* A slab is shown as one frame, as most are. */
int proc_show_slabinfo(int pid __unused, struct strbuf *out)
{
    struct slab_stats stats;

    strbuf_printf(out, "slabinfo - version: 2.1\n"
                       "# name            <active_objs> <num_objs> <objsize> "
                       "<objperslab> <pagesperslab> : tunables <limit> "
                       "<batchcount> <sharedfactor> : slabdata "
                       "<active_slabs> <num_slabs> <sharedavail>\n");
    for (unsigned i = 0; slab_stats(i, &stats); i++) {
        size_t per_frame = PAGE_SIZE / MAX(stats.object_size, (size_t)1);

        strbuf_printf(out, "%-17s %6zu %6zu %6zu %4zu %4d", stats.name,
                      stats.objects_in_use, stats.objects_total,
                      stats.object_size, per_frame, 1);
        strbuf_printf(out, " : tunables %4d %4d %4d", 0, 0, 0);
        strbuf_printf(out, " : slabdata %6zu %6zu %6d\n", stats.frames,
                      stats.frames, 0);
    }
    return 0;
}
