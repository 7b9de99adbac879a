/* SPDX-License-Identifier: MIT */
/* What files are. */
#ifndef LIB_SYS_STAT_H
#define LIB_SYS_STAT_H

#include "kernel/abi/stat.h"

#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

int stat(const char *path, struct stat *out);
int lstat(const char *path, struct stat *out);
int fstat(int fd, struct stat *out);
int fstatat(int dir, const char *path, struct stat *out, int flags);
int statx(int dir, const char *path, int flags, unsigned mask,
          struct statx *out);
int mkdir(const char *path, mode_t mode);
int mkdirat(int dir, const char *path, mode_t mode);
int mknod(const char *path, mode_t mode, dev_t dev);
int mkfifo(const char *path, mode_t mode);
int chmod(const char *path, mode_t mode);
int fchmod(int fd, mode_t mode);
int fchmodat(int dir, const char *path, mode_t mode, int flags);
mode_t umask(mode_t mask);
int utimensat(int dir, const char *path, const struct timespec times[2],
              int flags);
int futimens(int fd, const struct timespec times[2]);

#endif
