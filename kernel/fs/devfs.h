/* SPDX-License-Identifier: MIT */
/*
 * /dev: the device nodes and what stands behind each. Inside kernel/fs only;
 * device_open is declared in inode.h.
 */
#ifndef KERNEL_FS_DEVFS_H
#define KERNEL_FS_DEVFS_H

#include "kernel/fs/inode.h"

/* kernel/fs/devices.c */
extern const struct file_ops null_file_ops, zero_file_ops, full_file_ops,
    random_file_ops;
/* kernel/fs/ttydev.c: file->private_data is the struct tty */
extern const struct file_ops tty_file_ops;

/* Boot: /dev's own file system, filled; its root is mounted by the caller, who
 * gets a reference. 0 or -ENOMEM. */
__must_check int devfs_create(struct dentry **root);

#endif
