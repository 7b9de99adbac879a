/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc with one number, most of which can be written: settings, and
 * what a process's entry has a `get` or a `put` for. As on Linux a written
 * number may have blanks around it, what is longer than a number can be is not
 * looked at, and the position plays no part.
 *
 * Nothing here allocates: fail-nth is read and written between the allocations
 * that it counts.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/fs/procfs.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

#define NUMBER_TEXT 24 /* 64 bits in decimal, blanks, a NUL */

static int number_open(struct inode *inode, struct file *file)
{
    const int pid = inode->proc.pid;

    if (!file->map.writable ||
        (pid == 0 ? proc_current_is_root() : proc_may_access(pid)))
        return 0;
    return -EACCES;
}

const struct inode_ops proc_number_inode_ops = {
    .open = number_open,
};

/* ---- settings ---- */

static int64_t get_setting(const struct proc_setting *setting)
{
    return setting->get != NULL ? setting->get() : READ_ONCE(*setting->value);
}

static int put_setting(const struct proc_setting *setting, int64_t value)
{
    if (setting->max == 0)
        return -EIO; /* can only be read */
    if (value < setting->min || value > setting->max)
        return -EINVAL;
    if (setting->set != NULL)
        setting->set(value);
    else
        WRITE_ONCE(*setting->value, value);
    return 0;
}

/* ---- reading ---- */

static int get(const struct inode *inode, int64_t *value)
{
    const struct proc_entry *entry = inode->proc.entry;

    if (entry->setting != NULL) {
        *value = get_setting(entry->setting);
        return 0;
    }
    return entry->get != NULL ? entry->get(inode->proc.pid, value) : -EINVAL;
}

static ssize_t number_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    char text[NUMBER_TEXT];
    int64_t value;
    size_t len, n;
    int err = get(file->inode, &value);

    if (err != 0)
        return err;
    len = (size_t)kscnprintf(text, sizeof(text), "%ld\n", value);
    if (*pos >= len || io->len == 0)
        return 0;
    n = iobuf_copy_to(io, text + *pos, len - *pos);
    *pos += n;
    return n > 0 ? (ssize_t)n : -EFAULT;
}

/* ---- writing ---- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The text without blanks at its ends. */
static char *strip(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && is_blank(text[len - 1]))
        text[--len] = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

static int parse(const char *text, unsigned base, int64_t *out)
{
    const bool negative = *text == '-';
    uint64_t value;
    size_t len;

    if (*text == '-' || *text == '+')
        text++;
    len = parse_u64(text, base, &value);
    if (len == 0 || text[len] != '\0')
        return -EINVAL;
    if (value > INT64_MAX)
        return -ERANGE;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return 0;
}

static int put(const struct inode *inode, int64_t value)
{
    const struct proc_entry *entry = inode->proc.entry;

    if (entry->setting != NULL)
        return put_setting(entry->setting, value);
    if (value != (int)value)
        return -ERANGE;
    return entry->put != NULL ? entry->put(inode->proc.pid, value) : -EINVAL;
}

static ssize_t number_write(struct file *file, struct iobuf *io,
                            uint64_t *pos __unused)
{
    const struct proc_entry *entry = file->inode->proc.entry;
    const size_t n = MIN(io->len, (size_t)NUMBER_TEXT - 1);
    char text[NUMBER_TEXT] = "";
    int64_t value;
    int err;

    if (iobuf_copy_from(io, text, n) < n)
        return -EFAULT;
    err = parse(strip(text), entry->base, &value);
    if (err == 0)
        err = put(file->inode, value);
    return err != 0 ? err : (ssize_t)n;
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
