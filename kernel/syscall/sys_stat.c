/* SPDX-License-Identifier: MIT */
/*
 * What a file is, and what its file system is: the stat family, statfs,
 * extended attributes (of which no file has any).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/statfs.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

#define STAT_FLAGS                                                             \
    (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)

#define XATTR_NAME_MAX 255 /* bytes, without the NUL */

/* ---- stat ---- */

long sys_newfstatat(int dir, const char __user *path, struct stat __user *out,
                    int flags)
{
    struct inode *inode;
    struct stat st;
    int err;

    if (flags & ~STAT_FLAGS)
        return -EINVAL;
    err = user_path_inode(dir, path, at_lookup_flags(flags), &inode);
    if (err != 0)
        return err;
    inode_stat(inode, &st);
    inode_put(inode);
    return copy_to_user(out, &st, sizeof(st)) == 0 ? 0 : -EFAULT;
}

long sys_stat(const char __user *path, struct stat __user *out)
{
    return sys_newfstatat(AT_FDCWD, path, out, 0);
}

long sys_lstat(const char __user *path, struct stat __user *out)
{
    return sys_newfstatat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}

/* ---- statx ---- */

static struct statx_timestamp statx_time(struct timespec ts)
{
    return (struct statx_timestamp){
        .tv_sec = ts.tv_sec,
        .tv_nsec = (uint32_t)ts.tv_nsec,
    };
}

static void fill_statx(struct inode *inode, struct statx *out)
{
    struct timespec btime;
    struct stat st;

    inode_stat(inode, &st);
    spin_lock(&inode->attr_lock);
    btime = inode->btime;
    spin_unlock(&inode->attr_lock);
    *out = (struct statx){
        .stx_mask = STATX_BASIC_STATS | STATX_BTIME,
        .stx_blksize = (uint32_t)st.st_blksize,
        .stx_nlink = (uint32_t)st.st_nlink,
        .stx_uid = st.st_uid,
        .stx_gid = st.st_gid,
        .stx_mode = (uint16_t)st.st_mode,
        .stx_ino = st.st_ino,
        .stx_size = (uint64_t)st.st_size,
        .stx_blocks = (uint64_t)st.st_blocks,
        .stx_atime = statx_time(st.st_atim),
        .stx_btime = statx_time(btime),
        .stx_ctime = statx_time(st.st_ctim),
        .stx_mtime = statx_time(st.st_mtim),
        .stx_rdev_major = ABI_MAJOR(st.st_rdev),
        .stx_rdev_minor = ABI_MINOR(st.st_rdev),
        .stx_dev_major = ABI_MAJOR(st.st_dev),
        .stx_dev_minor = ABI_MINOR(st.st_dev),
    };
}

/* All that is known is given, whatever the mask asks for. */
long sys_statx(int dir, const char __user *path, int flags, unsigned mask,
               struct statx __user *out)
{
    struct inode *inode;
    struct statx stx;
    int err;

    if ((mask & STATX__RESERVED) || (flags & ~STAT_FLAGS) ||
        (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    err = user_path_inode(dir, path, at_lookup_flags(flags), &inode);
    if (err != 0)
        return err;
    fill_statx(inode, &stx);
    inode_put(inode);
    return copy_to_user(out, &stx, sizeof(stx)) == 0 ? 0 : -EFAULT;
}

/* ---- statfs ---- */

static long put_statfs(struct inode *inode, void __user *out)
{
    struct statfs st;

    inode_statfs(inode, &st);
    return copy_to_user(out, &st, sizeof(st)) == 0 ? 0 : -EFAULT;
}

long sys_statfs(const char __user *path, void __user *out)
{
    struct inode *inode;
    long err;

    err = user_path_inode(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);
    if (err != 0)
        return err;
    err = put_statfs(inode, out);
    inode_put(inode);
    return err;
}

long sys_fstatfs(int fd, void __user *out)
{
    struct file *file = fdtable_lookup(current_files(), fd);
    long err;

    if (file == NULL)
        return -EBADF;
    err = put_statfs(file->inode, out);
    file_put(file);
    return err;
}

/* ---- extended attributes ---- */

/* The answer for any file, once its name is known to be good. */
static long no_attribute(const char __user *name)
{
    char text[XATTR_NAME_MAX + 1];
    ssize_t len = strncpy_from_user(text, name, sizeof(text));

    if (len == 0 || len == -ENAMETOOLONG)
        return -ERANGE;
    return len < 0 ? len : -EOPNOTSUPP;
}

static long path_getxattr(const char __user *path, const char __user *name,
                          unsigned lookup)
{
    struct inode *inode;
    int err;

    err = user_path_inode(AT_FDCWD, path, lookup, &inode);
    if (err != 0)
        return err;
    inode_put(inode);
    return no_attribute(name);
}

long sys_getxattr(const char __user *path, const char __user *name,
                  void __user *value __unused, size_t size __unused)
{
    return path_getxattr(path, name, LOOKUP_FOLLOW);
}

long sys_lgetxattr(const char __user *path, const char __user *name,
                   void __user *value __unused, size_t size __unused)
{
    return path_getxattr(path, name, 0);
}

long sys_fgetxattr(int fd, const char __user *name, void __user *value __unused,
                   size_t size __unused)
{
    struct file *file = fd_get(fd);

    if (file == NULL)
        return -EBADF;
    file_put(file);
    return no_attribute(name);
}
