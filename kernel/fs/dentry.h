/* SPDX-License-Identifier: MIT */
/*
 * The tree of names. In a file system that lives in memory the dentries are
 * the directories: a name exists while its dentry is linked into its
 * parent's inode.
 *
 *     unlinked --dentry_link--> linked --dentry_unlink--> unlinked
 *
 * A linked dentry is held by its directory, any dentry holds its parent and
 * its inode. /proc makes dentries on demand, which are never linked.
 *
 *   I1  linked: in parent->inode's tree and list, parent is alive
 *   I2  a directory's inode has one dentry; it dies (nlink 0) when unlinked
 *   I3  mounted and covers come in pairs and stay for ever
 *
 * All names, links and counts are guarded by one spinlock (N), the innermost
 * but for the allocators'.
 */
#ifndef KERNEL_FS_DENTRY_H
#define KERNEL_FS_DENTRY_H

#include "kernel/fs/inode.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rbtree.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"

/* A name as a part of a path: not terminated. */
struct name {
    const char *text;
    size_t len;
    uint32_t hash; /* dentry_hash(text, len) */
};

struct dentry {
    struct atomic refs;     /* A */
    uint32_t hash;          /* N: of the name */
    struct dentry *parent;  /* N: referenced; NULL: a root, or nameless */
    struct inode *inode;    /* C: referenced */
    char *name;             /* N: terminated; owned */
    size_t name_len;        /* N */
    bool linked;            /* N */
    struct rbnode node;     /* N: in parent->inode->dir.names */
    struct list link;       /* N: in parent->inode->dir.entries */
    uint64_t cookie;        /* N: its place in getdents; rises along the list */
    struct dentry *mounted; /* C: the root that covers this directory */
    struct dentry *covers;  /* C: the reverse */
}; /* A: atomic; C: constant once fs_init is done; N: dentry_lock */

extern struct spinlock dentry_lock;

/* Positions in a directory: of ".", "..", the first dentry, and the first
 * name that inode_ops.iterate makes up. */
#define DIR_POS_DOT 0UL
#define DIR_POS_DOTDOT 1UL
#define DIR_POS_FIRST 2UL
#define DIR_POS_MADE (1UL << 40)

/* Boot: the object cache. */
void dentry_init(void);

struct name name_make(const char *text, size_t len);

static inline void dentry_get(struct dentry *dentry)
{
    atomic_inc(&dentry->refs);
}

void dentry_put(struct dentry *dentry); /* may sleep */

/* A dentry with one reference, unlinked. Takes a reference on parent (may be
 * NULL), takes over the caller's on inode if it succeeds. 0 or -ENOMEM. */
__must_check int dentry_create(struct dentry *parent, const struct name *name,
                               struct inode *inode, struct dentry **out);

/* What `name` is in the directory, with a reference; what is mounted on it is
 * not looked at. 0, -ENOENT, -ENOTDIR or -ENOMEM. */
__must_check int dentry_lookup(struct dentry *dir, const struct name *name,
                               struct dentry **out);

/* The directory's parent, across mounts; the root's is itself. */
struct dentry *dentry_get_parent(struct dentry *dir);
/* Steps from a directory to what is mounted on it, with the reference. */
struct dentry *dentry_cross_mount(struct dentry *dentry);

/* Its absolute path, cut to size; the length that it has in full. An unlinked
 * one ends in " (deleted)". => any context */
size_t dentry_path(struct dentry *dentry, char *buf, size_t size);

/* ---- changes: => dentry_lock held ---- */

struct dentry *dentry_find_locked(struct dentry *dir, const struct name *name);
/* May names be added to dir: 0, -ENOENT if it was removed, -ENOENT or -EPERM
 * if its file system is fixed. */
int dentry_may_change_locked(struct dentry *dir, bool removal);
/* Links a new dentry into its parent, which gets a reference to it; counts
 * the links of the inode and, for a directory, of the parent. */
void dentry_link_locked(struct dentry *dentry);
/* The reverse; the directory's reference passes to the caller. */
void dentry_unlink_locked(struct dentry *dentry);
bool dentry_is_empty_locked(const struct dentry *dir);
/* Is `dentry` the same as, or below, `top`? */
bool dentry_is_below_locked(const struct dentry *dentry,
                            const struct dentry *top);

/* ---- getdents ---- */

/* Where the names of a directory go: whole struct linux_dirent64 records. */
struct dir_writer {
    struct iobuf *io; /* the kernel's memory */
    bool full;        /* the last name did not fit */
};

/* Adds a record; false if there is no room for it. `next` is the position
 * after it. */
bool dir_emit(struct dir_writer *out, const struct name *name, uint64_t ino,
              uint32_t mode, uint64_t next);

#endif
