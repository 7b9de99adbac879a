/* SPDX-License-Identifier: MIT */
/*
 * Making, linking and removing names. The contract stands in namei.h; renaming
 * is in rename.c.
 *
 * Each operation walks to the directory, allocates what it may need, and then
 * checks and changes the tree in one go under dentry_lock.
 */
#include "kernel/fs/namei.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define MODE_PERMISSIONS 07777U
#define LINK_MODE (S_IFLNK | 0777)

int vfs_new_inode(struct dentry *dir, const struct make_request *req,
                  struct inode **out)
{
    struct inode *inode;
    size_t size;
    int err;

    err = inode_create(dir->inode->fs, req->mode, &inode);
    if (err != 0)
        return err;
    inode->rdev = req->rdev;
    if (req->target != NULL) {
        size = strlen(req->target) + 1;
        inode->target = kmalloc(size);
        if (inode->target == NULL) {
            inode_put(inode);
            return -ENOMEM;
        }
        memcpy(inode->target, req->target, size);
    }
    *out = inode;
    return 0;
}

/* Links the new dentry unless its name is taken. */
static int add_checked(struct dentry *dir, const struct name *name,
                       struct dentry *dentry)
{
    int err;

    spin_lock(&dentry_lock);
    err = dentry_may_change_locked(dir, false);
    if (err == 0 && dentry_find_locked(dir, name) != NULL)
        err = -EEXIST;
    if (err == 0)
        dentry_link_locked(dentry);
    spin_unlock(&dentry_lock);
    return err;
}

int vfs_add(struct dentry *dir, const struct name *name, struct inode *inode,
            struct dentry **out)
{
    struct dentry *dentry;
    int err;

    err = dentry_create(dir, name, inode, &dentry);
    if (err != 0)
        return err;
    err = add_checked(dir, name, dentry);
    if (err != 0) {
        inode_get(inode); /* it stays the caller's */
        dentry_put(dentry);
        return err;
    }
    inode_touch_written(dir->inode);
    inode_touch_changed(inode);
    if (out != NULL)
        *out = dentry;
    else
        dentry_put(dentry);
    return 0;
}

/* Goes to where a new name is to be: -EEXIST if it is there already, -ENOENT
 * if only a directory could have the slash after it. */
static int walk_to_new(struct walk *walk, const struct path_at *at,
                       bool directory)
{
    struct dentry *found;
    int err;

    err = walk_start(walk, at);
    if (err == 0)
        err = walk_to_last(walk);
    if (err != 0)
        return err;
    if (walk->kind != LAST_NAME)
        return -EEXIST;
    err = dentry_lookup(walk->at, &walk->last, &found);
    if (err == 0) {
        dentry_put(found);
        return -EEXIST;
    }
    if (err != -ENOENT)
        return err;
    return walk->slash && !directory ? -ENOENT : 0;
}

int vfs_make(const struct path_at *at, const struct make_request *req)
{
    struct make_request masked = *req;
    struct inode *inode;
    struct walk walk;
    int err;

    if (req->target != NULL && req->target[0] == '\0')
        return -ENOENT;
    err = walk_to_new(&walk, at, (req->mode & S_IFMT) == S_IFDIR);
    if (err != 0)
        goto end_walk;
    if (req->target == NULL)
        masked.mode &= ~(fs_context_umask(at->fs) & MODE_PERMISSIONS);
    else
        masked.mode = LINK_MODE;
    err = vfs_new_inode(walk.at, &masked, &inode);
    if (err != 0)
        goto end_walk;
    err = vfs_add(walk.at, &walk.last, inode, NULL);
    if (err != 0)
        inode_put(inode);
end_walk:
    walk_end(&walk);
    return err;
}

int vfs_link(const struct path_at *from, const struct path_at *to,
             unsigned flags)
{
    struct dentry *source;
    struct inode *inode;
    struct walk walk;
    int err;

    err = path_lookup(from, flags, &source);
    if (err != 0)
        return err;
    inode = source->inode;
    err = walk_to_new(&walk, to, false);
    if (err == 0 && walk.at->inode->fs != inode->fs)
        err = -EXDEV;
    if (err == 0 && (inode_is(inode, S_IFDIR) || inode->fs->fixed))
        err = -EPERM;
    if (err == 0 && READ_ONCE(inode->nlink) == 0)
        err = -ENOENT;
    if (err == 0) {
        inode_get(inode);
        err = vfs_add(walk.at, &walk.last, inode, NULL);
        if (err != 0)
            inode_put(inode);
    }
    walk_end(&walk);
    dentry_put(source);
    return err;
}

/* ---- removing ---- */

/* The errno for a last part that is no name. */
static int unlink_last_error(enum last_kind kind, bool directory)
{
    if (kind == LAST_NAME)
        return 0;
    if (!directory)
        return -EISDIR;
    if (kind == LAST_DOT)
        return -EINVAL;
    return kind == LAST_DOTDOT ? -ENOTEMPTY : -EBUSY;
}

static int unlink_locked(struct walk *walk, bool directory,
                         struct dentry **victim)
{
    struct dentry *dentry = dentry_find_locked(walk->at, &walk->last);
    bool is_dir;
    int err;

    if (dentry == NULL)
        return walk->at->inode->fs->fixed ? -EPERM : -ENOENT;
    is_dir = inode_is(dentry->inode, S_IFDIR);
    if (directory && !is_dir)
        return -ENOTDIR;
    if (!directory && is_dir)
        return -EISDIR;
    if (!directory && walk->slash)
        return -ENOTDIR;
    err = dentry_may_change_locked(walk->at, true);
    if (err != 0)
        return err;
    if (dentry->mounted != NULL)
        return -EBUSY;
    if (directory && !dentry_is_empty_locked(dentry))
        return -ENOTEMPTY;
    dentry_unlink_locked(dentry);
    *victim = dentry;
    return 0;
}

int vfs_unlink(const struct path_at *at, bool directory)
{
    struct dentry *victim = NULL;
    struct walk walk;
    int err;

    err = walk_start(&walk, at);
    if (err == 0)
        err = walk_to_last(&walk);
    if (err == 0)
        err = unlink_last_error(walk.kind, directory);
    if (err == 0) {
        spin_lock(&dentry_lock);
        err = unlink_locked(&walk, directory, &victim);
        spin_unlock(&dentry_lock);
    }
    if (err == 0) {
        inode_touch_written(walk.at->inode);
        inode_touch_changed(victim->inode);
        dentry_put(victim);
    }
    walk_end(&walk);
    return err;
}
