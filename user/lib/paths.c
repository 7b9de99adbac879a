/* SPDX-License-Identifier: MIT */
/*
 * System calls on names in the file system.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "user/lib/syscall.h"

int open(const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = va_arg(args, mode_t); /* looked at only with O_CREAT, O_TMPFILE */
    va_end(args);
    return (int)CALL(open, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
    va_list args;
    mode_t mode;

    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
    return (int)CALL(openat, dir, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int stat(const char *path, struct stat *out)
{
    return (int)CALL(stat, path, out);
}

int lstat(const char *path, struct stat *out)
{
    return (int)CALL(lstat, path, out);
}

int fstatat(int dir, const char *path, struct stat *out, int flags)
{
    return (int)CALL(newfstatat, dir, path, out, flags);
}

int statx(int dir, const char *path, int flags, unsigned mask,
          struct statx *out)
{
    return (int)CALL(statx, dir, path, flags, mask, out);
}

int statfs(const char *path, struct statfs *out)
{
    return (int)CALL(statfs, path, out);
}

int access(const char *path, int mode)
{
    return (int)CALL(access, path, mode);
}

int faccessat(int dir, const char *path, int mode, int flags)
{
    if (flags != 0)
        return (int)CALL(faccessat2, dir, path, mode, flags);
    return (int)CALL(faccessat, dir, path, mode);
}

int chdir(const char *path)
{
    return (int)CALL(chdir, path);
}

/* With path NULL the result is allocated (POSIX leaves it open, Linux does
 * so). */
char *getcwd(char *path, size_t size)
{
    char *to = path;

    if (path == NULL) {
        size = size > 0 ? size : PATH_MAX;
        to = malloc(size);
        if (to == NULL)
            return NULL;
    }
    if (CALL(getcwd, to, size) >= 0)
        return to;
    if (path == NULL)
        free(to);
    return NULL;
}

int mkdir(const char *path, mode_t mode)
{
    return (int)CALL(mkdir, path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    return (int)CALL(mkdirat, dir, path, mode);
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
    return (int)CALL(mknod, path, mode, dev);
}

int mkfifo(const char *path, mode_t mode)
{
    return mknod(path, (mode & ~(mode_t)S_IFMT) | S_IFIFO, 0);
}

int link(const char *from, const char *to)
{
    return (int)CALL(link, from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to,
           int flags)
{
    return (int)CALL(linkat, from_dir, from, to_dir, to, flags);
}

int symlink(const char *target, const char *path)
{
    return (int)CALL(symlink, target, path);
}

int symlinkat(const char *target, int dir, const char *path)
{
    return (int)CALL(symlinkat, target, dir, path);
}

ssize_t readlink(const char *path, char *to, size_t size)
{
    return CALL(readlink, path, to, size);
}

ssize_t readlinkat(int dir, const char *path, char *to, size_t size)
{
    return CALL(readlinkat, dir, path, to, size);
}

int unlink(const char *path)
{
    return (int)CALL(unlink, path);
}

int unlinkat(int dir, const char *path, int flags)
{
    return (int)CALL(unlinkat, dir, path, flags);
}

int rmdir(const char *path)
{
    return (int)CALL(rmdir, path);
}

int rename(const char *from, const char *to)
{
    return (int)CALL(rename, from, to);
}

int remove(const char *path)
{
    if (unlink(path) == 0)
        return 0;
    return errno == EISDIR ? rmdir(path) : -1;
}

int truncate(const char *path, off_t len)
{
    return (int)CALL(truncate, path, len);
}

int chmod(const char *path, mode_t mode)
{
    return (int)CALL(chmod, path, mode);
}

int fchmodat(int dir, const char *path, mode_t mode, int flags)
{
    if (flags != 0) {
        errno = EOPNOTSUPP; /* the system call has no flags */
        return -1;
    }
    return (int)CALL(fchmodat, dir, path, mode);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
    return (int)CALL(chown, path, uid, gid);
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
    return (int)CALL(lchown, path, uid, gid);
}

int fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags)
{
    return (int)CALL(fchownat, dir, path, uid, gid, flags);
}

mode_t umask(mode_t mask)
{
    return (mode_t)ASK(umask, mask);
}

int utimensat(int dir, const char *path, const struct timespec times[2],
              int flags)
{
    return (int)CALL(utimensat, dir, path, times, flags);
}
