/* SPDX-License-Identifier: MIT */
/*
 * Inodes: what a file is, whatever its names. A file system (struct fs) is a
 * device number and a source of inode numbers; all of Quire's live in memory.
 *
 *   inode_create -> named by dentries and held by open files -> the last
 *   inode_put frees it and its pages: an unlinked file lives until closed
 */
#ifndef KERNEL_FS_INODE_H
#define KERNEL_FS_INODE_H

#include "kernel/abi/stat.h"
#include "kernel/abi/time.h"
#include "kernel/fs/file.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/rbtree.h"
#include "mm/pagecache.h"

struct dentry;
struct dir_writer;
struct pipe;
struct statfs;

#define FS_BLOCK_SIZE 4096U
#define FILE_SIZE_MAX INT64_MAX /* as a file of Linux's tmpfs */

struct fs {
    const char *type;         /* C: as in /proc/mounts */
    uint64_t dev;             /* C: st_dev */
    uint64_t magic;           /* C: statfs.f_type */
    bool fixed;               /* C: users cannot add or remove names */
    struct atomic64 last_ino; /* A */
};                            /* C: constant; A: atomic */

/* Operations of one kind of inode; absent ones have the plain meaning. */
struct inode_ops {
    /* Completes an open: sets file->ops if they differ from inode->file_ops,
     * and private_data. 0 or an errno. */
    int (*open)(struct inode *inode, struct file *file);
    /* Directories whose names are made up on demand: an inode for the name,
     * with a reference. Asked after the directory's dentries. 0, -ENOENT,
     * -ENOMEM. */
    int (*lookup)(struct inode *dir, const char *name, size_t len,
                  struct inode **out);
    /* … and their part of getdents: names from *pos (>= DIR_POS_MADE) on
     * until the writer is full. */
    int (*iterate)(struct inode *dir, uint64_t *pos, struct dir_writer *out);
    /* Symbolic links without a stored target: the text, not terminated. Its
     * length or an errno. */
    ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
    /* Links that lead to an object, not a name (/proc/self/exe). */
    int (*follow)(struct inode *inode, struct dentry **out);
    /* The inode is about to be freed. */
    void (*destroy)(struct inode *inode);
};

struct inode {
    struct page_cache cache;         /* regular files */
    uint64_t filled;                 /* A: while a write makes the file longer:
                                        what of it may be read; else
                                        UINT64_MAX */
    struct atomic refs;              /* A */
    struct fs *fs;                   /* C */
    uint64_t ino;                    /* C */
    const struct inode_ops *ops;     /* C; NULL: plain */
    const struct file_ops *file_ops; /* C: of open files; NULL: by type */
    uint64_t rdev;                   /* C: of device nodes */
    struct mutex lock;               /* writes to and truncation of a file;
                                        pipes: kernel/fs/pipe.c */
    struct spinlock attr_lock;
    uint32_t mode;                              /* type C, permissions A */
    uint32_t uid, gid;                          /* A */
    struct timespec atime, mtime, ctime, btime; /* T */
    uint32_t nlink;                             /* N */
    int32_t writers;   /* A: > 0: open for writing so often; < 0: being run */
    struct list locks; /* record locks; kernel/fs/locks.c */
    union {
        struct {
            struct rbtree names;  /* N: struct dentry by hash and name */
            struct list entries;  /* N: the same, by cookie */
            uint64_t last_cookie; /* N */
        } dir;
        struct {                 /* regular files that came with the ramdisk */
            const uint8_t *data; /* C; NULL: none */
            size_t len;          /* A: what of it still counts */
        } store;
        char *target;      /* C: symbolic links: text, terminated; owned */
        struct pipe *pipe; /* FIFOs; kernel/fs/pipe.c */
    };
    struct {               /* /proc; kernel/fs/procfs.h */
        const void *entry; /* C */
        int pid, fd;       /* C */
    } proc;
}; /* A: atomic; C: constant; T: attr_lock; N: dentry.h's tree lock */

static inline bool inode_is(const struct inode *inode, uint32_t type)
{
    return (inode->mode & S_IFMT) == type;
}

/* A regular file whose contents are pages (those of /proc are not). */
static inline bool inode_has_pages(const struct inode *inode)
{
    return inode->cache.ops != NULL;
}

/* The length of a regular file, as read and stat see it: its cache's size, but
 * while a write makes it longer what has been filled so far. The cache's is
 * read first: it grows after `filled` was set. */
static inline uint64_t inode_length(const struct inode *inode)
{
    uint64_t size = load_acquire(&inode->cache.size);
    uint64_t filled = load_acquire(&inode->filled);

    return MIN(size, filled);
}

/* Boot: the object cache. */
void inode_init(void);

/* A new inode with one reference and no names (nlink 0), all times now.
 * mode: type and permissions. 0 or -ENOMEM. */
__must_check int inode_create(struct fs *fs, uint32_t mode, struct inode **out);
void inode_get(struct inode *inode);
void inode_put(struct inode *inode); /* may sleep */

/* A regular file's first contents: data that stays where it is, which is read
 * page by page when touched. => nobody else knows the inode */
void inode_set_store(struct inode *inode, const uint8_t *data, size_t len);

/* ---- attributes ---- */

/* The present time of day. */
struct timespec inode_now(void);

void inode_stat(struct inode *inode, struct stat *out);
void inode_statfs(struct inode *inode, struct statfs *out);
void inode_chmod(struct inode *inode, uint32_t mode);
/* (uint32_t)-1 leaves an ID as it is. */
void inode_chown(struct inode *inode, uint32_t uid, uint32_t gid);
/* NULL leaves a time as it is. */
void inode_set_times(struct inode *inode, const struct timespec *atime,
                     const struct timespec *mtime);
/* Its contents were written, read (relatime), its attributes changed. */
void inode_touch_written(struct inode *inode);
void inode_touch_read(struct inode *inode);
void inode_touch_changed(struct inode *inode);

/* Sets a regular file's length. 0, -EFBIG, -EISDIR, -EINVAL, -EPERM (sealed).
 * => takes inode->lock; may sleep */
__must_check int inode_truncate(struct inode *inode, uint64_t size);

/* One more open file that can write; -ETXTBSY while a program runs from it.
 * inode_deny_write: the reverse. */
__must_check int inode_get_write(struct inode *inode);
void inode_put_write(struct inode *inode);
__must_check int inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);

/* ---- the kinds of open files ---- */

extern const struct file_ops regular_file_ops; /* kernel/fs/regular.c */
extern const struct file_ops dir_file_ops;     /* kernel/fs/dir.c */
/* kernel/fs/devfs.c: sets file->ops for a device node; -ENXIO if there is no
 * such device. */
__must_check int device_open(struct inode *inode, struct file *file);

#endif
