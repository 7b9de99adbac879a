/* SPDX-License-Identifier: MIT */
/* What file systems are. */
#ifndef LIB_SYS_STATFS_H
#define LIB_SYS_STATFS_H

#include "kernel/abi/statfs.h"

int statfs(const char *path, struct statfs *out);
int fstatfs(int fd, struct statfs *out);

#endif
