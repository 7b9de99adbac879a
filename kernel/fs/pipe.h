/* SPDX-License-Identifier: MIT */
/*
 * Pipes and FIFOs: pipe(7), fifo(7). A pipe hangs on an inode of type
 * S_IFIFO, which has a name (mkfifo) or none (pipe2), while somebody has it
 * open.
 */
#ifndef KERNEL_FS_PIPE_H
#define KERNEL_FS_PIPE_H

#include "kernel/fs/inode.h"

/* A new pipe: out[0] reads, out[1] writes, each with one reference. flags:
 * O_NONBLOCK or 0. 0 or -ENOMEM. */
__must_check int pipe_create(int flags, struct file *out[2]);

/* For file_create: completes the open of a FIFO. Waits for the other end as
 * fifo(7) says. 0, -ENXIO, -ENOMEM or -ERESTARTSYS. */
__must_check int fifo_open(struct inode *inode, struct file *file);

/* How many bytes it holds at most (F_GETPIPE_SZ); -EBADF if the file is no
 * pipe. */
int pipe_capacity(struct file *file);

/* An inode of type S_IFIFO without a name, whose open files have these
 * operations (NULL: a pipe's), with one reference. 0 or -ENOMEM. */
__must_check int pipe_inode_create(const struct file_ops *ops,
                                   struct inode **out);

#endif
