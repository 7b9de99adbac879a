/* SPDX-License-Identifier: MIT */
/*
 * Copying descriptors, and controlling them and their files: dup, fcntl,
 * flock, ioctl.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/termios.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/memfd.h"
#include "kernel/fs/pipe.h"
#include "kernel/lib/atomic.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

/* What F_SETFL can change. */
#define SETTABLE_FLAGS (O_APPEND | O_NONBLOCK | O_NOATIME)

/* Gives the file another descriptor, at least min. Takes over the caller's
 * reference, also on failure. */
static long install_copy(struct file *file, int min, bool cloexec)
{
    long fd = fdtable_install(current_files(), file, min,
                              current_rlimit(RLIMIT_NOFILE), cloexec);

    if (fd < 0)
        file_put(file);
    return fd;
}

long sys_dup(int fd)
{
    struct file *file = fdtable_lookup(current_files(), fd);

    return file == NULL ? -EBADF : install_copy(file, 0, false);
}

long sys_dup3(int fd, int new_fd, int flags)
{
    uint64_t limit = current_rlimit(RLIMIT_NOFILE);
    struct file *file;
    long ret;

    if ((flags & ~O_CLOEXEC) || fd == new_fd)
        return -EINVAL;
    file = fdtable_lookup(current_files(), fd);
    if (file == NULL)
        return -EBADF;
    ret = fdtable_replace(current_files(), new_fd, file, limit,
                          (flags & O_CLOEXEC) != 0);
    if (ret < 0)
        file_put(file);
    return ret;
}

long sys_dup2(int fd, int new_fd)
{
    struct file *file;

    if (fd != new_fd)
        return sys_dup3(fd, new_fd, 0);
    file = fdtable_lookup(current_files(), fd);
    if (file == NULL)
        return -EBADF;
    file_put(file);
    return new_fd;
}

/* ---- locks ---- */

/* A struct flock and what it says in the kernel's terms. */
struct record_lock {
    struct flock user;
    struct lock_request req;
};

/* Where l_start counts from. */
static int lock_base(struct file *file, int whence, int64_t *base)
{
    struct stat st;

    switch (whence) {
    case SEEK_SET: *base = 0; return 0;
    case SEEK_CUR: *base = (int64_t)READ_ONCE(file->pos); return 0;
    case SEEK_END: *base = file_stat(file, &st) == 0 ? st.st_size : 0; return 0;
    default: return -EINVAL;
    }
}

/* The bytes that the user's struct means: l_len < 0 are those before l_start,
 * 0 is "to the end, however far". */
static int lock_range(struct file *file, struct record_lock *lock)
{
    int64_t start, end = INT64_MAX, len = lock->user.l_len;
    int err;

    err = lock_base(file, lock->user.l_whence, &start);
    if (err != 0)
        return err;
    if (__builtin_add_overflow(start, lock->user.l_start, &start))
        return -EOVERFLOW;
    if (start < 0)
        return -EINVAL;
    if (len > 0 && __builtin_add_overflow(start, len - 1, &end))
        return -EOVERFLOW;
    if (len < 0) {
        end = start - 1;
        start += len;
    }
    if (start < 0)
        return -EINVAL;
    lock->req.start = (uint64_t)start;
    lock->req.end = end == INT64_MAX ? LOCK_END : (uint64_t)end;
    return 0;
}

static int lock_get(struct file *file, bool by_file,
                    const struct flock __user *from, struct record_lock *lock)
{
    if (copy_from_user(&lock->user, from, sizeof(lock->user)) != 0)
        return -EFAULT;
    if (lock->user.l_type < F_RDLCK || lock->user.l_type > F_UNLCK ||
        (by_file && lock->user.l_pid != 0))
        return -EINVAL;
    lock->req = (struct lock_request){
        .family = LOCK_RECORD,
        .type = lock->user.l_type,
        .owner = by_file ? (void *)file : (void *)current_files(),
        .pid = by_file ? -1 : current_process()->pid,
    };
    return lock_range(file, lock);
}

/* F_GETLK, F_OFD_GETLK. */
static long test_lock(struct file *file, bool by_file, struct flock __user *arg)
{
    struct record_lock lock;
    int err;

    err = lock_get(file, by_file, arg, &lock);
    if (err == 0 && lock.user.l_type == F_UNLCK)
        err = -EINVAL;
    if (err != 0)
        return err;
    lock_test(file->inode, &lock.req);
    lock.user.l_type = (int16_t)lock.req.type;
    if (lock.req.type != F_UNLCK) {
        lock.user.l_whence = SEEK_SET;
        lock.user.l_start = (int64_t)lock.req.start;
        lock.user.l_len = 0;
        if (lock.req.end != LOCK_END)
            lock.user.l_len = (int64_t)(lock.req.end - lock.req.start + 1);
        lock.user.l_pid = lock.req.pid;
    }
    return copy_to_user(arg, &lock.user, sizeof(lock.user)) == 0 ? 0 : -EFAULT;
}

/* A close by another thread while the lock was being taken has not seen it:
 * what it would have done is done now. */
static int drop_lock_if_closed(struct file *file, int fd)
{
    struct file *now = fdtable_lookup(current_files(), fd);
    bool closed = now != file;

    if (now != NULL)
        file_put(now);
    if (!closed)
        return 0;
    locks_release_owner(file, current_files());
    return -EBADF;
}

/* F_SETLK, F_SETLKW and their F_OFD_ forms. */
static long set_lock(struct file *file, int fd, int cmd,
                     const struct flock __user *arg)
{
    bool by_file = cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
    bool wait = cmd == F_SETLKW || cmd == F_OFD_SETLKW;
    struct record_lock lock;
    int err;

    err = lock_get(file, by_file, arg, &lock);
    if (err != 0)
        return err;
    if ((lock.req.type == F_RDLCK && !file->map.readable) ||
        (lock.req.type == F_WRLCK && !file->map.writable))
        return -EBADF;
    err = lock_set(file->inode, &lock.req, wait);
    if (err == 0 && !by_file && lock.req.type != F_UNLCK)
        err = drop_lock_if_closed(file, fd);
    return err;
}

long sys_flock(int fd, int op)
{
    static const struct {
        int op, type;
    } types[] = {
        {LOCK_SH, F_RDLCK},
        {LOCK_EX, F_WRLCK},
        {LOCK_UN, F_UNLCK},
    };
    struct lock_request req = {
        .family = LOCK_WHOLE,
        .type = -1,
        .end = LOCK_END,
        .pid = current_process()->pid,
    };
    struct file *file;
    long err;

    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (types[i].op == (op & ~LOCK_NB))
            req.type = types[i].type;
    if (req.type < 0)
        return -EINVAL;
    file = fd_get(fd);
    if (file == NULL)
        return -EBADF;
    req.owner = file;
    err = lock_set(file->inode, &req, !(op & LOCK_NB));
    file_put(file);
    return err;
}

/* ---- flags ---- */

/* Of the flags in mask, those in flags are set from now on. */
static void change_flags(struct file *file, uint32_t mask, uint32_t flags)
{
    uint32_t old = READ_ONCE(file->flags);

    while (!__atomic_compare_exchange_n(&file->flags, &old,
                                        (old & ~mask) | (flags & mask), true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        continue;
}

static long set_flags(struct file *file, int flags)
{
    if (flags & O_DIRECT)
        return -EINVAL; /* nothing here goes round the page cache */
    change_flags(file, SETTABLE_FLAGS, (uint32_t)flags);
    return 0;
}

/* ---- fcntl ---- */

/* A pipe's size is fixed: any that it covers is granted. */
static long set_pipe_size(struct file *file, unsigned long size)
{
    int capacity = pipe_capacity(file);

    if (capacity >= 0 && (unsigned)size > (unsigned)capacity)
        return -EPERM;
    return capacity;
}

/* What an O_PATH file can do too. */
static bool works_on_path(int cmd)
{
    return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD ||
           cmd == F_SETFD || cmd == F_GETFL;
}

static long control(struct file *file, int fd, int cmd, unsigned long arg)
{
    switch (cmd) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        file_get(file);
        return install_copy(file, (int)arg, cmd == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return fdtable_get_cloexec(current_files(), fd); /* FD_CLOEXEC: 1 */
    case F_SETFD:
        return fdtable_set_cloexec(current_files(), fd,
                                   (arg & FD_CLOEXEC) != 0);
    case F_GETFL: return (long)READ_ONCE(file->flags);
    case F_SETFL: return set_flags(file, (int)arg);
    case F_GETLK:
    case F_OFD_GETLK:
        return test_lock(file, cmd == F_OFD_GETLK, (void __user *)arg);
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW: return set_lock(file, fd, cmd, (const void __user *)arg);
    case F_GETLEASE: return F_UNLCK;
    case F_GETOWN: return 0; /* nobody is sent signals about it */
    case F_ADD_SEALS: return file_add_seals(file, (uint32_t)arg);
    case F_GET_SEALS: return file_get_seals(file);
    case F_GETPIPE_SZ: return pipe_capacity(file);
    case F_SETPIPE_SZ: return set_pipe_size(file, arg);
    default: /* signals on input, leases: not offered */ return -EINVAL;
    }
}

long sys_fcntl(int fd, int cmd, unsigned long arg)
{
    struct file *file = fdtable_lookup(current_files(), fd);
    long ret = -EBADF;

    if (file == NULL)
        return -EBADF;
    if (!(READ_ONCE(file->flags) & O_PATH) || works_on_path(cmd))
        ret = control(file, fd, cmd, arg);
    file_put(file);
    return ret;
}

/* ---- ioctl ---- */

static long set_nonblocking(struct file *file, const int __user *arg)
{
    int on;

    if (copy_from_user(&on, arg, sizeof(on)) != 0)
        return -EFAULT;
    change_flags(file, O_NONBLOCK, on != 0 ? O_NONBLOCK : 0);
    return 0;
}

/* FIONREAD of a regular file: what is left after its position. */
static long count_readable(struct file *file, int __user *arg)
{
    int left = (int)(inode_length(file->inode) - READ_ONCE(file->pos));

    return copy_to_user(arg, &left, sizeof(left)) == 0 ? 0 : -EFAULT;
}

/* What is the same for all files; else it is for the file's own operation. */
static long control_device(struct file *file, int fd, unsigned cmd,
                           unsigned long arg)
{
    switch (cmd) {
    case FIOCLEX:
    case FIONCLEX:
        return fdtable_set_cloexec(current_files(), fd, cmd == FIOCLEX);
    case FIONBIO: return set_nonblocking(file, (const void __user *)arg);
    case FIONREAD:
        if (inode_has_pages(file->inode))
            return count_readable(file, (void __user *)arg);
        break;
    }
    if (file->ops->ioctl == NULL)
        return -ENOTTY;
    return file->ops->ioctl(file, cmd, arg);
}

long sys_ioctl(int fd, unsigned cmd, unsigned long arg)
{
    struct file *file = fd_get(fd);
    long ret;

    if (file == NULL)
        return -EBADF;
    ret = control_device(file, fd, cmd, arg);
    file_put(file);
    return ret;
}
