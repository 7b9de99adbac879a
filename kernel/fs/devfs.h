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

/* kernel/fs/fbdev.c, kernel/fs/memdev.c */
extern const struct file_ops fbdev_file_ops, memdev_file_ops;
/* Boot, in this order: looks for the frame buffer. True: there is one. */
bool fbdev_init(void);
void memdev_init(void);
struct devmap;
/* Its memory; NULL: there is none. => fbdev_init */
const struct devmap *fbdev_map(void);
/* Complete an open, as inode_ops.open. -ENODEV: there is no frame buffer;
 * -EPERM: the caller is not the superuser. */
__must_check int fbdev_open(struct file *file);
__must_check int memdev_open(struct file *file);

/* Boot: /dev's own file system, filled; its root is mounted by the caller, who
 * gets a reference. 0 or -ENOMEM. */
__must_check int devfs_create(struct dentry **root);

#endif
