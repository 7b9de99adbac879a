/* SPDX-License-Identifier: MIT */
/*
 * What many system calls do with their arguments. The contract stands in
 * args.h.
 */
#include "kernel/syscall/args.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/statfs.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/proc/process.h"
#include "mm/seal.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

bool current_is_root(void)
{
    return READ_ONCE(current_process()->cred.euid) == 0;
}

struct file *fd_get(int fd)
{
    struct file *file = fdtable_lookup(current_files(), fd);

    if (file == NULL || likely(!(READ_ONCE(file->flags) & O_PATH)))
        return file;
    file_put(file);
    return NULL;
}

struct file_loan fd_borrow(int fd)
{
    struct file_loan loan = fdtable_borrow(current_files(), fd);

    if (loan.file == NULL || likely(!(READ_ONCE(loan.file->flags) & O_PATH)))
        return loan;
    file_return(loan);
    return (struct file_loan){NULL, false};
}

/* ---- times ---- */

/* sec >= 0 and nsec < NSEC_PER_SEC as nanoseconds, cut. */
static uint64_t time_join(uint64_t sec, uint64_t nsec)
{
    if (sec >= TIME_MAX / NSEC_PER_SEC)
        return TIME_MAX;
    return sec * NSEC_PER_SEC + nsec;
}

int timespec_get(const struct timespec __user *from, uint64_t *ns)
{
    struct timespec ts;

    if (copy_from_user(&ts, from, sizeof(ts)) != 0)
        return -EFAULT;
    if (ts.tv_sec < 0 || (uint64_t)ts.tv_nsec >= NSEC_PER_SEC)
        return -EINVAL;
    *ns = time_join((uint64_t)ts.tv_sec, (uint64_t)ts.tv_nsec);
    return 0;
}

int timeval_ns(const struct timeval *tv, uint64_t *ns)
{
    if (tv->tv_sec < 0 || (uint64_t)tv->tv_usec >= USEC_PER_SEC)
        return -EINVAL;
    *ns =
        time_join((uint64_t)tv->tv_sec, (uint64_t)tv->tv_usec * NSEC_PER_USEC);
    return 0;
}

struct timespec timespec_make(uint64_t ns)
{
    return (struct timespec){
        .tv_sec = (int64_t)(ns / NSEC_PER_SEC),
        .tv_nsec = (int64_t)(ns % NSEC_PER_SEC),
    };
}

struct timeval timeval_make(uint64_t ns)
{
    return (struct timeval){
        .tv_sec = (int64_t)(ns / NSEC_PER_SEC),
        .tv_usec = (int64_t)(ns % NSEC_PER_SEC / NSEC_PER_USEC),
    };
}

int timespec_put(struct timespec __user *to, uint64_t ns)
{
    struct timespec ts = timespec_make(ns);

    return copy_to_user(to, &ts, sizeof(ts)) == 0 ? 0 : -EFAULT;
}

uint64_t deadline_after(uint64_t ns)
{
    uint64_t now = clock_now();

    return ns >= TIME_MAX - now ? TIME_MAX : now + ns;
}

uint64_t deadline_left(uint64_t deadline)
{
    uint64_t now = clock_now();

    return deadline > now ? deadline - now : 0;
}

uint64_t deadline_at_realtime(uint64_t ns)
{
    if (ns == TIME_MAX)
        return TIME_MAX;
    return ns > clock_boot_time ? ns - clock_boot_time : 0;
}

/* ---- paths ---- */

int path_get(const char __user *from, bool empty_ok, char **out)
{
    char *text = kmalloc(PATH_MAX);
    ssize_t len;

    if (text == NULL)
        return -ENOMEM;
    len = strncpy_from_user(text, from, PATH_MAX);
    if (len == 0 && !empty_ok)
        len = -ENOENT;
    if (len < 0) {
        kfree(text);
        return (int)len;
    }
    *out = text;
    return 0;
}

/* Where a relative path starts that is to start at a descriptor. */
static int path_set_dir(struct user_path *path, int dir)
{
    path->dir = fdtable_lookup(current_files(), dir);
    if (path->dir == NULL)
        return -EBADF;
    path->at.base = path->dir->dentry;
    if (path->text[0] != '\0' && !inode_is(path->dir->inode, S_IFDIR))
        return -ENOTDIR;
    return 0;
}

int user_path_get(struct user_path *path, int dir, const char __user *from,
                  unsigned flags)
{
    int err;

    *path = (struct user_path){.at.fs = current_fs()};
    err = path_get(from, (flags & LOOKUP_EMPTY) != 0, &path->text);
    if (err != 0)
        return err;
    path->at.path = path->text;
    if (dir != AT_FDCWD && path->text[0] != '/')
        err = path_set_dir(path, dir);
    if (err != 0)
        user_path_put(path);
    return err;
}

void user_path_put(struct user_path *path)
{
    if (path->dir != NULL)
        file_put(path->dir);
    kfree(path->text);
}

int user_path_inode(int dir, const char __user *from, unsigned flags,
                    struct inode **out)
{
    struct user_path path;
    struct dentry *dentry;
    int err;

    err = user_path_get(&path, dir, from, flags);
    if (err != 0)
        return err;
    if (path.text[0] == '\0' && path.dir != NULL) {
        *out = path.dir->inode;
        inode_get(*out);
    } else {
        err = path_lookup(&path.at, flags, &dentry);
        if (err == 0) {
            *out = dentry->inode;
            inode_get(*out);
            dentry_put(dentry);
        }
    }
    user_path_put(&path);
    return err;
}

unsigned at_lookup_flags(int at_flags)
{
    unsigned flags = 0;

    if (!(at_flags & AT_SYMLINK_NOFOLLOW))
        flags |= LOOKUP_FOLLOW;
    if (at_flags & AT_EMPTY_PATH)
        flags |= LOOKUP_EMPTY;
    return flags;
}

/* ---- files ---- */

#define ANY_X (S_IXUSR | S_IXGRP | S_IXOTH)
#define GROUP_SHIFT 3
#define OWNER_SHIFT 6
#define NO_ID ((uint32_t)-1) /* chown: leave it */

int inode_access(const struct inode *inode, int mode, bool real)
{
    const struct credentials *cred = &current_process()->cred;
    uint32_t uid = READ_ONCE(*(real ? &cred->uid : &cred->euid));
    uint32_t gid = READ_ONCE(*(real ? &cred->gid : &cred->egid));
    uint32_t bits = READ_ONCE(inode->mode);

    if (uid == 0) {
        bool runs = inode_is(inode, S_IFDIR) || (bits & ANY_X) != 0;

        return (mode & X_OK) && !runs ? -EACCES : 0;
    }
    if (uid == READ_ONCE(inode->uid))
        bits >>= OWNER_SHIFT;
    else if (gid == READ_ONCE(inode->gid))
        bits >>= GROUP_SHIFT;
    return (mode & ~(int)bits) == 0 ? 0 : -EACCES;
}

bool inode_owned(const struct inode *inode)
{
    uint32_t euid = READ_ONCE(current_process()->cred.euid);

    return euid == 0 || euid == READ_ONCE(inode->uid);
}

/* /proc's files belong to the processes that they tell of. */
static bool attributes_are_fixed(const struct inode *inode)
{
    return inode->fs->magic == PROC_SUPER_MAGIC;
}

int inode_change_mode(struct inode *inode, uint32_t mode)
{
    bool sealed;

    if (attributes_are_fixed(inode) || !inode_owned(inode))
        return -EPERM;
    mutex_lock(&inode->lock);
    sealed = (seal_get(&inode->cache) & F_SEAL_EXEC) &&
             ((inode->mode ^ mode) & ANY_X);
    if (!sealed)
        inode_chmod(inode, mode);
    mutex_unlock(&inode->lock);
    return sealed ? -EPERM : 0;
}

/* Whoever runs the file then must not get its old owner's rights: a change
 * clears set-user-ID, and set-group-ID where it is not a mark for locking. */
static void clear_set_id(struct inode *inode)
{
    uint32_t mode = READ_ONCE(inode->mode), without = mode & ~S_ISUID;

    if (inode_is(inode, S_IFDIR))
        return;
    if (mode & S_IXGRP)
        without &= ~S_ISGID;
    if (without != mode)
        inode_chmod(inode, without);
}

int inode_change_owner(struct inode *inode, uint32_t uid, uint32_t gid)
{
    const struct credentials *cred = &current_process()->cred;
    uint32_t owner = READ_ONCE(inode->uid);

    if (attributes_are_fixed(inode))
        return -EPERM;
    if (!current_is_root()) {
        if (READ_ONCE(cred->euid) != owner || (uid != NO_ID && uid != owner) ||
            (gid != NO_ID && gid != READ_ONCE(cred->egid) &&
             gid != READ_ONCE(inode->gid)))
            return -EPERM;
    }
    inode_chown(inode, uid, gid);
    clear_set_id(inode);
    return 0;
}

int file_size_check(uint64_t size)
{
    if (likely(size <= current_rlimit(RLIMIT_FSIZE)))
        return 0;
    signal_send_current(SIGXFSZ);
    return -EFBIG;
}
