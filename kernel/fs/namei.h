/* SPDX-License-Identifier: MIT */
/*
 * From path names to dentries, and the operations that make, move and remove
 * names. Follows path_resolution(7).
 */
#ifndef KERNEL_FS_NAMEI_H
#define KERNEL_FS_NAMEI_H

#include "kernel/fs/dentry.h"
#include "kernel/fs/file.h"

#define SYMLINKS_MAX 40 /* followed in one lookup; then ELOOP */

/* A path and where it starts if it is relative. Borrows all three. */
struct path_at {
    struct fs_context *fs;
    struct dentry *base; /* NULL: the working directory */
    const char *path;    /* at most PATH_MAX bytes with its NUL */
};

/* The root of the tree; C after fs_init. */
extern struct dentry *root_dentry;

#define LOOKUP_FOLLOW 1    /* a symbolic link at the end is followed */
#define LOOKUP_DIRECTORY 2 /* what is found must be a directory */
#define LOOKUP_EMPTY 4     /* "" is the base itself */

/* What the path names, with a reference. 0, or ENOENT, ENOTDIR, ELOOP,
 * ENAMETOOLONG, ENOMEM. */
__must_check int path_lookup(const struct path_at *at, unsigned flags,
                             struct dentry **out);

/* ---- a walk that stops before the last part, to change it ---- */

enum last_kind { LAST_NAME, LAST_DOT, LAST_DOTDOT, LAST_NONE };

struct walk {
    struct dentry *at;   /* where the walk stands, referenced */
    const char *rest;    /* what is left of the text */
    char *buffer;        /* kmalloc'ed, holds rest once a link was followed */
    unsigned nlinks;     /* symbolic links followed */
    struct name last;    /* the last part, if kind is LAST_NAME */
    enum last_kind kind; /* LAST_NONE: the path was "/", or led to an object */
    bool slash;          /* something like "/" follows the last part */
};

/* Starts a walk. walk_end frees what it holds, also after failures. */
__must_check int walk_start(struct walk *walk, const struct path_at *at);
/* Goes on to the directory of the last part. */
__must_check int walk_to_last(struct walk *walk);
/* After walk_to_last, with the last part being a symbolic link: takes its text
 * in the part's place; walk_to_last may be called again. */
__must_check int walk_follow(struct walk *walk, struct dentry *link);
void walk_end(struct walk *walk);

/* ---- operations; each follows the system call of that name ---- */

/* What mknod, mkdir and symlink make. */
struct make_request {
    uint32_t mode;      /* type and permissions, the umask not yet applied */
    uint64_t rdev;      /* device nodes */
    const char *target; /* symbolic links */
};

__must_check int vfs_make(const struct path_at *at,
                          const struct make_request *req);
__must_check int vfs_unlink(const struct path_at *at, bool directory);
/* flags: LOOKUP_FOLLOW, LOOKUP_EMPTY. */
__must_check int vfs_link(const struct path_at *from, const struct path_at *to,
                          unsigned flags);
/* flags: RENAME_NOREPLACE, RENAME_EXCHANGE. */
__must_check int vfs_rename(const struct path_at *from,
                            const struct path_at *to, unsigned flags);
__must_check int vfs_open_at(const struct path_at *at, int flags, unsigned mode,
                             struct file **out);
/* The text of a symbolic link; its length, cut to size, or -EINVAL. */
ssize_t vfs_readlink(struct dentry *dentry, char *buf, size_t size);

/* A new inode in dir's file system, as make_request says, named nowhere yet. */
__must_check int vfs_new_inode(struct dentry *dir,
                               const struct make_request *req,
                               struct inode **out);
/* Links a new inode into dir; the name must be free. On success takes over the
 * caller's reference on inode, and returns the dentry with one if out is not
 * NULL. 0, -EEXIST, -ENOENT, -ENOMEM. */
__must_check int vfs_add(struct dentry *dir, const struct name *name,
                         struct inode *inode, struct dentry **out);

/* ---- working directory and umask; kernel/fs/context.c ---- */

/* With a reference. */
struct dentry *fs_context_get_cwd(struct fs_context *fs);
/* Takes over the caller's reference. */
void fs_context_set_cwd(struct fs_context *fs, struct dentry *dir);
unsigned fs_context_umask(struct fs_context *fs);
/* Sets it; the one before. */
unsigned fs_context_set_umask(struct fs_context *fs, unsigned mask);

#endif
