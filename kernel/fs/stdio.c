/* SPDX-License-Identifier: MIT */
/*
 * The first program's standard input and output. On the console that is the
 * terminal. In run mode input comes from the host (COM2) and output leaves by
 * the report channel, byte for byte; to a program these look like pipes.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/abi/poll.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/pipe.h"
#include "mm/slab.h"

#define SMALL 256             /* bytes moved by way of the stack */
#define TRANSFER_MAX PIPE_BUF /* written in one piece, as to a pipe */

/* ---- input from the host ---- */

static ssize_t hostin_file_read(struct file *file, struct iobuf *io,
                                uint64_t *pos __unused)
{
    bool nonblock = READ_ONCE(file->flags) & O_NONBLOCK;
    size_t len = MIN(io->len, (size_t)TRANSFER_MAX);
    char small[SMALL];
    char *buf = len > sizeof(small) ? kmalloc(len) : small;
    ssize_t n = 0;

    if (buf == NULL) {
        buf = small;
        len = sizeof(small);
    }
    if (len > 0)
        n = hostin_read(buf, len, nonblock);
    if (n > 0 && iobuf_copy_to(io, buf, (size_t)n) < (size_t)n)
        n = -EFAULT;
    if (buf != small)
        kfree(buf);
    return n;
}

static unsigned hostin_poll(struct file *file __unused, struct waitqueue **wq)
{
    *wq = hostin_waitqueue();
    return hostin_readable() ? POLLIN | POLLRDNORM : 0;
}

static const struct file_ops hostin_file_ops = {
    .read = hostin_file_read,
    .poll = hostin_poll,
};

/* ---- output to the report channel ---- */

static ssize_t report_output(struct iobuf *io, enum report_type type)
{
    size_t len = MIN(io->len, (size_t)TRANSFER_MAX);
    char small[SMALL];
    char *buf = len > sizeof(small) ? kmalloc(len) : small;
    size_t done = 0, n;

    if (buf == NULL) {
        buf = small;
        len = sizeof(small);
    }
    while (io->len > 0 && !signal_fatal_pending()) {
        n = iobuf_copy_from(io, buf, len);
        if (n == 0)
            break;
        report_write(type, buf, n);
        done += n;
    }
    if (buf != small)
        kfree(buf);
    return done == 0 && io->len > 0 ? -EFAULT : (ssize_t)done;
}

static ssize_t stdout_write(struct file *file __unused, struct iobuf *io,
                            uint64_t *pos __unused)
{
    return report_output(io, REPORT_STDOUT);
}

static ssize_t stderr_write(struct file *file __unused, struct iobuf *io,
                            uint64_t *pos __unused)
{
    return report_output(io, REPORT_STDERR);
}

static const struct file_ops stdout_file_ops = {.write = stdout_write};
static const struct file_ops stderr_file_ops = {.write = stderr_write};

/* ---- opening ---- */

static int open_nameless(const struct file_ops *ops, int flags,
                         struct file **out)
{
    struct inode *inode;
    int err;

    err = pipe_inode_create(ops, &inode);
    if (err != 0)
        return err;
    err = file_create(inode, NULL, flags, out);
    inode_put(inode);
    return err;
}

static int open_report(struct file *out[3])
{
    int err;

    err = open_nameless(&hostin_file_ops, O_RDONLY, &out[0]);
    if (err != 0)
        return err;
    err = open_nameless(&stdout_file_ops, O_WRONLY, &out[1]);
    if (err != 0)
        goto put_input;
    err = open_nameless(&stderr_file_ops, O_WRONLY, &out[2]);
    if (err == 0)
        return 0;
    file_put(out[1]);
put_input:
    file_put(out[0]);
    return err;
}

/* One open file for all three, as a login has it. */
static int open_console(struct file *out[3])
{
    struct fs_context *fs;
    int err;

    err = fs_context_create(&fs);
    if (err != 0)
        return err;
    err = vfs_open(fs, "/dev/console", O_RDWR, 0, &out[0]);
    fs_context_put(fs);
    if (err != 0)
        return err;
    file_get(out[0]);
    file_get(out[0]);
    out[1] = out[2] = out[0];
    return 0;
}

int stdio_open(bool report, struct file *out[3])
{
    return report ? open_report(out) : open_console(out);
}
