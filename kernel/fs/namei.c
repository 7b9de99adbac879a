/* SPDX-License-Identifier: MIT */
/*
 * Walking a path, part by part. The contract stands in namei.h.
 *
 * The walk holds one dentry, where it stands, and the text that is left. A
 * symbolic link puts its own text before what is left, in a fresh buffer; so
 * there is no recursion and no limit but the count of links.
 *
 *     "a/link/c"  at: a   rest: "link/c"     link -> "../x"
 *                 at: a   rest: "../x/c"
 *
 * No lock is held between two parts: each step takes dentry_lock for itself,
 * and what it found is held by its reference.
 */
#include "kernel/fs/namei.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define LINK_MADE_MAX 64 /* text of a link without a stored target */

struct dentry *root_dentry;

/* The walk stands at `to` now, whose reference it takes over. */
static void walk_move(struct walk *walk, struct dentry *to)
{
    dentry_put(walk->at);
    walk->at = to;
}

static void walk_move_to_root(struct walk *walk)
{
    dentry_get(root_dentry);
    walk_move(walk, root_dentry);
}

static const char *skip_slashes(const char *text)
{
    while (*text == '/')
        text++;
    return text;
}

int walk_start(struct walk *walk, const struct path_at *at)
{
    *walk = (struct walk){.rest = at->path};
    if (at->path[0] == '\0')
        return -ENOENT;
    if (at->path[0] == '/') {
        dentry_get(root_dentry);
        walk->at = root_dentry;
        return 0;
    }
    if (at->base == NULL) {
        walk->at = fs_context_get_cwd(at->fs);
        return 0;
    }
    dentry_get(at->base);
    walk->at = at->base;
    return inode_is(at->base->inode, S_IFDIR) ? 0 : -ENOTDIR;
}

void walk_end(struct walk *walk)
{
    dentry_put(walk->at);
    kfree(walk->buffer);
}

/* Takes the next part off the text. -ENAMETOOLONG. => rest is at a part */
static int walk_take_part(struct walk *walk)
{
    const char *text = walk->rest;
    size_t len = 0;

    while (text[len] != '\0' && text[len] != '/')
        len++;
    if (len > NAME_MAX)
        return -ENAMETOOLONG;
    walk->rest += len;
    walk->kind = LAST_NAME;
    if (len == 1 && text[0] == '.')
        walk->kind = LAST_DOT;
    else if (len == 2 && text[0] == '.' && text[1] == '.')
        walk->kind = LAST_DOTDOT;
    else
        walk->last = name_make(text, len);
    return 0;
}

/* Puts the link's text before what is left. */
static int walk_splice_text(struct walk *walk, struct dentry *link)
{
    const char *target = link->inode->target;
    size_t room = target != NULL ? strlen(target) : LINK_MADE_MAX;
    size_t rest = strlen(walk->rest) + 1;
    char *buffer = kmalloc(room + rest);
    ssize_t len;

    if (buffer == NULL)
        return -ENOMEM;
    len = vfs_readlink(link, buffer, room);
    if (len <= 0) {
        kfree(buffer);
        return len == 0 ? -ENOENT : (int)len;
    }
    memcpy(buffer + len, walk->rest, rest);
    kfree(walk->buffer);
    walk->buffer = buffer;
    walk->rest = buffer;
    if (buffer[0] == '/')
        walk_move_to_root(walk);
    return 0;
}

int walk_follow(struct walk *walk, struct dentry *link)
{
    struct inode *inode = link->inode;
    struct dentry *target;
    int err;

    if (walk->nlinks++ == SYMLINKS_MAX)
        return -ELOOP;
    if (inode->ops == NULL || inode->ops->follow == NULL)
        return walk_splice_text(walk, link);
    err = inode->ops->follow(inode, &target);
    if (err == 0)
        walk_move(walk, target);
    return err;
}

/* Steps into the part just taken, which is not the last one. */
static int walk_step(struct walk *walk)
{
    struct dentry *next;
    int err = 0;

    if (walk->kind == LAST_DOT)
        return 0;
    if (walk->kind == LAST_DOTDOT) {
        walk_move(walk, dentry_get_parent(walk->at));
        return 0;
    }
    err = dentry_lookup(walk->at, &walk->last, &next);
    if (err != 0)
        return err;
    next = dentry_cross_mount(next);
    if (!inode_is(next->inode, S_IFLNK)) {
        walk_move(walk, next);
        return 0;
    }
    err = walk_follow(walk, next);
    dentry_put(next);
    return err;
}

int walk_to_last(struct walk *walk)
{
    int err;

    for (;;) {
        walk->slash = *walk->rest == '/';
        walk->rest = skip_slashes(walk->rest);
        if (*walk->rest == '\0') {
            walk->kind = LAST_NONE;
            return 0;
        }
        if (!inode_is(walk->at->inode, S_IFDIR))
            return -ENOTDIR;
        err = walk_take_part(walk);
        if (err != 0)
            return err;
        walk->slash = *walk->rest == '/';
        if (*skip_slashes(walk->rest) == '\0')
            return 0;
        err = walk_step(walk);
        if (err != 0)
            return err;
    }
}

/* From the last part's directory to what the path names. */
static int walk_finish(struct walk *walk, unsigned flags)
{
    struct dentry *next;
    int err;

    for (;;) {
        err = walk_to_last(walk);
        if (err != 0)
            return err;
        if (walk->kind == LAST_NONE)
            return 0;
        if (walk->kind != LAST_NAME)
            return walk_step(walk);
        err = dentry_lookup(walk->at, &walk->last, &next);
        if (err != 0)
            return err;
        next = dentry_cross_mount(next);
        if (!inode_is(next->inode, S_IFLNK) ||
            !(walk->slash || (flags & LOOKUP_FOLLOW)))
            break;
        err = walk_follow(walk, next);
        dentry_put(next);
        if (err != 0)
            return err;
    }
    walk_move(walk, next);
    return 0;
}

/* path_lookup for "" with LOOKUP_EMPTY. */
static struct dentry *lookup_base(const struct path_at *at)
{
    if (at->base == NULL)
        return fs_context_get_cwd(at->fs);
    dentry_get(at->base);
    return at->base;
}

int path_lookup(const struct path_at *at, unsigned flags, struct dentry **out)
{
    struct walk walk;
    int err;

    if (at->path[0] == '\0' && (flags & LOOKUP_EMPTY)) {
        *out = lookup_base(at);
        return 0;
    }
    err = walk_start(&walk, at);
    if (err == 0)
        err = walk_finish(&walk, flags);
    if (err == 0 && (walk.slash || (flags & LOOKUP_DIRECTORY)) &&
        !inode_is(walk.at->inode, S_IFDIR))
        err = -ENOTDIR;
    if (err == 0) {
        *out = walk.at;
        walk.at = NULL;
    }
    walk_end(&walk);
    return err;
}

ssize_t vfs_readlink(struct dentry *dentry, char *buf, size_t size)
{
    struct inode *inode = dentry->inode;
    size_t len;

    if (!inode_is(inode, S_IFLNK))
        return -EINVAL;
    if (inode->ops != NULL && inode->ops->readlink != NULL)
        return inode->ops->readlink(inode, buf, size);
    len = MIN(strlen(inode->target), size);
    memcpy(buf, inode->target, len);
    return (ssize_t)len;
}
