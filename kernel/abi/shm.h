/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: shmget(2), shmop(2), shmctl(2).
 */
#ifndef ABI_SHM_H
#define ABI_SHM_H

#include "kernel/abi/types.h"

#define IPC_PRIVATE 0
#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000

#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3
#define SHM_LOCK 11
#define SHM_UNLOCK 12
#define SHM_STAT 13
#define SHM_INFO 14
#define SHM_STAT_ANY 15

#define SHM_R 0400
#define SHM_W 0200
#define SHM_HUGETLB 04000
#define SHM_NORESERVE 010000

#define SHM_RDONLY 010000
#define SHM_RND 020000
#define SHM_REMAP 040000
#define SHM_EXEC 0100000

#define SHM_DEST 01000   /* in shm_perm.mode: freed at the last detach */
#define SHM_LOCKED 02000 /* in shm_perm.mode */

#define SHMLBA 4096
#define SHMMIN 1
#define SHMMNI 4096
#define SHMMAX (UINT64_MAX - (1UL << 24))
#define SHMALL (UINT64_MAX - (1UL << 24))
#define SHMSEG SHMMNI

struct ipc_perm {
    key_t __key;
    uid_t uid;
    gid_t gid;
    uid_t cuid;
    gid_t cgid;
    mode_t mode;
    uint16_t __seq;
    uint16_t pad;
    uint64_t unused1;
    uint64_t unused2;
};

struct shmid_ds {
    struct ipc_perm shm_perm;
    uint64_t shm_segsz;
    time_t shm_atime;
    time_t shm_dtime;
    time_t shm_ctime;
    pid_t shm_cpid;
    pid_t shm_lpid;
    uint64_t shm_nattch;
    uint64_t unused1;
    uint64_t unused2;
};

/* IPC_INFO: the limits. */
struct shminfo {
    uint64_t shmmax, shmmin, shmmni, shmseg, shmall;
    uint64_t unused[4];
};

/* SHM_INFO: what there is, in pages. */
struct shm_info {
    int32_t used_ids;
    uint64_t shm_tot, shm_rss, shm_swp;
    uint64_t swap_attempts, swap_successes;
};

_Static_assert(sizeof(struct ipc_perm) == 48, "struct ipc_perm is Linux's");
_Static_assert(sizeof(struct shmid_ds) == 112, "struct shmid_ds is Linux's");

#endif
