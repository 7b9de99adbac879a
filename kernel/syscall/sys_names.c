/* SPDX-License-Identifier: MIT */
/*
 * Making, linking, moving and removing names. The work is done by the vfs_
 * functions of kernel/fs/namei.h; here are flags, modes and two paths at once.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/slab.h"

#define MODE_PERMISSIONS 07777U
#define MKDIR_PERMISSIONS 01777U /* mkdir(2) drops the set-ID bits */

/* ---- making ---- */

static long make(int dir, const char __user *path,
                 const struct make_request *req)
{
    struct user_path up;
    int err;

    err = user_path_get(&up, dir, path, 0);
    if (err != 0)
        return err;
    err = vfs_make(&up.at, req);
    user_path_put(&up);
    return err;
}

long sys_mkdirat(int dir, const char __user *path, unsigned mode)
{
    struct make_request req = {
        .mode = S_IFDIR | (mode & MKDIR_PERMISSIONS),
    };

    return make(dir, path, &req);
}

long sys_mkdir(const char __user *path, unsigned mode)
{
    return sys_mkdirat(AT_FDCWD, path, mode);
}

long sys_mknodat(int dir, const char __user *path, unsigned mode,
                 unsigned long dev)
{
    struct make_request req = {
        .mode = mode & (S_IFMT | MODE_PERMISSIONS),
    };

    switch (mode & S_IFMT) {
    case 0: req.mode |= S_IFREG; break;
    case S_IFCHR:
    case S_IFBLK:
        if (!current_is_root())
            return -EPERM;
        req.rdev = (uint32_t)dev;
        break;
    case S_IFREG:
    case S_IFIFO:
    case S_IFSOCK: break;
    case S_IFDIR: return -EPERM;
    default: return -EINVAL;
    }
    return make(dir, path, &req);
}

long sys_mknod(const char __user *path, unsigned mode, unsigned long dev)
{
    return sys_mknodat(AT_FDCWD, path, mode, dev);
}

long sys_symlinkat(const char __user *target, int dir, const char __user *path)
{
    struct make_request req = {.mode = S_IFLNK};
    char *text;
    long err;

    err = path_get(target, false, &text);
    if (err != 0)
        return err;
    req.target = text;
    err = make(dir, path, &req);
    kfree(text);
    return err;
}

long sys_symlink(const char __user *target, const char __user *path)
{
    return sys_symlinkat(target, AT_FDCWD, path);
}

/* ---- removing ---- */

static long remove(int dir, const char __user *path, bool directory)
{
    struct user_path up;
    int err;

    err = user_path_get(&up, dir, path, 0);
    if (err != 0)
        return err;
    err = vfs_unlink(&up.at, directory);
    user_path_put(&up);
    return err;
}

long sys_unlinkat(int dir, const char __user *path, int flags)
{
    if (flags & ~AT_REMOVEDIR)
        return -EINVAL;
    return remove(dir, path, (flags & AT_REMOVEDIR) != 0);
}

long sys_unlink(const char __user *path)
{
    return remove(AT_FDCWD, path, false);
}

long sys_rmdir(const char __user *path)
{
    return remove(AT_FDCWD, path, true);
}

/* ---- two names ---- */

long sys_linkat(int from_dir, const char __user *from, int to_dir,
                const char __user *to, int flags)
{
    struct user_path old, new;
    unsigned lookup = 0;
    int err;

    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (flags & AT_SYMLINK_FOLLOW)
        lookup |= LOOKUP_FOLLOW;
    if ((flags & AT_EMPTY_PATH) && current_is_root())
        lookup |= LOOKUP_EMPTY;
    err = user_path_get(&old, from_dir, from, lookup);
    if (err != 0)
        return err;
    err = user_path_get(&new, to_dir, to, 0);
    if (err != 0)
        goto put_old;
    if (old.dir != NULL && old.at.base == NULL)
        err = -EXDEV; /* a file that no directory could hold */
    else
        err = vfs_link(&old.at, &new.at, lookup);
    user_path_put(&new);
put_old:
    user_path_put(&old);
    return err;
}

long sys_link(const char __user *from, const char __user *to)
{
    return sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* RENAME_WHITEOUT leaves a mark that only layered file systems read. */
long sys_renameat2(int from_dir, const char __user *from, int to_dir,
                   const char __user *to, unsigned flags)
{
    struct user_path old, new;
    int err;

    if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) ||
        flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
        return -EINVAL;
    err = user_path_get(&old, from_dir, from, 0);
    if (err != 0)
        return err;
    err = user_path_get(&new, to_dir, to, 0);
    if (err == 0) {
        err = vfs_rename(&old.at, &new.at, flags);
        user_path_put(&new);
    }
    user_path_put(&old);
    return err;
}

long sys_renameat(int from_dir, const char __user *from, int to_dir,
                  const char __user *to)
{
    return sys_renameat2(from_dir, from, to_dir, to, 0);
}

long sys_rename(const char __user *from, const char __user *to)
{
    return sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}
