/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks on files: record locks of processes and of open files
 * (fcntl(2)) and whole-file locks (flock(2)). They only meet locks of their
 * own family.
 */
#ifndef KERNEL_FS_LOCKS_H
#define KERNEL_FS_LOCKS_H

#include "kernel/fs/inode.h"

enum lock_family {
    LOCK_RECORD, /* fcntl: processes' and open files' */
    LOCK_WHOLE,  /* flock */
};

#define LOCK_END UINT64_MAX /* to the end of the file, however far */

struct lock_request {
    enum lock_family family;
    int type;            /* F_RDLCK, F_WRLCK, F_UNLCK */
    uint64_t start, end; /* bytes, `end` included; LOCK_END */
    const void *owner;   /* the descriptor table, or the open file */
    int pid;             /* shown by F_GETLK; -1: an open file's */
};

/* Sets, changes or removes the owner's locks on the range. 0; -EAGAIN if it
 * conflicts and !wait; -EDEADLK if waiting would never end; -ERESTARTSYS;
 * -ENOMEM. => may sleep if wait */
/* A descriptor may be closed by another thread meanwhile: who sets a record
 * lock looks afterwards whether the descriptor still refers to the file, and
 * calls locks_release_owner if not. */
__must_check int lock_set(struct inode *inode, const struct lock_request *req,
                          bool wait);

/* The first lock that req would have to wait for, into *req (its owner is
 * then meaningless); type F_UNLCK if there is none. */
void lock_test(struct inode *inode, struct lock_request *req);

/* A process closed a descriptor of the file: its record locks go. */
void locks_release_owner(struct file *file, const void *owner);
/* The open file goes, and with it the locks that it owns. */
void locks_release_file(struct file *file);
/* The inode goes. */
void locks_release_all(struct inode *inode);

#endif
