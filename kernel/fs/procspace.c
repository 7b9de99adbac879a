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
#include "kernel/abi/fcntl.h"
#include "kernel/fs/procfs.h"
#include "mm/mm.h"
#include "mm/slab.h"

#define PAGEMAP_BATCH 32

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

int64_t proc_address_lseek(struct file *file, int64_t offset, int whence)
{
    switch (whence) {
    case SEEK_SET: return offset;
    case SEEK_CUR: return (int64_t)(file->pos + (uint64_t)offset);
    default: return -EINVAL;
    }
}

const struct file_ops proc_mem_ops = {
    .read = mem_read,
    .write = mem_write,
    .lseek = proc_address_lseek,
    .release = space_release,
    .any_position = true,
};

/* ---- pagemap: eight bytes a page of the address space ---- */

/* shown: the bits of an entry that are. */
static ssize_t pagemap_copy(struct mm *mm, uint64_t shown, struct iobuf *io,
                            uint64_t *pos)
{
    const uint64_t npages = USER_END >> PAGE_SHIFT;
    uint64_t entries[PAGEMAP_BATCH];
    size_t done = 0, n, copied;

    while (io->len > 0 && !signal_fatal_pending()) {
        uint64_t page = *pos / sizeof(uint64_t);

        if (page >= npages)
            break;
        n = MIN(io->len / sizeof(uint64_t), (size_t)PAGEMAP_BATCH);
        n = MIN(n, npages - page);
        for (size_t i = 0; i < n; i++)
            entries[i] = mm_pagemap_entry(mm, (page + i) << PAGE_SHIFT) & shown;
        copied = iobuf_copy_to(io, entries, n * sizeof(uint64_t));
        *pos += copied;
        done += copied;
        if (copied < n * sizeof(uint64_t))
            return done > 0 ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

static ssize_t pagemap_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    const struct space *space = file->private_data;
    struct mm *mm;
    ssize_t n;

    if (*pos % sizeof(uint64_t) != 0 || io->len % sizeof(uint64_t) != 0)
        return -EINVAL;
    mm = get_mm(file);
    if (mm == NULL)
        return 0;
    /* Where frames lie concerns root alone. */
    n = pagemap_copy(mm, space->opened_root ? UINT64_MAX : ~PAGEMAP_PFN, io,
                     pos);
    mm_put(mm);
    return n;
}

const struct file_ops proc_pagemap_ops = {
    .read = pagemap_read,
    .lseek = proc_address_lseek,
    .release = space_release,
    .any_position = true,
};
