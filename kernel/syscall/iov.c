/* SPDX-License-Identifier: MIT */
/*
 * Vectors of buffers: see iov.h.
 */
#include "kernel/syscall/iov.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/limits.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

/* Checks each part. */
static int iov_check(struct iov_copy *iov, enum iov_kind kind)
{
    struct iovec *part, *end = iov->parts + iov->count;

    for (part = iov->parts; part < end; part++)
        if ((ssize_t)part->iov_len < 0)
            return -EINVAL;
    iov->total = 0;
    for (part = iov->parts; part < end; part++) {
        if (kind == IOV_OWN) {
            if (!user_range_ok(part->iov_base, part->iov_len))
                return -EFAULT;
            part->iov_len = MIN(part->iov_len, MAX_RW_COUNT - iov->total);
        }
        iov->total += part->iov_len;
    }
    return 0;
}

void iov_free(struct iov_copy *iov)
{
    if (iov->parts != iov->fast)
        kfree(iov->parts);
}

int iov_get(struct iov_copy *iov, const struct iovec __user *from, size_t count,
            enum iov_kind kind)
{
    int err = 0;

    if (count > UIO_MAXIOV)
        return -EINVAL;
    iov->count = count;
    iov->parts = iov->fast;
    if (count > IOV_FAST) {
        iov->parts = kmalloc(count * sizeof(struct iovec));
        if (iov->parts == NULL)
            return -ENOMEM;
    }
    if (copy_from_user(iov->parts, from, count * sizeof(struct iovec)) != 0)
        err = -EFAULT;
    if (err == 0)
        err = iov_check(iov, kind);
    if (err != 0)
        iov_free(iov);
    return err;
}

void iov_start(const struct iov_copy *iov, struct iobuf *io)
{
    *io = (struct iobuf){.user = true, .len = iov->total};
    if (iov->count > 0) {
        io->base = iov->parts[0].iov_base;
        io->seg_len = iov->parts[0].iov_len;
        io->segs = iov->parts + 1;
    }
}
