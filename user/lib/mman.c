/* SPDX-License-Identifier: MIT */
/*
 * The memory calls, but for brk (brk.c). An address is as good as -1 for
 * telling success: MAP_FAILED is lib_result's -1.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <unistd.h>

#include "user/lib/syscall.h"

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    return (void *)CALL(mmap, addr, len, prot, flags, fd, offset);
}

int munmap(void *addr, size_t len)
{
    return (int)CALL(munmap, addr, len);
}

int mprotect(void *addr, size_t len, int prot)
{
    return (int)CALL(mprotect, addr, len, prot);
}

void *mremap(void *addr, size_t len, size_t new_len, int flags, ...)
{
    va_list args;
    void *new_addr;

    va_start(args, flags);
    new_addr = va_arg(args, void *); /* looked at only with MREMAP_FIXED */
    va_end(args);
    return (void *)CALL(mremap, addr, len, new_len, flags, new_addr);
}

int madvise(void *addr, size_t len, int advice)
{
    return (int)CALL(madvise, addr, len, advice);
}

/* Advice may not change contents, which MADV_DONTNEED does. */
int posix_madvise(void *addr, size_t len, int advice)
{
    if (advice == POSIX_MADV_DONTNEED)
        return 0;
    return (int)-ASK(madvise, addr, len, advice);
}

int msync(void *addr, size_t len, int flags)
{
    return (int)CALL(msync, addr, len, flags);
}

int mincore(void *addr, size_t len, unsigned char *resident)
{
    return (int)CALL(mincore, addr, len, resident);
}

int mlock(const void *addr, size_t len)
{
    return (int)CALL(mlock, addr, len);
}

int mlock2(const void *addr, size_t len, unsigned flags)
{
    return (int)CALL(mlock2, addr, len, flags);
}

int munlock(const void *addr, size_t len)
{
    return (int)CALL(munlock, addr, len);
}

int mlockall(int flags)
{
    return (int)CALL(mlockall, flags);
}

int munlockall(void)
{
    return (int)CALL(munlockall);
}

int remap_file_pages(void *addr, size_t len, int prot, size_t page, int flags)
{
    return (int)CALL(remap_file_pages, addr, len, prot, page, flags);
}

int memfd_create(const char *name, unsigned flags)
{
    return (int)CALL(memfd_create, name, flags);
}

/* ---- POSIX shared memory: files in /dev/shm ---- */

#define SHM_PATH_SIZE 300 /* more than the longest name needs */

/* The file's path; a name too long for it stays too long. Whether there can be
 * one: else errno is set. */
static int shm_path(const char *name, char path[SHM_PATH_SIZE])
{
    name += *name == '/';
    if (*name == '\0' || strchr(name, '/') != NULL) {
        errno = EINVAL;
        return 0;
    }
    snprintf(path, SHM_PATH_SIZE, "/dev/shm/%s", name);
    return 1;
}

int shm_open(const char *name, int flags, mode_t mode)
{
    char path[SHM_PATH_SIZE];

    if (!shm_path(name, path))
        return -1;
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
}

int shm_unlink(const char *name)
{
    char path[SHM_PATH_SIZE];

    return shm_path(name, path) ? unlink(path) : -1;
}

/* ---- System V shared memory ---- */

int shmget(key_t key, size_t size, int flags)
{
    return (int)CALL(shmget, key, size, flags);
}

void *shmat(int id, const void *addr, int flags)
{
    return (void *)CALL(shmat, id, addr, flags);
}

int shmdt(const void *addr)
{
    return (int)CALL(shmdt, addr);
}

int shmctl(int id, int cmd, struct shmid_ds *ds)
{
    return (int)CALL(shmctl, id, cmd, ds);
}

/* ---- other processes' memory ---- */

ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long n,
                         const struct iovec *there, unsigned long nthere,
                         unsigned long flags)
{
    return CALL(process_vm_readv, pid, here, n, there, nthere, flags);
}

ssize_t process_vm_writev(pid_t pid, const struct iovec *here, unsigned long n,
                          const struct iovec *there, unsigned long nthere,
                          unsigned long flags)
{
    return CALL(process_vm_writev, pid, here, n, there, nthere, flags);
}
