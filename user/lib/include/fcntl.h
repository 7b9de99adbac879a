/* SPDX-License-Identifier: MIT */
/* Opening and controlling files. */
#ifndef LIB_FCNTL_H
#define LIB_FCNTL_H

#include <sys/stat.h>

#include "kernel/abi/fcntl.h"
#include "kernel/abi/types.h"

int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int cmd, ...);
int fallocate(int fd, int mode, off_t offset, off_t len);
int posix_fallocate(int fd, off_t offset, off_t len);
int posix_fadvise(int fd, off_t offset, off_t len, int advice);

#endif
