/* SPDX-License-Identifier: MIT */
/*
 * What a file system is: statfs(2).
 */
#ifndef ABI_STATFS_H
#define ABI_STATFS_H

#include "kernel/abi/types.h"

struct statfs {
    int64_t f_type; /* one of the magic numbers below */
    int64_t f_bsize;
    fsblkcnt_t f_blocks;
    fsblkcnt_t f_bfree;
    fsblkcnt_t f_bavail;
    fsfilcnt_t f_files;
    fsfilcnt_t f_ffree;
    struct {
        int32_t val[2];
    } f_fsid;
    int64_t f_namelen;
    int64_t f_frsize;
    int64_t f_flags; /* ST_* */
    int64_t f_spare[4];
};

_Static_assert(sizeof(struct statfs) == 120, "struct statfs is Linux's");

#define RAMFS_MAGIC 0x858458f6
#define TMPFS_MAGIC 0x01021994
#define PROC_SUPER_MAGIC 0x9fa0
#define PIPEFS_MAGIC 0x50495045

#define ST_RDONLY 0x0001
#define ST_NOSUID 0x0002
#define ST_NODEV 0x0004
#define ST_NOEXEC 0x0008
#define ST_VALID 0x0020

#endif
