/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc that are arrays of 64-bit words: pagemap, and /proc/kpagecount
 * and kpageflags, which have a word for each frame (Documentation/admin-guide/
 * mm/pagemap.rst). They are read in whole words.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/fs/procfs.h"
#include "mm/kpage.h"
#include "mm/page.h"

#define BATCH 32 /* words */

ssize_t proc_read_words(const struct proc_words *words, struct iobuf *io,
                        uint64_t *pos)
{
    uint64_t batch[BATCH];
    size_t done = 0;

    if (*pos % sizeof(*batch) != 0 || io->len % sizeof(*batch) != 0)
        return -EINVAL;
    while (io->len > 0 && !signal_fatal_pending()) {
        const uint64_t first = *pos / sizeof(*batch);
        size_t n = MIN(io->len / sizeof(*batch), (size_t)BATCH), copied;

        if (first >= words->n)
            break;
        n = MIN(n, words->n - first);
        for (size_t i = 0; i < n; i++)
            batch[i] = words->get(words->arg, first + i);
        copied = iobuf_copy_to(io, batch, n * sizeof(*batch));
        *pos += copied;
        done += copied;
        if (copied < n * sizeof(*batch))
            return done > 0 ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

int64_t proc_address_lseek(struct file *file, int64_t offset, int whence)
{
    switch (whence) {
    case SEEK_SET: return offset;
    case SEEK_CUR: return (int64_t)(file->pos + (uint64_t)offset);
    default: return -EINVAL;
    }
}

/* ---- a word for each frame ---- */

static int frames_open(struct inode *inode __unused, struct file *file __unused)
{
    return proc_current_is_root() ? 0 : -EACCES;
}

const struct inode_ops proc_frames_inode_ops = {
    .open = frames_open,
};

static uint64_t count_word(const void *arg __unused, uint64_t index)
{
    return kpage_count(index);
}

static uint64_t flags_word(const void *arg __unused, uint64_t index)
{
    return kpage_flags(index);
}

static ssize_t count_read(struct file *file __unused, struct iobuf *io,
                          uint64_t *pos)
{
    const struct proc_words words = {page_array_len, count_word, NULL};

    return proc_read_words(&words, io, pos);
}

static ssize_t flags_read(struct file *file __unused, struct iobuf *io,
                          uint64_t *pos)
{
    const struct proc_words words = {page_array_len, flags_word, NULL};

    return proc_read_words(&words, io, pos);
}

const struct file_ops proc_kpagecount_ops = {
    .read = count_read,
    .lseek = proc_address_lseek,
    .any_position = true,
};

const struct file_ops proc_kpageflags_ops = {
    .read = flags_read,
    .lseek = proc_address_lseek,
    .any_position = true,
};
