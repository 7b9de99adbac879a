/* SPDX-License-Identifier: MIT */
/*
 * Arguments that many system calls share: descriptors, times, paths, the
 * superuser.
 */
#ifndef KERNEL_SYSCALL_ARGS_H
#define KERNEL_SYSCALL_ARGS_H

#include "kernel/fs/file.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/namei.h"
#include "kernel/lib/types.h"

struct timespec;
struct timeval;

/* Nanoseconds that stand for "longer than anybody waits". */
#define TIME_MAX ((uint64_t)INT64_MAX)
#define USEC_PER_SEC 1000000

/* Effective user 0: all that Linux guards by a capability. */
bool current_is_root(void);

/* ---- descriptors ---- */

/* The open file behind fd, referenced. NULL, for EBADF, if there is none or
 * it was opened with O_PATH; fdtable_lookup finds those too. */
struct file *fd_get(int fd);
/* The same as fdtable_borrow gives it: for a call that closes nothing. */
struct file_loan fd_borrow(int fd);

/* ---- times ---- */

/* Nanoseconds from a struct of the user's, cut to TIME_MAX. 0, -EFAULT, or
 * -EINVAL if it is negative or not normalised. */
__must_check int timespec_get(const struct timespec __user *from, uint64_t *ns);
struct timespec timespec_make(uint64_t ns);
struct timeval timeval_make(uint64_t ns);
/* 0 or -EFAULT. */
__must_check int timespec_put(struct timespec __user *to, uint64_t ns);

/* Nanoseconds of a kernel copy, cut to TIME_MAX. 0 or -EINVAL. */
__must_check int timeval_ns(const struct timeval *tv, uint64_t *ns);

/* A time span from now on as a deadline, and the reverse (0: passed). */
uint64_t deadline_after(uint64_t ns);
uint64_t deadline_left(uint64_t deadline);
/* A time since 1970 as a deadline. */
uint64_t deadline_at_realtime(uint64_t ns);

/* ---- paths ---- */

/* A path in kernel memory, to be kfree'd. 0, -EFAULT, -ENAMETOOLONG, -ENOMEM;
 * -ENOENT if it is "" and that is not allowed. */
__must_check int path_get(const char __user *from, bool empty_ok, char **out);

/* The two arguments of the *at calls, held while the call runs. */
struct user_path {
    struct path_at at; /* for the functions of namei.h */
    char *text;        /* owned */
    struct file *dir;  /* holds at.base; NULL: the path starts elsewhere */
};

/* dir: a descriptor, or AT_FDCWD. flags: LOOKUP_EMPTY allows "", which stands
 * for dir itself; dir then may be an open file without a name (a pipe):
 * at.base is NULL although dir is not. On success the caller calls
 * user_path_put. As path_get, or -EBADF, -ENOTDIR. */
__must_check int user_path_get(struct user_path *path, int dir,
                               const char __user *from, unsigned flags);
void user_path_put(struct user_path *path);

/* The inode that the arguments name, referenced. flags: LOOKUP_*. As
 * user_path_get and path_lookup. */
__must_check int user_path_inode(int dir, const char __user *from,
                                 unsigned flags, struct inode **out);

/* LOOKUP_* for the AT_EMPTY_PATH and AT_SYMLINK_NOFOLLOW of most calls. */
unsigned at_lookup_flags(int at_flags);

/* ---- files ---- */

/* May the current process, by its effective user (or its real one), do what
 * `mode` (R_OK, W_OK, X_OK) says? 0 or -EACCES. */
int inode_access(const struct inode *inode, int mode, bool real);
/* Is the current user the owner, or root? */
bool inode_owned(const struct inode *inode);
/* chmod(2) and chown(2) of what has been found. 0 or -EPERM. */
int inode_change_mode(struct inode *inode, uint32_t mode);
int inode_change_owner(struct inode *inode, uint32_t uid, uint32_t gid);

/* RLIMIT_FSIZE: 0, or -EFBIG and SIGXFSZ if a file may not be that long. */
int file_size_check(uint64_t size);

#endif
