/* SPDX-License-Identifier: MIT */
/* System V shared memory. */
#ifndef LIB_SYS_SHM_H
#define LIB_SYS_SHM_H

#include "kernel/abi/shm.h"

int shmget(key_t key, size_t size, int flags);
void *shmat(int id, const void *addr, int flags);
int shmdt(const void *addr);
int shmctl(int id, int cmd, struct shmid_ds *ds);

#endif
