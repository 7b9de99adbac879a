/* SPDX-License-Identifier: MIT */
/*
 * Changing what a named file is: its length, permissions, owner and times.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/statfs.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

/* ---- length ---- */

static int truncate_inode(struct inode *inode, uint64_t len)
{
    int err;

    if (inode_is(inode, S_IFDIR))
        return -EISDIR;
    if (!inode_is(inode, S_IFREG))
        return -EINVAL;
    err = inode_access(inode, W_OK, false);
    if (err == 0)
        err = file_size_check(len);
    if (err == 0)
        err = inode_get_write(inode);
    if (err != 0)
        return err;
    err = inode_truncate(inode, len);
    inode_put_write(inode);
    return err;
}

long sys_truncate(const char __user *path, int64_t len)
{
    struct inode *inode;
    int err;

    if (len < 0)
        return -EINVAL;
    err = user_path_inode(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);
    if (err != 0)
        return err;
    err = truncate_inode(inode, (uint64_t)len);
    inode_put(inode);
    return err;
}

/* ---- permissions and owner ---- */

long sys_fchmodat(int dir, const char __user *path, unsigned mode)
{
    struct inode *inode;
    int err;

    err = user_path_inode(dir, path, LOOKUP_FOLLOW, &inode);
    if (err != 0)
        return err;
    err = inode_change_mode(inode, mode);
    inode_put(inode);
    return err;
}

long sys_chmod(const char __user *path, unsigned mode)
{
    return sys_fchmodat(AT_FDCWD, path, mode);
}

long sys_fchownat(int dir, const char __user *path, unsigned uid, unsigned gid,
                  int flags)
{
    struct inode *inode;
    int err;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    err = user_path_inode(dir, path, at_lookup_flags(flags), &inode);
    if (err != 0)
        return err;
    err = inode_change_owner(inode, uid, gid);
    inode_put(inode);
    return err;
}

long sys_chown(const char __user *path, unsigned uid, unsigned gid)
{
    return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

long sys_lchown(const char __user *path, unsigned uid, unsigned gid)
{
    return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

/* ---- times ---- */

/* As utimensat has them, in order: access, modification. */
struct new_times {
    struct timespec ts[2];
};

static bool nsec_valid(int64_t nsec)
{
    return nsec == UTIME_NOW || nsec == UTIME_OMIT ||
           (nsec >= 0 && nsec < (int64_t)NSEC_PER_SEC);
}

/* Who may write a file may say that it was used now; any other time takes
 * its owner. */
static int times_allowed(const struct inode *inode,
                         const struct new_times *times)
{
    bool now =
        times->ts[0].tv_nsec == UTIME_NOW && times->ts[1].tv_nsec == UTIME_NOW;

    if (inode->fs->magic == PROC_SUPER_MAGIC)
        return -EPERM;
    if (inode_owned(inode))
        return 0;
    return now ? inode_access(inode, W_OK, false) : -EPERM;
}

static int set_times(struct inode *inode, struct new_times *times)
{
    const struct timespec *set[2];
    int err;

    if (!nsec_valid(times->ts[0].tv_nsec) || !nsec_valid(times->ts[1].tv_nsec))
        return -EINVAL;
    err = times_allowed(inode, times);
    if (err != 0)
        return err;
    for (size_t i = 0; i < ARRAY_SIZE(set); i++) {
        set[i] = &times->ts[i];
        if (times->ts[i].tv_nsec == UTIME_NOW)
            times->ts[i] = inode_now();
        else if (times->ts[i].tv_nsec == UTIME_OMIT)
            set[i] = NULL;
    }
    inode_set_times(inode, set[0], set[1]);
    return 0;
}

/* path NULL: the descriptor's file itself. */
static int find_inode(int dir, const char __user *path, int flags,
                      struct inode **out)
{
    struct file *file;

    if (path != NULL || dir == AT_FDCWD) {
        if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
            return -EINVAL;
        return user_path_inode(dir, path, at_lookup_flags(flags), out);
    }
    if (flags != 0)
        return -EINVAL;
    file = fd_get(dir);
    if (file == NULL)
        return -EBADF;
    *out = file->inode;
    inode_get(*out);
    file_put(file);
    return 0;
}

long sys_utimensat(int dir, const char __user *path,
                   const struct timespec __user *times, int flags)
{
    struct new_times new = {
        .ts = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}},
    };
    struct inode *inode;
    int err;

    if (times != NULL) {
        if (copy_from_user(new.ts, times, sizeof(new.ts)) != 0)
            return -EFAULT;
        if (new.ts[0].tv_nsec == UTIME_OMIT &&new.ts[1].tv_nsec == UTIME_OMIT)
            return 0;
    }
    err = find_inode(dir, path, flags, &inode);
    if (err != 0)
        return err;
    err = set_times(inode, &new);
    inode_put(inode);
    return err;
}
