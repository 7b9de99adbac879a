/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mem and pagemap: an address space as a file. The position in mem is
 * an address; pagemap has eight bytes for each page (Documentation/admin-guide/
 * mm/pagemap.rst).
 *
 * Opening decides which address space it is, and who may look: after an exec
 * the file is still that of the old one, of which nothing can be read any more
 * once nobody uses it.
 */
#include "kernel/fs/procfs.h"
#include "mm/mm.h"
#include "mm/slab.h"

/* file->private_data. */
struct space {
    uint64_t id;      /* C: mm_find's */
    bool opened_root; /* C */
};                    /* C: constant */

static int space_open(struct inode *inode, struct file *file)
{
    struct space *space;
    uint64_t id;
    int err = proc_find_mm(inode->proc.pid, &id);

    if (err != 0)
        return err;
    space = kmalloc(sizeof(*space));
    if (space == NULL)
        return -ENOMEM;
    *space = (struct space){id, proc_current_is_root()};
    file->private_data = space;
    return 0;
}

static void space_release(struct file *file)
{
    kfree(file->private_data);
}

const struct inode_ops proc_space_inode_ops = {
    .open = space_open,
};

/* The file's address space, with a reference; NULL: it is gone. */
static struct mm *get_mm(const struct file *file)
{
    const struct space *space = file->private_data;

    return mm_find(space->id);
}

/* ---- mem ---- */

struct mem_copy {
    struct mm *mm;
    void *page; /* the bytes' way station */
    bool write;
};

/* Up to a page's worth. Bytes, or an errno. */
static ssize_t copy_piece(const struct mem_copy *copy, struct iobuf *io,
                          vaddr_t addr)
{
    size_t n = MIN(io->len, PAGE_SIZE);

    if (copy->write) {
        if (iobuf_copy_from(io, copy->page, n) < n)
            return -EFAULT;
        n = mm_access_forced(copy->mm, addr, copy->page, n, MM_WRITE);
        return n > 0 ? (ssize_t)n : -EIO;
    }
    n = mm_access_forced(copy->mm, addr, copy->page, n, MM_READ);
    if (n == 0)
        return -EIO;
    return iobuf_copy_to(io, copy->page, n) == n ? (ssize_t)n : -EFAULT;
}

/* As on Linux, a bad buffer is an error whatever was copied before. */
static ssize_t copy_all(const struct mem_copy *copy, struct iobuf *io,
                        uint64_t *pos)
{
    ssize_t done = 0;

    while (io->len > 0 && !signal_fatal_pending()) {
        ssize_t n = copy_piece(copy, io, *pos);

        if (n == -EFAULT || (n < 0 && done == 0))
            return n;
        if (n < 0)
            break;
        *pos += (uint64_t)n;
        done += n;
    }
    return done;
}

static ssize_t mem_transfer(struct file *file, struct iobuf *io, uint64_t *pos,
                            bool write)
{
    struct mem_copy copy = {.mm = get_mm(file), .write = write};
    ssize_t n = -ENOMEM;

    if (copy.mm == NULL)
        return 0;
    copy.page = kmalloc(PAGE_SIZE);
    if (copy.page != NULL)
        n = copy_all(&copy, io, pos);
    kfree(copy.page);
    mm_put(copy.mm);
    return n;
}

static ssize_t mem_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    return mem_transfer(file, io, pos, false);
}

static ssize_t mem_write(struct file *file, struct iobuf *io, uint64_t *pos)
{
    return mem_transfer(file, io, pos, true);
}

const struct file_ops proc_mem_ops = {
    .read = mem_read,
    .write = mem_write,
    .lseek = proc_address_lseek,
    .release = space_release,
    .any_position = true,
};

/* ---- pagemap: eight bytes a page of the address space ---- */

struct pagemap {
    struct mm *mm;
    uint64_t shown; /* the bits of an entry that are */
};

static uint64_t pagemap_word(const void *arg, uint64_t index)
{
    const struct pagemap *map = arg;

    return mm_pagemap_entry(map->mm, index << PAGE_SHIFT) & map->shown;
}

static ssize_t pagemap_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    const struct space *space = file->private_data;
    /* Where frames lie concerns root alone. */
    struct pagemap map = {.mm = get_mm(file),
                          .shown =
                              space->opened_root ? UINT64_MAX : ~PAGEMAP_PFN};
    const struct proc_words words = {USER_END >> PAGE_SHIFT, pagemap_word,
                                     &map};
    ssize_t n;

    if (map.mm == NULL)
        return proc_read_words(&(struct proc_words){0}, io, pos);
    n = proc_read_words(&words, io, pos);
    mm_put(map.mm);
    return n;
}

const struct file_ops proc_pagemap_ops = {
    .read = pagemap_read,
    .lseek = proc_address_lseek,
    .release = space_release,
    .any_position = true,
};
