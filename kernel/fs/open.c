/* SPDX-License-Identifier: MIT */
/*
 * open(2) and its kin: from a path to an open file, made first if asked. The
 * contract stands in namei.h and file.h.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/fs/namei.h"

#define MODE_PERMISSIONS 07777U
#define MODE_ANY_X 0111U
#define O_TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

/* Does an open with these flags mean to change the contents? */
static bool wants_write(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
}

/* Is this kind of file openable with these flags? */
static int check_kind(const struct inode *inode, int flags)
{
    bool directory = inode_is(inode, S_IFDIR);

    if ((flags & O_DIRECTORY) && !directory)
        return -ENOTDIR;
    if (flags & O_PATH)
        return 0;
    if (inode_is(inode, S_IFLNK))
        return -ELOOP;
    if (directory && (wants_write(flags) || (flags & O_CREAT)))
        return -EISDIR;
    if ((flags & O_DIRECT) && inode_is(inode, S_IFREG))
        return -EINVAL; /* there is nothing but the page cache */
    return 0;
}

/* The file, of file_alloc's, becomes an open one of what the dentry names. */
static int open_dentry(struct dentry *dentry, int flags, struct file *file)
{
    struct inode *inode = dentry->inode;
    bool counts = false;
    int err;

    err = check_kind(inode, flags);
    if (err != 0)
        return err;
    if (!(flags & O_PATH) && inode_has_pages(inode) && wants_write(flags)) {
        err = inode_get_write(inode);
        if (err != 0)
            return err;
        counts = true;
    }
    if (counts && (flags & O_TRUNC))
        err = inode_truncate(inode, 0);
    if (err == 0)
        err = file_open(file, inode, dentry, flags);
    if (err == 0)
        file->counts_writer = counts;
    else if (counts)
        inode_put_write(inode);
    return err;
}

/* Makes the file that the walk's last part names. -EEXIST if somebody else was
 * first. */
static int open_make(struct walk *walk, struct fs_context *fs, unsigned mode,
                     struct dentry **out)
{
    struct make_request req = {
        .mode = S_IFREG | (mode & MODE_PERMISSIONS & ~fs_context_umask(fs)),
    };
    struct inode *inode;
    int err;

    err = vfs_new_inode(walk->at, &req, &inode);
    if (err != 0)
        return err;
    err = vfs_add(walk->at, &walk->last, inode, out);
    if (err != 0)
        inode_put(inode);
    return err;
}

/* What the walk's last part names, made if it is not there. */
static int open_find_or_make(struct walk *walk, struct fs_context *fs,
                             int flags, unsigned mode, struct dentry **out)
{
    int err;

    do {
        err = dentry_lookup(walk->at, &walk->last, out);
        if (err == 0) {
            *out = dentry_cross_mount(*out);
            if (!(flags & O_EXCL))
                return 0;
            dentry_put(*out);
            return -EEXIST;
        }
        if (err == -ENOENT)
            err = open_make(walk, fs, mode, out);
    } while (err == -EEXIST && !(flags & O_EXCL));
    return err;
}

/* open with O_CREAT: finds what is to be opened, following links. */
static int open_creating(struct walk *walk, struct fs_context *fs, int flags,
                         unsigned mode, struct dentry **out)
{
    int err;

    for (;;) {
        err = walk_to_last(walk);
        if (err != 0)
            return err;
        if (walk->kind == LAST_NONE && !walk->slash) {
            *out = walk->at; /* a link led to an object */
            dentry_get(*out);
            return 0;
        }
        if (walk->kind != LAST_NAME || walk->slash)
            return -EISDIR;
        err = open_find_or_make(walk, fs, flags, mode, out);
        if (err != 0 || !inode_is((*out)->inode, S_IFLNK) ||
            (flags & O_NOFOLLOW))
            return err;
        err = walk_follow(walk, *out);
        dentry_put(*out);
        if (err != 0)
            return err;
    }
}

static int open_find(const struct path_at *at, int flags, unsigned mode,
                     struct dentry **out)
{
    struct walk walk;
    unsigned lookup = 0;
    int err;

    if (!(flags & O_CREAT)) {
        if (!(flags & O_NOFOLLOW))
            lookup |= LOOKUP_FOLLOW;
        if (flags & O_DIRECTORY)
            lookup |= LOOKUP_DIRECTORY;
        return path_lookup(at, lookup, out);
    }
    err = walk_start(&walk, at);
    if (err == 0)
        err = open_creating(&walk, at->fs, flags, mode, out);
    walk_end(&walk);
    return err;
}

/* Room for the open file comes first: what fails later would leave a name that
 * was made for it. */
int vfs_open_at(const struct path_at *at, int flags, unsigned mode,
                struct file **out)
{
    struct dentry *dentry;
    struct file *file;
    int err;

    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (flags & O_TMPFILE_BIT)
        return -EOPNOTSUPP;
    if ((flags & O_CREAT) && (flags & O_DIRECTORY))
        return -EINVAL;
    file = file_alloc();
    if (file == NULL)
        return -ENOMEM;
    err = open_find(at, flags, mode, &dentry);
    if (err == 0) {
        err = open_dentry(dentry, flags, file);
        dentry_put(dentry);
    }
    if (err != 0)
        file_free(file);
    else
        *out = file;
    return err;
}

int vfs_open(struct fs_context *fs, const char *path, int flags, unsigned mode,
             struct file **out)
{
    struct path_at at = {.fs = fs, .path = path};

    return vfs_open_at(&at, flags, mode, out);
}

int vfs_open_exec(struct fs_context *fs, const char *path, struct file **out)
{
    struct path_at at = {.fs = fs, .path = path};
    struct dentry *dentry;
    int err;

    err = path_lookup(&at, LOOKUP_FOLLOW, &dentry);
    if (err != 0)
        return err;
    if (!inode_has_pages(dentry->inode) ||
        !(READ_ONCE(dentry->inode->mode) & MODE_ANY_X))
        err = -EACCES;
    if (err == 0)
        err = inode_deny_write(dentry->inode);
    if (err != 0)
        goto put_dentry;
    err = file_create(dentry->inode, dentry, O_RDONLY, out);
    if (err == 0)
        (*out)->denies_write = true;
    else
        inode_allow_write(dentry->inode);
put_dentry:
    dentry_put(dentry);
    return err;
}
