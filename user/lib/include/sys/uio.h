/* SPDX-License-Identifier: MIT */
/* Scattered buffers. */
#ifndef LIB_SYS_UIO_H
#define LIB_SYS_UIO_H

#include "kernel/abi/types.h"
#include "kernel/abi/uio.h"

ssize_t readv(int fd, const struct iovec *iov, int count);
ssize_t writev(int fd, const struct iovec *iov, int count);
ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset);
ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset);
ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long n,
                         const struct iovec *there, unsigned long nthere,
                         unsigned long flags);
ssize_t process_vm_writev(pid_t pid, const struct iovec *here, unsigned long n,
                          const struct iovec *there, unsigned long nthere,
                          unsigned long flags);

#endif
