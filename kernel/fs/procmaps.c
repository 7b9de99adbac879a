/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/maps and smaps: an address space as its VMA list and its page table
 * show it. Linux's formats: proc(5) and Documentation/filesystems/proc.rst.
 *
 * A record of maps and smaps is one area; the cursor is the address where the
 * next one is looked for. So the areas that stay are seen once, in order, even
 * if others come and go between two reads.
 */
#include "kernel/fs/procfs.h"
#include "mm/huge.h"
#include "mm/mm.h"

#define NAME_COLUMN 73 /* in a line of maps */
#define KIB 1024UL
#define PAGE_KIB (PAGE_SIZE / KIB)

/* A line break in a file's name would tear the line. */
static void add_name(struct strbuf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        if (*name == '\n')
            strbuf_printf(out, "\\012");
        else
            strbuf_add(out, name, 1);
    }
}

static void add_map_line(struct strbuf *out, const struct vma_info *info)
{
    size_t from = out->len;

    strbuf_printf(out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", info->start,
                  info->end, info->read ? 'r' : '-', info->write ? 'w' : '-',
                  info->exec ? 'x' : '-', info->shared ? 's' : 'p', info->pgoff,
                  ABI_MAJOR(info->dev), ABI_MINOR(info->dev), info->ino);
    if (info->name[0] != '\0') {
        if (out->len - from >= NAME_COLUMN)
            strbuf_printf(out, " ");
        strbuf_pad(out, from, NAME_COLUMN);
        add_name(out, info->name);
    }
    strbuf_printf(out, "\n");
}

/* The area after the cursor, which moves past it. 0; *found false: there is
 * none, or no address space; -ESRCH. */
static int next_area(int pid, uint64_t *cursor, bool counts,
                     struct vma_info *info, bool *found)
{
    struct mm *mm = proc_get_mm(pid);

    *found = false;
    if (mm == NULL)
        return proc_pid_exists(pid) ? 0 : -ESRCH;
    *found = mm_next_vma(mm, *cursor, counts, info);
    mm_put(mm);
    if (*found)
        *cursor = info->end;
    return 0;
}

int proc_next_map(int pid, uint64_t *cursor, struct strbuf *out)
{
    struct vma_info info;
    bool found;
    int err;

    err = next_area(pid, cursor, false, &info, &found);
    if (err == 0 && found)
        add_map_line(out, &info);
    return err;
}

/* ---- smaps ---- */

static void add_kib(struct strbuf *out, const char *key, size_t kib)
{
    size_t from = out->len;

    strbuf_printf(out, "%s:", key);
    strbuf_pad(out, from, sizeof("Size:           ") - 1);
    strbuf_printf(out, "%8zu kB\n", kib);
}

/* What Linux counts and Quire has none of. */
static void add_absent(struct strbuf *out)
{
    static const char *const keys[] = {
        "KSM",           "LazyFree",       "ShmemPmdMapped",
        "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb",
        "Swap",          "SwapPss",
    };

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        add_kib(out, keys[i], 0);
}

/* In Linux's order. */
static void add_flags(struct strbuf *out, const struct vma_info *info)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
        {VM_READ, "rd"},       {VM_WRITE, "wr"},     {VM_EXEC, "ex"},
        {VM_SHARED, "sh"},     {VM_MAYREAD, "mr"},   {VM_MAYWRITE, "mw"},
        {VM_MAYEXEC, "me"},    {VM_MAYSHARE, "ms"},  {VM_GROWSDOWN, "gd"},
        {VM_LOCKED, "lo"},     {VM_SEQ_READ, "sr"},  {VM_RAND_READ, "rr"},
        {VM_DONTCOPY, "dc"},   {VM_NORESERVE, "nr"}, {VM_HUGETLB, "ht"},
        {VM_WIPEONFORK, "wf"}, {VM_DONTDUMP, "dd"},  {VM_HUGEPAGE, "hg"},
        {VM_NOHUGEPAGE, "nh"},
    };

    strbuf_printf(out, "VmFlags:");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if ((info->flags & names[i].flag) != 0)
            strbuf_printf(out, " %s", names[i].name);
    strbuf_printf(out, " \n");
}

int proc_next_smap(int pid, uint64_t *cursor, struct strbuf *out)
{
    struct vma_info info;
    bool found;
    int err;

    err = next_area(pid, cursor, true, &info, &found);
    if (err != 0 || !found)
        return err;
    add_map_line(out, &info);
    add_kib(out, "Size", (info.end - info.start) / KIB);
    add_kib(out, "KernelPageSize", PAGE_KIB);
    add_kib(out, "MMUPageSize", PAGE_KIB);
    add_kib(out, "Rss", info.rss * PAGE_KIB);
    add_kib(out, "Pss", info.pss / KIB);
    add_kib(out, "Shared_Clean", info.shared_clean * PAGE_KIB);
    add_kib(out, "Shared_Dirty", info.shared_dirty * PAGE_KIB);
    add_kib(out, "Private_Clean", info.private_clean * PAGE_KIB);
    add_kib(out, "Private_Dirty", info.private_dirty * PAGE_KIB);
    add_kib(out, "Referenced", info.rss * PAGE_KIB);
    add_kib(out, "Anonymous", info.anon * PAGE_KIB);
    add_kib(out, "AnonHugePages", info.anon_huge * PAGE_KIB);
    add_absent(out);
    add_kib(out, "Locked", info.flags & VM_LOCKED ? info.pss / KIB : 0);
    strbuf_printf(out, "THPeligible:    %8d\n", huge_is_possible(info.flags));
    add_flags(out, &info);
    return 0;
}
