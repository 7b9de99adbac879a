/* SPDX-License-Identifier: MIT */
/*
 * The devices that stand for nothing, zeroes and chance: null(4), random(4),
 * full(4).
 *
 * None has a position: lseek succeeds and stays at 0.
 */
#include "kernel/dev/dev.h"
#include "kernel/fs/devfs.h"

#define CHUNK 256              /* bytes moved by way of the stack at once */
#define ZERO_CHUNK (1UL << 20) /* cleared before the next look for a signal */

static int64_t device_lseek(struct file *file __unused, int64_t offset __unused,
                            int whence __unused)
{
    return 0;
}

static ssize_t null_read(struct file *file __unused, struct iobuf *io __unused,
                         uint64_t *pos __unused)
{
    return 0;
}

/* Takes everything without looking at it. */
static ssize_t null_write(struct file *file __unused, struct iobuf *io,
                          uint64_t *pos __unused)
{
    ssize_t n = (ssize_t)io->len;

    io->len = 0;
    return n;
}

static ssize_t zero_read(struct file *file __unused, struct iobuf *io,
                         uint64_t *pos __unused)
{
    size_t done = 0, n, zeroed;

    while (io->len > 0 && !signal_fatal_pending()) {
        n = MIN(io->len, ZERO_CHUNK);
        zeroed = iobuf_fill_zero(io, n);
        done += zeroed;
        if (zeroed < n)
            return done > 0 ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

static ssize_t full_write(struct file *file __unused, struct iobuf *io,
                          uint64_t *pos __unused)
{
    return io->len == 0 ? 0 : -ENOSPC;
}

static ssize_t random_read(struct file *file __unused, struct iobuf *io,
                           uint64_t *pos __unused)
{
    uint8_t chunk[CHUNK];
    size_t done = 0, n, copied;

    while (io->len > 0 && !signal_fatal_pending()) {
        n = MIN(io->len, sizeof(chunk));
        random_bytes(chunk, n);
        copied = iobuf_copy_to(io, chunk, n);
        done += copied;
        if (copied < n)
            return done > 0 ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

/* The generator takes no seed from programs; what they write is read, so that
 * a bad address is found, and forgotten. random(4) promises no more. */
static ssize_t random_write(struct file *file __unused, struct iobuf *io,
                            uint64_t *pos __unused)
{
    uint8_t chunk[CHUNK];
    size_t done = 0, n, copied;

    while (io->len > 0 && !signal_fatal_pending()) {
        n = MIN(io->len, sizeof(chunk));
        copied = iobuf_copy_from(io, chunk, n);
        done += copied;
        if (copied < n)
            return done > 0 ? (ssize_t)done : -EFAULT;
    }
    return (ssize_t)done;
}

const struct file_ops null_file_ops = {
    .read = null_read,
    .write = null_write,
    .lseek = device_lseek,
};

const struct file_ops zero_file_ops = {
    .read = zero_read,
    .write = null_write,
    .lseek = device_lseek,
};

const struct file_ops full_file_ops = {
    .read = zero_read,
    .write = full_write,
    .lseek = device_lseek,
};

const struct file_ops random_file_ops = {
    .read = random_read,
    .write = random_write,
    .lseek = device_lseek,
};
