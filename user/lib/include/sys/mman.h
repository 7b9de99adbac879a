/* SPDX-License-Identifier: MIT */
/* The memory calls. MAP_FAILED and errno, or -1 and errno, on failure. */
#ifndef LIB_SYS_MMAN_H
#define LIB_SYS_MMAN_H

#include "kernel/abi/mman.h"
#include "kernel/abi/types.h"

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int munmap(void *addr, size_t len);
int mprotect(void *addr, size_t len, int prot);
void *mremap(void *addr, size_t len, size_t new_len, int flags, ...);
int madvise(void *addr, size_t len, int advice);
int posix_madvise(void *addr, size_t len, int advice);
int msync(void *addr, size_t len, int flags);
int mincore(void *addr, size_t len, unsigned char *resident);
int mlock(const void *addr, size_t len);
int mlock2(const void *addr, size_t len, unsigned flags);
int munlock(const void *addr, size_t len);
int mlockall(int flags);
int munlockall(void);
int remap_file_pages(void *addr, size_t len, int prot, size_t page, int flags);
int memfd_create(const char *name, unsigned flags);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);

#endif
