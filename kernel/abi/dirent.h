/* SPDX-License-Identifier: MIT */
/*
 * The records that getdents64(2) returns.
 */
#ifndef ABI_DIRENT_H
#define ABI_DIRENT_H

#include "kernel/abi/types.h"

/* One entry: d_reclen bytes, a multiple of 8, d_name and its NUL included. */
struct linux_dirent64 {
    uint64_t d_ino;
    int64_t d_off; /* where the next entry is, for lseek */
    uint16_t d_reclen;
    uint8_t d_type; /* DT_* */
    char d_name[];
};

_Static_assert(offsetof(struct linux_dirent64, d_name) == 19,
               "struct linux_dirent64 is Linux's");

/* The file type bits of st_mode, shifted right by 12. */
#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
#define DT_WHT 14

#endif
