/* SPDX-License-Identifier: MIT */
/*
 * Opening by name, the working directory, symbolic links' text, and what may
 * be done with a file. Making and removing names is in sys_names.c, what a
 * file is in sys_stat.c, changing that in sys_attr.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/resource.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define MODE_PERMISSIONS 07777U

/* ---- open ---- */

/* All that open(2) knows; Linux ignores the other bits. */
#define OPEN_FLAGS                                                             \
    (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND |            \
     O_NONBLOCK | O_SYNC | O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY |    \
     O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

/* The descriptor is taken first: a full table is found out before the file
 * is made. */
static long open_path(const struct path_at *at, int flags, unsigned mode)
{
    struct fdtable *files = current_files();
    struct file *file;
    int fd, err;

    fd = fdtable_reserve(files, 0, current_rlimit(RLIMIT_NOFILE),
                         (flags & O_CLOEXEC) != 0);
    if (fd < 0)
        return fd;
    err = vfs_open_at(at, flags, mode, &file);
    if (err != 0) {
        fdtable_cancel(files, fd);
        return err;
    }
    fdtable_fill(files, fd, file);
    return fd;
}

long sys_openat(int dir, const char __user *path, int flags, unsigned mode)
{
    struct user_path up;
    long fd;

    flags &= OPEN_FLAGS;
    if (!(flags & O_PATH)) {
        flags |= O_LARGEFILE; /* as on every 64-bit machine */
        if ((flags & TMPFILE_BIT) &&
            (!(flags & O_DIRECTORY) || (flags & O_ACCMODE) == O_RDONLY))
            return -EINVAL;
    }
    fd = user_path_get(&up, dir, path, 0);
    if (fd != 0)
        return fd;
    fd = open_path(&up.at, flags, mode & MODE_PERMISSIONS);
    user_path_put(&up);
    return fd;
}

long sys_open(const char __user *path, int flags, unsigned mode)
{
    return sys_openat(AT_FDCWD, path, flags, mode);
}

long sys_creat(const char __user *path, unsigned mode)
{
    return sys_openat(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* ---- access ---- */

long sys_faccessat2(int dir, const char __user *path, int mode, int flags)
{
    struct inode *inode;
    int err;

    if ((mode & ~(R_OK | W_OK | X_OK)) ||
        (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
        return -EINVAL;
    err = user_path_inode(dir, path, at_lookup_flags(flags), &inode);
    if (err != 0)
        return err;
    if ((mode & X_OK) && inode_is(inode, S_IFREG) && inode->fs->fixed)
        err = -EACCES; /* nothing runs from /proc and /dev */
    else
        err = inode_access(inode, mode, !(flags & AT_EACCESS));
    inode_put(inode);
    return err;
}

long sys_faccessat(int dir, const char __user *path, int mode)
{
    return sys_faccessat2(dir, path, mode, 0);
}

long sys_access(const char __user *path, int mode)
{
    return sys_faccessat2(AT_FDCWD, path, mode, 0);
}

/* ---- the text of a symbolic link ---- */

/* "" is the link that the directory's descriptor was opened on (O_PATH and
 * O_NOFOLLOW). */
static int find_link(const struct user_path *up, struct dentry **out)
{
    int err;

    if (up->dir != NULL && up->at.base == NULL)
        return -ENOENT; /* a file without a name is no link */
    err = path_lookup(&up->at, LOOKUP_EMPTY, out);
    if (err != 0 || inode_is((*out)->inode, S_IFLNK))
        return err;
    dentry_put(*out);
    return up->text[0] == '\0' ? -ENOENT : -EINVAL;
}

long sys_readlinkat(int dir, const char __user *path, char __user *buf,
                    int size)
{
    struct dentry *link;
    struct user_path up;
    ssize_t len;

    if (size <= 0)
        return -EINVAL;
    len = user_path_get(&up, dir, path, LOOKUP_EMPTY);
    if (len != 0)
        return len;
    len = find_link(&up, &link);
    if (len == 0) { /* the path has been used: its memory takes the text */
        len = vfs_readlink(link, up.text, (size_t)MIN(size, PATH_MAX));
        dentry_put(link);
        if (len > 0 && copy_to_user(buf, up.text, (size_t)len) != 0)
            len = -EFAULT;
    }
    user_path_put(&up);
    return len;
}

long sys_readlink(const char __user *path, char __user *buf, int size)
{
    return sys_readlinkat(AT_FDCWD, path, buf, size);
}

/* ---- the working directory ---- */

long sys_chdir(const char __user *path)
{
    struct dentry *dentry;
    struct user_path up;
    int err;

    err = user_path_get(&up, AT_FDCWD, path, 0);
    if (err != 0)
        return err;
    err = path_lookup(&up.at, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dentry);
    if (err == 0)
        fs_context_set_cwd(current_fs(), dentry);
    user_path_put(&up);
    return err;
}

/* The directory's path; its length with the NUL. */
static ssize_t cwd_path(char *buf, size_t size)
{
    struct dentry *cwd = fs_context_get_cwd(current_fs());
    size_t len = dentry_path(cwd, buf, size) + 1;
    /* Looked at afterwards: a name that is still there was there before. */
    bool gone = READ_ONCE(cwd->inode->nlink) == 0 && !cwd->inode->fs->fixed;

    dentry_put(cwd);
    if (gone)
        return -ENOENT;
    return len <= size ? (ssize_t)len : -ENAMETOOLONG;
}

long sys_getcwd(char __user *buf, size_t size)
{
    char *path = kmalloc(PATH_MAX);
    ssize_t len;

    if (path == NULL)
        return -ENOMEM;
    len = cwd_path(path, PATH_MAX);
    if (len > 0 && (size_t)len > size)
        len = -ERANGE;
    if (len > 0 && copy_to_user(buf, path, (size_t)len) != 0)
        len = -EFAULT;
    kfree(path);
    return len;
}

long sys_umask(unsigned mask)
{
    return (long)fs_context_set_umask(current_fs(), mask);
}
