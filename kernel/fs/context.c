/* SPDX-License-Identifier: MIT */
/*
 * A process's place in the tree: its working directory and its umask. Threads
 * share one (CLONE_FS). The contract stands in file.h and namei.h.
 */
#include "kernel/fs/namei.h"
#include "mm/slab.h"

#define UMASK_FIRST 022

struct fs_context {
    struct atomic refs; /* A */
    struct spinlock lock;
    struct dentry *cwd; /* L: referenced */
    unsigned umask;     /* A */
};                      /* A: atomic; L: lock */

/* Takes over the reference on cwd if it succeeds. */
static int context_make(struct dentry *cwd, unsigned umask,
                        struct fs_context **out)
{
    struct fs_context *fs = kmalloc(sizeof(*fs));

    if (fs == NULL)
        return -ENOMEM;
    atomic_store(&fs->refs, 1);
    spin_init(&fs->lock);
    fs->cwd = cwd;
    fs->umask = umask;
    *out = fs;
    return 0;
}

int fs_context_create(struct fs_context **out)
{
    int err;

    dentry_get(root_dentry);
    err = context_make(root_dentry, UMASK_FIRST, out);
    if (err != 0)
        dentry_put(root_dentry);
    return err;
}

int fs_context_clone(struct fs_context *from, struct fs_context **out)
{
    struct dentry *cwd = fs_context_get_cwd(from);
    int err;

    err = context_make(cwd, fs_context_umask(from), out);
    if (err != 0)
        dentry_put(cwd);
    return err;
}

void fs_context_get(struct fs_context *fs)
{
    atomic_inc(&fs->refs);
}

void fs_context_put(struct fs_context *fs)
{
    if (!atomic_dec_and_test(&fs->refs))
        return;
    dentry_put(fs->cwd);
    kfree(fs);
}

struct dentry *fs_context_get_cwd(struct fs_context *fs)
{
    struct dentry *cwd;

    spin_lock(&fs->lock);
    cwd = fs->cwd;
    dentry_get(cwd);
    spin_unlock(&fs->lock);
    return cwd;
}

void fs_context_set_cwd(struct fs_context *fs, struct dentry *dir)
{
    struct dentry *old;

    spin_lock(&fs->lock);
    old = fs->cwd;
    fs->cwd = dir;
    spin_unlock(&fs->lock);
    dentry_put(old);
}

unsigned fs_context_umask(struct fs_context *fs)
{
    return READ_ONCE(fs->umask);
}

unsigned fs_context_set_umask(struct fs_context *fs, unsigned mask)
{
    return __atomic_exchange_n(&fs->umask, mask & 0777, __ATOMIC_SEQ_CST);
}
