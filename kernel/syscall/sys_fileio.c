/* SPDX-License-Identifier: MIT */
/*
 * Moving bytes: read, write and their variants, sendfile, lseek.
 *
 * Linux's order of checks, which decides the errno when several things are
 * wrong: an offset below 0, the descriptor, how the file was opened, the
 * buffer's address range, the offset's end. What the file itself finds wrong
 * comes last. file_read and its kin make the checks of the file's mode; a call
 * that must fail by its buffer still goes there if the mode forbids it, and
 * touches nothing.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/uio.h"
#include "kernel/lib/atomic.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/iov.h"
#include "kernel/syscall/syscalls.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define NO_OFFSET (-1) /* at the file's own position */
#define SENDFILE_CHUNK (16 * PAGE_SIZE)

/* One read or write under way. */
struct transfer {
    struct file *file;
    bool write;
    int64_t offset; /* NO_OFFSET: the file's position */
};

/* Could file_read and its kin get beyond the file's mode? */
static bool mode_allows(const struct transfer *t)
{
    const struct file_ops *ops = t->file->ops;

    if (t->offset != NO_OFFSET && ops->lseek == NULL)
        return false;
    if (t->write)
        return t->file->map.writable && ops->write != NULL;
    return t->file->map.readable && ops->read != NULL;
}

/*
 * RLIMIT_FSIZE: cuts a write to a regular file to what may be written. -EFBIG
 * and a signal if that is nothing. The position is looked at without its lock:
 * threads that move it at the same time can go over the limit together.
 */
static int limit_write(const struct transfer *t, struct iobuf *io)
{
    uint64_t limit = current_rlimit(RLIMIT_FSIZE), pos;

    if (likely(limit == RLIMIT_NONE) || !t->write || io->len == 0 ||
        !inode_has_pages(t->file->inode) || !mode_allows(t))
        return 0;
    if (READ_ONCE(t->file->flags) & O_APPEND)
        pos = inode_length(t->file->inode);
    else if (t->offset != NO_OFFSET)
        pos = (uint64_t)t->offset;
    else
        pos = READ_ONCE(t->file->pos);
    if (pos >= limit)
        return file_size_check(pos + 1);
    io->len = MIN(io->len, limit - pos);
    return 0;
}

static __always_inline ssize_t transfer(const struct transfer *t,
                                        struct iobuf *io)
{
    int err = limit_write(t, io);

    if (err != 0)
        return err;
    if (t->offset == NO_OFFSET)
        return t->write ? file_write(t->file, io) : file_read(t->file, io);
    return t->write ? file_pwrite(t->file, io, (uint64_t)t->offset)
                    : file_pread(t->file, io, (uint64_t)t->offset);
}

/* ---- one buffer ---- */

/* Inline: each of its callers needs little of it. */
static __always_inline long move_buffer(int fd, void __user *buf, size_t len,
                                        int64_t offset, bool write)
{
    struct iobuf io = {
        .base = buf,
        .len = MIN(len, (size_t)MAX_RW_COUNT),
        .user = true,
    };
    struct file_loan loan = fd_borrow(fd);
    struct transfer t = {loan.file, write, offset};
    int err = 0;
    long n;

    if (t.file == NULL)
        return -EBADF;
    if (!user_range_ok(buf, len))
        err = -EFAULT;
    else if (offset != NO_OFFSET && len > (uint64_t)(INT64_MAX - offset))
        err = -EINVAL;
    if (unlikely(err != 0) && mode_allows(&t))
        n = err;
    else
        n = transfer(&t, &io);
    file_return(loan);
    return n;
}

long sys_read(int fd, void __user *buf, size_t len)
{
    return move_buffer(fd, buf, len, NO_OFFSET, false);
}

long sys_write(int fd, const void __user *buf, size_t len)
{
    return move_buffer(fd, (void __user *)buf, len, NO_OFFSET, true);
}

long sys_pread64(int fd, void __user *buf, size_t len, int64_t offset)
{
    return offset < 0 ? -EINVAL : move_buffer(fd, buf, len, offset, false);
}

long sys_pwrite64(int fd, const void __user *buf, size_t len, int64_t offset)
{
    if (offset < 0)
        return -EINVAL;
    return move_buffer(fd, (void __user *)buf, len, offset, true);
}

/* ---- many buffers ---- */

static long move_parts(const struct transfer *t,
                       const struct iovec __user *from, size_t count)
{
    struct iov_copy iov;
    struct iobuf io;
    long n;
    int err;

    err = iov_get(&iov, from, count, IOV_OWN);
    if (err != 0)
        return err;
    iov_start(&iov, &io);
    if (iov.total == 0 && mode_allows(t))
        n = 0;
    else
        n = transfer(t, &io);
    iov_free(&iov);
    return n;
}

static long move_vector(int fd, const struct iovec __user *iov, size_t count,
                        int64_t offset, bool write)
{
    struct transfer t = {fd_get(fd), write, offset};
    long n;

    if (t.file == NULL)
        return -EBADF;
    if (offset != NO_OFFSET && t.file->ops->lseek == NULL)
        n = -ESPIPE;
    else
        n = move_parts(&t, iov, count);
    file_put(t.file);
    return n;
}

long sys_readv(int fd, const struct iovec __user *iov, size_t count)
{
    return move_vector(fd, iov, count, NO_OFFSET, false);
}

long sys_writev(int fd, const struct iovec __user *iov, size_t count)
{
    return move_vector(fd, iov, count, NO_OFFSET, true);
}

/* On a 64-bit machine all of the offset is in its low half. */
long sys_preadv(int fd, const struct iovec __user *iov, size_t count,
                unsigned long offset, unsigned long offset_high __unused)
{
    if ((int64_t)offset < 0)
        return -EINVAL;
    return move_vector(fd, iov, count, (int64_t)offset, false);
}

long sys_pwritev(int fd, const struct iovec __user *iov, size_t count,
                 unsigned long offset, unsigned long offset_high __unused)
{
    if ((int64_t)offset < 0)
        return -EINVAL;
    return move_vector(fd, iov, count, (int64_t)offset, true);
}

/* ---- sendfile ---- */

/* One chunk from in, at *pos, to out. Bytes moved, by which *pos advances. */
static ssize_t send_chunk(struct file *out, struct file *in, uint64_t *pos,
                          void *buf, size_t len)
{
    struct iobuf io = {.base = buf, .len = len};
    struct transfer t = {out, true, NO_OFFSET};
    ssize_t n = file_pread(in, &io, *pos);

    if (n <= 0)
        return n;
    io = (struct iobuf){.base = buf, .len = (size_t)n};
    n = transfer(&t, &io);
    if (n > 0)
        *pos += (uint64_t)n;
    return n;
}

static ssize_t send_all(struct file *out, struct file *in, uint64_t *pos,
                        size_t len)
{
    void *buf = kmalloc(MIN(len, (size_t)SENDFILE_CHUNK));
    size_t done = 0, want;
    ssize_t n;

    if (buf == NULL)
        return -ENOMEM;
    do {
        want = MIN(len - done, (size_t)SENDFILE_CHUNK);
        n = send_chunk(out, in, pos, buf, want);
        if (n > 0)
            done += (size_t)n;
    } while (n == (ssize_t)want && done < len && !signal_pending());
    kfree(buf);
    return done > 0 ? (ssize_t)done : n;
}

/* Bytes can be taken from there without losing those that out refuses. */
static int check_source(const struct file *in, bool at_offset)
{
    if (!in->map.readable)
        return -EBADF;
    if (in->ops->lseek == NULL)
        return at_offset ? -ESPIPE : -EINVAL;
    return 0;
}

static ssize_t send_file(struct file *out, struct file *in, int64_t *offset,
                         size_t len)
{
    uint64_t pos = offset != NULL ? (uint64_t)*offset : READ_ONCE(in->pos);
    ssize_t n;

    if ((int64_t)pos < 0 || len > (uint64_t)INT64_MAX - pos)
        return -EINVAL;
    if (!out->map.writable)
        return -EBADF;
    if ((READ_ONCE(out->flags) & O_APPEND) || inode_is(in->inode, S_IFDIR))
        return -EINVAL;
    n = len == 0 ? 0 : send_all(out, in, &pos, MIN(len, (size_t)MAX_RW_COUNT));
    if (n <= 0)
        return n;
    if (offset != NULL)
        *offset = (int64_t)pos;
    else
        (void)file_lseek(in, (int64_t)pos, SEEK_SET);
    return n;
}

long sys_sendfile(int out_fd, int in_fd, int64_t __user *offset, size_t len)
{
    int64_t pos, *at = NULL;
    struct file *in, *out = NULL;
    long n;

    if (offset != NULL) {
        if (copy_from_user(&pos, offset, sizeof(pos)) != 0)
            return -EFAULT;
        at = &pos;
    }
    in = fd_get(in_fd);
    if (in == NULL)
        return -EBADF;
    n = check_source(in, at != NULL);
    if (n == 0) {
        out = fd_get(out_fd);
        n = out == NULL ? -EBADF : send_file(out, in, at, len);
    }
    file_put(in);
    if (out != NULL)
        file_put(out);
    if (at != NULL && copy_to_user(offset, &pos, sizeof(pos)) != 0)
        return -EFAULT;
    return n;
}

long sys_lseek(int fd, int64_t offset, int whence)
{
    struct file *file = fd_get(fd);
    int64_t pos;

    if (file == NULL)
        return -EBADF;
    pos = file_lseek(file, offset, whence);
    file_put(file);
    return pos;
}
