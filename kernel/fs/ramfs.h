/* SPDX-License-Identifier: MIT */
/*
 * File systems that live in memory, and how the ramdisk's archive becomes one.
 * Inside kernel/fs only.
 */
#ifndef KERNEL_FS_RAMFS_H
#define KERNEL_FS_RAMFS_H

#include "kernel/fs/namei.h"

/* An empty root directory of fs, with one reference. 0 or -ENOMEM. */
__must_check int ramfs_create_root(struct fs *fs, struct dentry **out);

/* Adds a name to a directory, as req says. 0, -EEXIST or -ENOMEM. */
__must_check int ramfs_add(struct dentry *dir, const char *name,
                           const struct make_request *req);

/* Boot: puts the files of a cpio archive into the tree, over what is there:
 * directories are merged, other names replaced. Regular files' contents stay
 * in the archive, which must last. What cannot be used is told to the log,
 * with its place; what came before a malformed entry stays. `title` names the
 * archive there. => root_dentry is set */
void ramfs_unpack(const char *title, const void *archive, size_t len);

#endif
