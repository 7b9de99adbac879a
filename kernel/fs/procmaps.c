/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/maps: an address space as its VMA list shows it. Linux's format:
 * proc(5).
 *
 * A record of maps and of smaps is one area; the cursor is the address where
 * the next one is looked for. So the areas that stay are seen once, in order,
 * even if others come and go between two reads.
 */
#include "kernel/fs/procfs.h"
#include "mm/mm.h"

#define NAME_COLUMN 73 /* in a line of maps */

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

void proc_add_map_line(struct strbuf *out, const struct vma_info *info)
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

bool proc_next_area(struct mm *mm, uint64_t *cursor, bool counts,
                    struct vma_info *info)
{
    if (!mm_next_vma(mm, *cursor, counts, info))
        return false;
    *cursor = info->end;
    return true;
}

int proc_put_clear_refs(int pid, int64_t what)
{
    struct mm *mm;
    uint64_t id;
    int err = proc_find_mm(pid, &id);

    if (err != 0)
        return err;
    mm = mm_find(id);
    if (mm == NULL)
        return -ESRCH;
    err = what == (int)what ? mm_clear_refs(mm, (int)what) : -EINVAL;
    mm_put(mm);
    return err;
}

int proc_next_map(struct mm *mm, uint64_t *cursor, struct strbuf *out)
{
    struct vma_info info;

    if (proc_next_area(mm, cursor, false, &info))
        proc_add_map_line(out, &info);
    return 0;
}
