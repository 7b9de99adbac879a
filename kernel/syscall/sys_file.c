/* SPDX-License-Identifier: MIT */
/*
 * Open files by descriptor: closing, pipes, directories, length, attributes.
 * Moving bytes is in sys_fileio.c, copying and controlling descriptors in
 * sys_fcntl.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/resource.h"
#include "kernel/fs/pipe.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/seal.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define GETDENTS_MAX (8 * PAGE_SIZE) /* one call returns no more */

/* ---- closing ---- */

long sys_close(int fd)
{
    return fdtable_close(current_files(), fd);
}

/* Gives a process of one thread a descriptor table of its own. Threads cannot
 * part from each other here: the table is the process's. */
static int unshare_files(void)
{
    struct process *process = current_process();
    struct fdtable *own, *old;
    uint64_t flags;
    int err;

    if (!fdtable_is_shared(process->files))
        return READ_ONCE(process->nthreads) == 1 ? 0 : -EINVAL;
    if (READ_ONCE(process->nthreads) != 1)
        return -EINVAL;
    err = fdtable_clone(process->files, &own);
    if (err != 0)
        return err;
    flags = spin_lock_irqsave(&process->lock);
    old = process->files;
    process->files = own;
    spin_unlock_irqrestore(&process->lock, flags);
    fdtable_put(old);
    return 0;
}

long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
    int err, fd;

    if (first > last || (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)))
        return -EINVAL;
    if (flags & CLOSE_RANGE_UNSHARE) {
        err = unshare_files();
        if (err != 0)
            return err;
    }
    if (first > INT32_MAX)
        return 0;
    for (fd = fdtable_next(current_files(), (int)first);
         fd >= 0 && (unsigned)fd <= last;
         fd = fdtable_next(current_files(), fd + 1)) {
        if (flags & CLOSE_RANGE_CLOEXEC)
            (void)fdtable_set_cloexec(current_files(), fd, true);
        else
            (void)fdtable_close(current_files(), fd);
    }
    return 0;
}

/* ---- pipes ---- */

/* Two descriptors for the ends, told to the user before anyone can use them:
 * a pipe whose numbers cannot be told is not made. */
static int install_pipe(struct file *ends[2], int __user *out, bool cloexec)
{
    struct fdtable *files = current_files();
    uint64_t limit = current_rlimit(RLIMIT_NOFILE);
    int fds[2];

    fds[0] = fdtable_reserve(files, 0, limit, cloexec);
    if (fds[0] < 0)
        return fds[0];
    fds[1] = fdtable_reserve(files, 0, limit, cloexec);
    if (fds[1] >= 0 && copy_to_user(out, fds, sizeof(fds)) == 0) {
        fdtable_fill(files, fds[0], ends[0]);
        fdtable_fill(files, fds[1], ends[1]);
        return 0;
    }
    fdtable_cancel(files, fds[0]);
    if (fds[1] < 0)
        return fds[1];
    fdtable_cancel(files, fds[1]);
    return -EFAULT;
}

/* O_DIRECT, a pipe of packets, is not offered. */
long sys_pipe2(int __user *fds, int flags)
{
    struct file *ends[2];
    int err;

    if (flags & ~(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    err = pipe_create(flags & O_NONBLOCK, ends);
    if (err != 0)
        return err;
    err = install_pipe(ends, fds, (flags & O_CLOEXEC) != 0);
    if (err != 0) {
        file_put(ends[0]);
        file_put(ends[1]);
    }
    return err;
}

long sys_pipe(int __user *fds)
{
    return sys_pipe2(fds, 0);
}

/* ---- directories ---- */

/* Under pos_lock, so that a position whose entries could not be handed over
 * is put back before anybody else reads on from it. */
static long read_dir(struct file *file, void __user *buf, size_t len)
{
    void *copy = kmalloc(MAX(len, sizeof(uint64_t)));
    struct iobuf io = {.base = copy, .len = len};
    uint64_t before;
    long n;

    if (copy == NULL)
        return -ENOMEM;
    mutex_lock(&file->pos_lock);
    before = file->pos;
    n = file->ops->getdents(file, &io);
    if (n > 0 && copy_to_user(buf, copy, (size_t)n) != 0) {
        file->pos = before;
        n = -EFAULT;
    }
    mutex_unlock(&file->pos_lock);
    kfree(copy);
    return n;
}

long sys_getdents64(int fd, void __user *buf, unsigned len)
{
    struct file *file = fd_get(fd);
    long n = -ENOTDIR;

    if (file == NULL)
        return -EBADF;
    if (file->ops->getdents != NULL)
        n = read_dir(file, buf, MIN((size_t)len, (size_t)GETDENTS_MAX));
    file_put(file);
    return n;
}

long sys_fchdir(int fd)
{
    struct file *file = fdtable_lookup(current_files(), fd);
    long err = -ENOTDIR;

    if (file == NULL)
        return -EBADF;
    if (inode_is(file->inode, S_IFDIR)) {
        dentry_get(file->dentry);
        fs_context_set_cwd(current_fs(), file->dentry);
        err = 0;
    }
    file_put(file);
    return err;
}

/* ---- length and storage ---- */

static int truncate_file(struct file *file, uint64_t len)
{
    int err;

    if (!inode_is(file->inode, S_IFREG) || !file->map.writable)
        return -EINVAL;
    err = file_size_check(len);
    return err != 0 ? err : inode_truncate(file->inode, len);
}

long sys_ftruncate(int fd, int64_t len)
{
    struct file *file;
    long err;

    if (len < 0)
        return -EINVAL;
    file = fd_get(fd);
    if (file == NULL)
        return -EBADF;
    err = truncate_file(file, (uint64_t)len);
    file_put(file);
    return err;
}

/* Puts a page behind each byte of [start, end), which lies in the file. */
static int fill_pages(struct page_cache *cache, uint64_t start, uint64_t end)
{
    uint64_t last = (end - 1) >> PAGE_SHIFT;
    struct page *page;

    for (uint64_t index = start >> PAGE_SHIFT; index <= last; index++) {
        if (signal_pending())
            return -EINTR;
        if (pagecache_get_page(cache, index, &page, NULL) != 0)
            return -ENOSPC;
        page_put(page);
    }
    return 0;
}

/* May the file reach to end? 0, or -EPERM: it is sealed. */
static int check_growth(const struct inode *inode, uint64_t end)
{
    if ((seal_get(&inode->cache) & F_SEAL_GROW) && end > inode->cache.size)
        return -EPERM;
    return 0;
}

/* Grows the file first, since only pages inside it are kept; a failure takes
 * that back, pages and all. */
static int allocate(struct inode *inode, uint64_t start, uint64_t end)
{
    struct page_cache *cache = &inode->cache;
    uint64_t before;
    int err;

    mutex_lock(&inode->lock);
    before = cache->size;
    err = check_growth(inode, end);
    if (err == 0) {
        if (end > before)
            pagecache_resize(cache, end);
        err = fill_pages(cache, start, end);
        if (err != 0 && end > before)
            pagecache_resize(cache, before);
    }
    mutex_unlock(&inode->lock);
    if (err == 0)
        inode_touch_written(inode);
    return err;
}

/* The bytes become zero; whole pages of them leave memory. */
static int punch(struct inode *inode, uint64_t offset, uint64_t end)
{
    int err = -EPERM;

    mutex_lock(&inode->lock);
    if ((seal_get(&inode->cache) & SEALS_OF_WRITING) == 0) {
        err =
            pagecache_zero(&inode->cache, offset, MIN(end, inode->cache.size));
        inode_touch_written(inode);
    }
    mutex_unlock(&inode->lock);
    return err;
}

/* One of those that file systems on disks have, and Linux's tmpfs does not. */
static bool is_mode_of_disks(int mode)
{
    switch (mode) {
    case FALLOC_FL_COLLAPSE_RANGE:
    case FALLOC_FL_INSERT_RANGE:
    case FALLOC_FL_ZERO_RANGE:
    case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE:
    case FALLOC_FL_UNSHARE_RANGE:
    case FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE: return true;
    default: return false;
    }
}

/* One of those that there are. */
static bool is_mode(int mode)
{
    switch (mode) {
    case 0:
    case FALLOC_FL_KEEP_SIZE:
    case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE: return true;
    default: return is_mode_of_disks(mode);
    }
}

static int allocate_file(struct file *file, int mode, uint64_t offset,
                         uint64_t len)
{
    struct inode *inode = file->inode;
    uint64_t end = offset + len;
    int err;

    if (!file->map.writable)
        return -EBADF;
    if (inode_is(inode, S_IFIFO))
        return -ESPIPE;
    if (!inode_has_pages(inode))
        return -ENODEV;
    if (end > FILE_SIZE_MAX)
        return -EFBIG;
    if (is_mode_of_disks(mode))
        return -EOPNOTSUPP;
    if (mode & FALLOC_FL_PUNCH_HOLE)
        return punch(inode, offset, end);
    if (mode & FALLOC_FL_KEEP_SIZE)
        return check_growth(inode, end); /* nothing is set aside behind it */
    err = file_size_check(end);
    return err != 0 ? err : allocate(inode, offset, end);
}

long sys_fallocate(int fd, int mode, int64_t offset, int64_t len)
{
    struct file *file = fd_get(fd);
    long err;

    if (file == NULL)
        return -EBADF;
    if (offset < 0 || len <= 0)
        err = -EINVAL;
    else if (!is_mode(mode))
        err = -EOPNOTSUPP;
    else
        err = allocate_file(file, mode, (uint64_t)offset, (uint64_t)len);
    file_put(file);
    return err;
}

/* Files live in memory: there is nowhere to write them to. */
long sys_fsync(int fd)
{
    struct file *file = fd_get(fd);
    long err = -EINVAL;

    if (file == NULL)
        return -EBADF;
    if (inode_is(file->inode, S_IFREG) || inode_is(file->inode, S_IFDIR))
        err = 0;
    file_put(file);
    return err;
}

long sys_fdatasync(int fd)
{
    return sys_fsync(fd);
}

long sys_sync(void)
{
    return 0;
}

/* ---- attributes ---- */

long sys_fstat(int fd, struct stat __user *out)
{
    struct file *file = fdtable_lookup(current_files(), fd);
    struct stat st;
    long err;

    if (file == NULL)
        return -EBADF;
    err = file_stat(file, &st);
    file_put(file);
    if (err == 0 && copy_to_user(out, &st, sizeof(st)) != 0)
        err = -EFAULT;
    return err;
}

long sys_fchmod(int fd, unsigned mode)
{
    struct file *file = fd_get(fd);
    long err;

    if (file == NULL)
        return -EBADF;
    err = inode_change_mode(file->inode, mode);
    file_put(file);
    return err;
}

long sys_fchown(int fd, unsigned uid, unsigned gid)
{
    struct file *file = fd_get(fd);
    long err;

    if (file == NULL)
        return -EBADF;
    err = inode_change_owner(file->inode, uid, gid);
    file_put(file);
    return err;
}
