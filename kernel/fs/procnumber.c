/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc with one number, most of which can be written. Nothing here
 * allocates: fail-nth is read and written between the allocations that it
 * counts.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/fs/procfs.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

#define NUMBER_TEXT 24 /* 64 bits in decimal, a newline, a NUL */

static ssize_t number_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    const struct proc_entry *entry = file->inode->proc.entry;
    char text[NUMBER_TEXT];
    uint64_t value;
    size_t len, n;
    int err;

    if (entry->get == NULL)
        return -EINVAL;
    err = entry->get(file->inode->proc.pid, &value);
    if (err != 0)
        return err;
    len = (size_t)kscnprintf(text, sizeof(text), "%lu\n", value);
    if (*pos >= len || io->len == 0)
        return 0;
    n = iobuf_copy_to(io, text + *pos, len - *pos);
    *pos += n;
    return n > 0 ? (ssize_t)n : -EFAULT;
}

/* Where in the file it is written does not matter. */
static ssize_t number_write(struct file *file, struct iobuf *io, uint64_t *pos)
{
    const struct proc_entry *entry = file->inode->proc.entry;
    char text[NUMBER_TEXT] = {0};
    const size_t len = io->len;
    uint64_t value;
    size_t used;
    int err;

    if (entry->set == NULL || len >= sizeof(text))
        return -EINVAL;
    if (iobuf_copy_from(io, text, len) < len)
        return -EFAULT;
    used = parse_u64(text, 10, &value);
    if (used == 0 || (text[used] != '\0' && strcmp(text + used, "\n") != 0))
        return -EINVAL;
    err = entry->set(file->inode->proc.pid, value);
    if (err != 0)
        return err;
    *pos += len;
    return (ssize_t)len;
}

/* Its length is not known. */
static int64_t number_lseek(struct file *file, int64_t offset, int whence)
{
    return whence <= SEEK_CUR ? file_lseek_sized(file, offset, whence, 0)
                              : -EINVAL;
}

const struct file_ops proc_number_ops = {
    .read = number_read,
    .write = number_write,
    .lseek = number_lseek,
};
