/* SPDX-License-Identifier: MIT */
/*
 * What is mounted where: fixed at boot. Inside kernel/fs only.
 */
#ifndef KERNEL_FS_MOUNT_H
#define KERNEL_FS_MOUNT_H

#include "kernel/lib/types.h"

/* A line of /proc/mounts. */
struct mount {
    const char *source, *path, *type, *options;
};

/* The i-th mount; NULL past the last. */
const struct mount *mount_get(size_t i);

#endif
