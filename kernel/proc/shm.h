/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: segments, which are found by a key or known by an
 * ID, stay until somebody removes them, and are attached like files.
 *
 *   shm_get -> attached by areas (shm_attach, fork, a split) and detached ->
 *   shm_remove: gone at once, or with its last area
 *
 * The contract of each is its system call's, shmget(2), shmop(2), shmctl(2):
 * 0 or a result, or a negative errno.
 */
#ifndef KERNEL_PROC_SHM_H
#define KERNEL_PROC_SHM_H

#include "kernel/lib/types.h"
#include "mm/layout.h"

struct shm_info;
struct shmid_ds;

/* flags: IPC_CREAT, IPC_EXCL and permissions. The ID. */
__must_check int shm_get(int key, uint64_t size, int flags);

/* Maps the segment into the current address space. */
__must_check int shm_attach(int id, vaddr_t addr, int flags, vaddr_t *out);
__must_check int shm_detach(vaddr_t addr);

/* IPC_RMID. */
__must_check int shm_remove(int id);
/* IPC_SET: owner and permissions. */
__must_check int shm_set(int id, const struct shmid_ds *ds);
/* SHM_LOCK and SHM_UNLOCK. */
__must_check int shm_set_locked(int id, bool lock);

/* IPC_STAT: 0. */
__must_check int shm_stat(int id, struct shmid_ds *out);
/* SHM_STAT, SHM_STAT_ANY (any: whoever may read it): the ID. */
__must_check int shm_stat_index(int index, bool any, struct shmid_ds *out);
/* SHM_INFO. The highest index in use; 0 if there is none. */
int shm_totals(struct shm_info *out);

#endif
