/* SPDX-License-Identifier: MIT */
/*
 * Vectors of buffers, readv(2): the kernel's copy of an array of iovecs.
 */
#ifndef KERNEL_SYSCALL_IOV_H
#define KERNEL_SYSCALL_IOV_H

#include "kernel/abi/uio.h"
#include "kernel/fs/file.h"

#define IOV_FAST 8 /* so many parts need no allocation */

struct iov_copy {
    struct iovec fast[IOV_FAST];
    struct iovec *parts; /* fast, or kmalloc'ed */
    size_t count;
    size_t total; /* bytes in all parts */
};

/* Whose addresses they are. */
enum iov_kind {
    IOV_OWN,     /* of this address space; cut where they pass MAX_RW_COUNT */
    IOV_FOREIGN, /* of another one: looked at only when they are used */
};

/* Copies and checks the array. On success the caller calls iov_free.
 * => 0, -EINVAL, -EFAULT or -ENOMEM */
__must_check int iov_get(struct iov_copy *iov, const struct iovec __user *from,
                         size_t count, enum iov_kind kind);
void iov_free(struct iov_copy *iov);

/* A buffer that begins with the first part. => iov outlives it */
void iov_start(const struct iov_copy *iov, struct iobuf *io);

#endif
