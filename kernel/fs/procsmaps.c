/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/smaps and smaps_rollup: what is in an address space's areas.
 * Linux's formats: proc(5) and Documentation/filesystems/proc.rst. Zeroes stand
 * where Quire has nothing to count (swap, KSM), for programs that look for the
 * keys.
 */
#include "kernel/fs/procfs.h"
#include "kernel/lib/string.h"
#include "mm/huge.h"
#include "mm/mm.h"

#define KIB 1024UL
#define PAGE_KIB (PAGE_SIZE / KIB)

static void add_kib(struct strbuf *out, const char *key, size_t kib)
{
    size_t from = out->len;

    strbuf_printf(out, "%s:", key);
    strbuf_pad(out, from, sizeof("Size:           ") - 1);
    strbuf_printf(out, "%8zu kB\n", kib);
}

static void add_pages(struct strbuf *out, const char *key, size_t npages)
{
    add_kib(out, key, npages * PAGE_KIB);
}

static void add_pss(struct strbuf *out, const struct vma_counts *counts,
                    bool rollup)
{
    add_kib(out, "Pss", counts->pss / KIB);
    add_kib(out, "Pss_Dirty", counts->pss_dirty / KIB);
    if (!rollup)
        return;
    add_kib(out, "Pss_Anon", counts->pss_kind[MM_RSS_ANON] / KIB);
    add_kib(out, "Pss_File", counts->pss_kind[MM_RSS_FILE] / KIB);
    add_kib(out, "Pss_Shmem", counts->pss_kind[MM_RSS_SHMEM] / KIB);
}

static void add_counts(struct strbuf *out, const struct vma_counts *counts,
                       bool rollup)
{
    add_pages(out, "Rss", counts->rss);
    add_pss(out, counts, rollup);
    add_pages(out, "Shared_Clean", counts->shared_clean);
    add_pages(out, "Shared_Dirty", counts->shared_dirty);
    add_pages(out, "Private_Clean", counts->private_clean);
    add_pages(out, "Private_Dirty", counts->private_dirty);
    add_pages(out, "Referenced", counts->referenced);
    add_pages(out, "Anonymous", counts->anon);
    add_pages(out, "KSM", 0);
    add_pages(out, "LazyFree", 0);
    add_pages(out, "AnonHugePages", counts->anon_huge);
    add_pages(out, "ShmemPmdMapped", 0);
    add_pages(out, "FilePmdMapped", 0);
    add_pages(out, "Shared_Hugetlb", counts->shared_hugetlb);
    add_pages(out, "Private_Hugetlb", counts->private_hugetlb);
    add_pages(out, "Swap", 0);
    add_pages(out, "SwapPss", 0);
    add_kib(out, "Locked", counts->pss_locked / KIB);
}

/* In Linux's order. */
static void add_flags(struct strbuf *out, const struct vma_info *info)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        /* VM_PFNMAP: Linux has VM_IO and VM_DONTEXPAND always with it. */
        {VM_READ, "rd"},      {VM_WRITE, "wr"},       {VM_EXEC, "ex"},
        {VM_SHARED, "sh"},    {VM_MAYREAD, "mr"},     {VM_MAYWRITE, "mw"},
        {VM_MAYEXEC, "me"},   {VM_MAYSHARE, "ms"},    {VM_GROWSDOWN, "gd"},
        {VM_PFNMAP, "pf"},    {VM_LOCKED, "lo"},      {VM_PFNMAP, "io"},
        {VM_SEQ_READ, "sr"},  {VM_RAND_READ, "rr"},   {VM_DONTCOPY, "dc"},
        {VM_PFNMAP, "de"},    {VM_LOCKONFAULT, "lf"}, {VM_ACCOUNT, "ac"},
        {VM_NORESERVE, "nr"}, {VM_HUGETLB, "ht"},     {VM_WIPEONFORK, "wf"},
        {VM_DONTDUMP, "dd"},
    };

    strbuf_printf(out, "VmFlags:");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if ((info->flags & names[i].flag) != 0)
            strbuf_printf(out, " %s", names[i].name);
    if (info->written)
        strbuf_printf(out, " sd");
    if ((info->flags & VM_HUGEPAGE) != 0)
        strbuf_printf(out, " hg");
    if ((info->flags & VM_NOHUGEPAGE) != 0)
        strbuf_printf(out, " nh");
    strbuf_printf(out, " \n");
}

/* Could a large page come to be in the area? */
static bool has_room(const struct vma_info *info)
{
    return ROUND_UP(info->start, HUGE_SIZE) + HUGE_SIZE <= info->end;
}

int proc_next_smap(struct mm *mm, uint64_t *cursor, struct strbuf *out)
{
    struct vma_info info;
    size_t page_kib;

    if (!proc_next_area(mm, cursor, true, &info))
        return 0;
    page_kib = info.flags & VM_HUGETLB ? HUGE_SIZE / KIB : PAGE_KIB;
    proc_add_map_line(out, &info);
    add_kib(out, "Size", (info.end - info.start) / KIB);
    add_kib(out, "KernelPageSize", page_kib);
    add_kib(out, "MMUPageSize", page_kib);
    add_counts(out, &info.counts, false);
    strbuf_printf(out, "THPeligible:    %8d\n",
                  info.ino == 0 && (info.flags & VM_HUGETLB) == 0 &&
                      huge_is_possible(info.flags) && has_room(&info));
    add_flags(out, &info);
    return 0;
}

int proc_show_smaps_rollup(struct mm *mm, struct strbuf *out)
{
    struct vma_info info;

    if (mm == NULL || !mm_sum_vmas(mm, &info))
        return -ESRCH;
    strlcpy(info.name, "[rollup]", sizeof(info.name));
    proc_add_map_line(out, &info);
    add_counts(out, &info.counts, true);
    return strbuf_error(out);
}
