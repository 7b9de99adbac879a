/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc that a number is written to. As on Linux it may have blanks
 * around it, what is longer than a number can be is not looked at, and the
 * position plays no part.
 */
#include "kernel/abi/errno.h"
#include "kernel/fs/procfs.h"
#include "kernel/lib/string.h"

#define TEXT_MAX 12 /* of a number, blanks included */

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

static int parse(const char *text, unsigned base, int *out)
{
    const bool negative = *text == '-';
    uint64_t value;
    size_t len;

    if (*text == '-' || *text == '+')
        text++;
    len = parse_u64(text, base, &value);
    if (len == 0 || text[len] != '\0')
        return -EINVAL;
    if (value > (uint64_t)INT32_MAX + negative)
        return -ERANGE;
    *out = (int)(negative ? -(int64_t)value : (int64_t)value);
    return 0;
}

ssize_t proc_write_number(const struct inode *inode, struct iobuf *io)
{
    const struct proc_entry *entry = inode->proc.entry;
    size_t n = MIN(io->len, (size_t)TEXT_MAX);
    char text[TEXT_MAX + 1] = "";
    int value, err;

    if (iobuf_copy_from(io, text, n) < n)
        return -EFAULT;
    err = parse(strip(text), entry->base, &value);
    if (err == 0)
        err = entry->put(inode->proc.pid, value);
    return err != 0 ? err : (ssize_t)n;
}
