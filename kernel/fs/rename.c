/* SPDX-License-Identifier: MIT */
/*
 * rename(2) and renameat2(2). The contract stands in namei.h.
 *
 * A rename is checked and done in one hold of dentry_lock, so nobody sees the
 * name absent, and no cycle can arise between two renames. What it needs (the
 * new names' text) is allocated before, what it replaces is freed after.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/fs/namei.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

/* A name in a directory, ready to be given to a dentry. Afterwards it holds
 * what the dentry had before. */
struct place {
    struct dentry *dir; /* referenced */
    char *text;         /* kmalloc'ed */
    struct name name;
    bool slash;
};

struct renaming {
    struct place from, to;
    unsigned flags;
    struct dentry *old; /* what is renamed */
    struct dentry *new; /* what had the new name, or NULL */
};

static int place_prepare(struct place *place, const struct walk *walk)
{
    size_t len = walk->last.len;

    place->text = kmalloc(len + 1);
    if (place->text == NULL)
        return -ENOMEM;
    memcpy(place->text, walk->last.text, len);
    place->text[len] = '\0';
    place->name = walk->last;
    place->name.text = place->text;
    place->dir = walk->at;
    dentry_get(place->dir);
    place->slash = walk->slash;
    return 0;
}

static void place_release(struct place *place)
{
    dentry_put(place->dir);
    kfree(place->text);
}

/* Walks to the place that the path names. */
static int place_find(struct place *place, const struct path_at *at,
                      int no_name)
{
    struct walk walk;
    int err;

    err = walk_start(&walk, at);
    if (err == 0)
        err = walk_to_last(&walk);
    if (err == 0 && walk.kind != LAST_NAME)
        err = no_name;
    if (err == 0)
        err = place_prepare(place, &walk);
    walk_end(&walk);
    return err;
}

static bool is_dir(const struct dentry *dentry)
{
    return inode_is(dentry->inode, S_IFDIR);
}

/* Existence and trailing slashes. */
static int check_names_locked(struct renaming *r)
{
    r->old = dentry_find_locked(r->from.dir, &r->from.name);
    r->new = dentry_find_locked(r->to.dir, &r->to.name);
    if (r->old == NULL)
        return -ENOENT;
    if (r->new != NULL && (r->flags & RENAME_NOREPLACE))
        return -EEXIST;
    if (r->new == NULL && (r->flags & RENAME_EXCHANGE))
        return -ENOENT;
    if (!is_dir(r->old) && r->from.slash)
        return -ENOTDIR;
    if (r->flags & RENAME_EXCHANGE)
        return r->to.slash && !is_dir(r->new) ? -ENOTDIR : 0;
    return r->to.slash && !is_dir(r->old) ? -ENOTDIR : 0;
}

/* No directory may end up below itself. */
static int check_cycle_locked(const struct renaming *r)
{
    if (dentry_is_below_locked(r->to.dir, r->old))
        return -EINVAL;
    if (r->new != NULL && dentry_is_below_locked(r->from.dir, r->new))
        return r->flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    return 0;
}

/* May the new name's present owner go? */
static int check_victim_locked(const struct renaming *r)
{
    if (r->old->mounted != NULL)
        return -EBUSY;
    if (r->new == NULL)
        return 0;
    if (r->new->mounted != NULL)
        return -EBUSY;
    if (r->flags & RENAME_EXCHANGE)
        return 0;
    if (is_dir(r->old) && !is_dir(r->new))
        return -ENOTDIR;
    if (!is_dir(r->old) && is_dir(r->new))
        return -EISDIR;
    return is_dir(r->new) && !dentry_is_empty_locked(r->new) ? -ENOTEMPTY : 0;
}

/* Gives an unlinked dentry its new place; the place gets the old one. */
static void take_place_locked(struct dentry *dentry, struct place *place)
{
    struct dentry *dir = dentry->parent;
    char *text = dentry->name;

    dentry->parent = place->dir;
    dentry->name = place->text;
    dentry->name_len = place->name.len;
    dentry->hash = place->name.hash;
    place->dir = dir;
    place->text = text;
    dentry_link_locked(dentry);
}

static int rename_locked(struct renaming *r)
{
    int err = check_names_locked(r);

    if (err == 0)
        err = check_cycle_locked(r);
    if (err == 0)
        err = dentry_may_change_locked(r->from.dir, true);
    if (err == 0)
        err = dentry_may_change_locked(r->to.dir, false);
    if (err == 0 && r->new != NULL && r->new->inode == r->old->inode) {
        r->old = r->new = NULL; /* two names of one file: both stay */
        return 0;
    }
    if (err == 0)
        err = check_victim_locked(r);
    if (err != 0) {
        r->old = r->new = NULL;
        return err;
    }
    dentry_unlink_locked(r->old);
    if (r->new != NULL)
        dentry_unlink_locked(r->new);
    take_place_locked(r->old, &r->to);
    if (r->flags & RENAME_EXCHANGE)
        take_place_locked(r->new, &r->from);
    return 0;
}

/* Times, and the references that the directories held before. */
static void rename_finish(struct renaming *r)
{
    struct dentry *dir;

    if (r->old == NULL)
        return;
    dir = dentry_get_parent(r->old);
    inode_touch_written(dir->inode);
    dentry_put(dir);
    inode_touch_written(r->to.dir->inode);
    inode_touch_changed(r->old->inode);
    dentry_put(r->old);
    if (r->new != NULL) {
        inode_touch_changed(r->new->inode);
        dentry_put(r->new);
    }
}

int vfs_rename(const struct path_at *from, const struct path_at *to,
               unsigned flags)
{
    struct renaming r = {.flags = flags};
    int err;

    if ((flags & ~(unsigned)(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0 ||
        flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
        return -EINVAL;
    err = place_find(&r.from, from, -EBUSY);
    if (err != 0)
        return err;
    err = place_find(&r.to, to, flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY);
    if (err != 0)
        goto release_from;
    err = -EXDEV;
    if (r.from.dir->inode->fs == r.to.dir->inode->fs) {
        spin_lock(&dentry_lock);
        err = rename_locked(&r);
        spin_unlock(&dentry_lock);
    }
    if (err == 0)
        rename_finish(&r);
    place_release(&r.to);
release_from:
    place_release(&r.from);
    return err;
}
