/* SPDX-License-Identifier: MIT */
/*
 * System calls on descriptors.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include "user/lib/syscall.h"

ssize_t read(int fd, void *to, size_t len)
{
    return CALL(read, fd, to, len);
}

ssize_t write(int fd, const void *from, size_t len)
{
    return CALL(write, fd, from, len);
}

ssize_t pread(int fd, void *to, size_t len, off_t offset)
{
    return CALL(pread64, fd, to, len, offset);
}

ssize_t pwrite(int fd, const void *from, size_t len, off_t offset)
{
    return CALL(pwrite64, fd, from, len, offset);
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
    return CALL(readv, fd, iov, count);
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
    return CALL(writev, fd, iov, count);
}

ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset)
{
    return CALL(preadv, fd, iov, count, offset);
}

ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    return CALL(pwritev, fd, iov, count, offset);
}

ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t len)
{
    return CALL(sendfile, out_fd, in_fd, offset, len);
}

int close(int fd)
{
    return (int)CALL(close, fd);
}

int close_range(unsigned first, unsigned last, unsigned flags)
{
    return (int)CALL(close_range, first, last, flags);
}

off_t lseek(int fd, off_t offset, int whence)
{
    return CALL(lseek, fd, offset, whence);
}

int dup(int fd)
{
    return (int)CALL(dup, fd);
}

int dup2(int fd, int new_fd)
{
    return (int)CALL(dup2, fd, new_fd);
}

int dup3(int fd, int new_fd, int flags)
{
    return (int)CALL(dup3, fd, new_fd, flags);
}

int pipe(int fds[2])
{
    return (int)CALL(pipe, fds);
}

int pipe2(int fds[2], int flags)
{
    return (int)CALL(pipe2, fds, flags);
}

int fcntl(int fd, int cmd, ...)
{
    va_list args;
    long arg;

    va_start(args, cmd);
    arg = va_arg(args, long);
    va_end(args);
    return (int)CALL(fcntl, fd, cmd, arg);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    long arg;

    va_start(args, request);
    arg = va_arg(args, long);
    va_end(args);
    return (int)CALL(ioctl, fd, request, arg);
}

int flock(int fd, int operation)
{
    return (int)CALL(flock, fd, operation);
}

int ftruncate(int fd, off_t len)
{
    return (int)CALL(ftruncate, fd, len);
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
    return (int)CALL(fallocate, fd, mode, offset, len);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    return (int)-ASK(fallocate, fd, 0, offset, len);
}

int posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
    return (int)-ASK(fadvise64, fd, offset, len, advice);
}

int fsync(int fd)
{
    return (int)CALL(fsync, fd);
}

int fdatasync(int fd)
{
    return (int)CALL(fdatasync, fd);
}

void sync(void)
{
    ASK(sync);
}

int fchdir(int fd)
{
    return (int)CALL(fchdir, fd);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
    return (int)CALL(fchown, fd, uid, gid);
}

int fchmod(int fd, mode_t mode)
{
    return (int)CALL(fchmod, fd, mode);
}

int fstat(int fd, struct stat *out)
{
    return (int)CALL(fstat, fd, out);
}

int fstatfs(int fd, struct statfs *out)
{
    return (int)CALL(fstatfs, fd, out);
}

int futimens(int fd, const struct timespec times[2])
{
    return (int)CALL(utimensat, fd, 0, times, 0);
}

/* ---- waiting ---- */

int poll(struct pollfd *fds, nfds_t nfds, int timeout_ms)
{
    return (int)CALL(poll, fds, nfds, timeout_ms);
}

int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *timeout,
          const sigset_t *mask)
{
    struct timespec left; /* the kernel writes to it */

    if (timeout != NULL)
        left = *timeout;
    return (int)CALL(ppoll, fds, nfds, timeout != NULL ? &left : NULL, mask,
                     sizeof(*mask));
}

int select(int nfds, fd_set *in, fd_set *out, fd_set *except,
           struct timeval *timeout)
{
    return (int)CALL(select, nfds, in, out, except, timeout);
}

int pselect(int nfds, fd_set *in, fd_set *out, fd_set *except,
            const struct timespec *timeout, const sigset_t *mask)
{
    struct pselect_sigmask masks = { mask, sizeof(*mask) };
    struct timespec left;

    if (timeout != NULL)
        left = *timeout;
    return (int)CALL(pselect6, nfds, in, out, except,
                     timeout != NULL ? &left : NULL, &masks);
}
