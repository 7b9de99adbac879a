/* SPDX-License-Identifier: MIT */
/*
 * The links in /proc: /proc/self, and those in /proc/PID that lead to an object
 * whatever its name is now: exe, cwd, root, fd/N.
 *
 * Each of the latter has a function that gets the object's dentry; readlink
 * shows its path, and a path that leads through it goes on there. A pipe has no
 * name: it gets a dentry for the occasion, called "pipe:[NUMBER]".
 */
#include "kernel/fs/namei.h"
#include "kernel/fs/procfs.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define NUMBER_TEXT 12
#define NAMELESS_TEXT 40

/* An object's dentry, with a reference. 0, -ENOENT or -ENOMEM. */
typedef int object_fn(const struct inode *link, struct dentry **out);

static ssize_t readlink_object(const struct inode *link, object_fn *get,
                               char *buf, size_t size)
{
    struct dentry *dentry;
    ssize_t len;
    char *path;
    int err;

    err = get(link, &dentry);
    if (err != 0)
        return err;
    path = kmalloc(PATH_MAX);
    len = -ENOMEM;
    if (path != NULL) {
        dentry_path(dentry, path, PATH_MAX);
        len = (ssize_t)MIN(strlen(path), size);
        memcpy(buf, path, (size_t)len);
    }
    kfree(path);
    dentry_put(dentry);
    return len;
}

/* The dentry of an open file, whose reference goes. */
static int dentry_of_file(struct file *file, struct dentry **out)
{
    char text[NAMELESS_TEXT];
    struct name name;
    int err = 0;

    if (file->dentry != NULL) {
        dentry_get(file->dentry);
        *out = file->dentry;
    } else {
        file_path(file, text, sizeof(text));
        name = name_make(text, strlen(text));
        inode_get(file->inode);
        err = dentry_create(NULL, &name, file->inode, out);
        if (err != 0)
            inode_put(file->inode);
    }
    file_put(file);
    return err;
}

/* ---- /proc/self ---- */

static ssize_t self_readlink(struct inode *link __unused, char *buf,
                             size_t size)
{
    char text[NUMBER_TEXT];
    size_t len =
        (size_t)kscnprintf(text, sizeof(text), "%d", proc_current_pid());

    len = MIN(len, size);
    memcpy(buf, text, len);
    return (ssize_t)len;
}

const struct inode_ops proc_self_ops = {.readlink = self_readlink};

/* ---- exe, cwd, root ---- */

static int get_exe(const struct inode *link, struct dentry **out)
{
    struct file *file = proc_get_exe(link->proc.pid);

    return file != NULL ? dentry_of_file(file, out) : -ENOENT;
}

static int get_cwd(const struct inode *link, struct dentry **out)
{
    struct fs_context *fs = proc_get_fs(link->proc.pid);

    if (fs == NULL)
        return -ENOENT;
    *out = fs_context_get_cwd(fs);
    fs_context_put(fs);
    return 0;
}

static int get_root(const struct inode *link, struct dentry **out)
{
    if (!proc_pid_exists(link->proc.pid))
        return -ENOENT;
    dentry_get(root_dentry);
    *out = root_dentry;
    return 0;
}

static ssize_t exe_readlink(struct inode *link, char *buf, size_t size)
{
    return readlink_object(link, get_exe, buf, size);
}

static int exe_follow(struct inode *link, struct dentry **out)
{
    return get_exe(link, out);
}

static ssize_t cwd_readlink(struct inode *link, char *buf, size_t size)
{
    return readlink_object(link, get_cwd, buf, size);
}

static int cwd_follow(struct inode *link, struct dentry **out)
{
    return get_cwd(link, out);
}

static ssize_t root_readlink(struct inode *link, char *buf, size_t size)
{
    return readlink_object(link, get_root, buf, size);
}

static int root_follow(struct inode *link, struct dentry **out)
{
    return get_root(link, out);
}

const struct inode_ops proc_exe_ops = {
    .readlink = exe_readlink,
    .follow = exe_follow,
};

const struct inode_ops proc_cwd_ops = {
    .readlink = cwd_readlink,
    .follow = cwd_follow,
};

const struct inode_ops proc_root_ops = {
    .readlink = root_readlink,
    .follow = root_follow,
};

/* ---- fd/ ---- */

static int get_fd(const struct inode *link, struct dentry **out)
{
    struct fdtable *table = proc_get_fdtable(link->proc.pid);
    struct file *file;

    if (table == NULL)
        return -ENOENT;
    file = fdtable_lookup(table, link->proc.fd);
    fdtable_put(table);
    return file != NULL ? dentry_of_file(file, out) : -ENOENT;
}

static ssize_t fd_readlink(struct inode *link, char *buf, size_t size)
{
    return readlink_object(link, get_fd, buf, size);
}

static int fd_follow(struct inode *link, struct dentry **out)
{
    return get_fd(link, out);
}

static const struct inode_ops fd_ops = {
    .readlink = fd_readlink,
    .follow = fd_follow,
};

/* All links in fd/; their permissions say how the file is open. */
static const struct proc_entry fd_entry = {
    .name = "N",
    .mode = S_IFLNK,
    .ops = &fd_ops,
};

static int fd_dir_lookup(struct inode *dir, const char *name, size_t len,
                         struct inode **out)
{
    int fd = proc_parse_number(name, len), err;
    struct fdtable *table;
    struct file *file = NULL;

    table = fd >= 0 ? proc_get_fdtable(dir->proc.pid) : NULL;
    if (table != NULL) {
        file = fdtable_lookup(table, fd);
        fdtable_put(table);
    }
    if (file == NULL)
        return -ENOENT;
    err = proc_inode_create(&fd_entry, dir->proc.pid, fd, out);
    if (err == 0 && file->map.readable)
        (*out)->mode |= S_IRUSR | S_IXUSR;
    if (err == 0 && file->map.writable)
        (*out)->mode |= S_IWUSR | S_IXUSR;
    file_put(file);
    return err;
}

static int fd_dir_iterate(struct inode *dir, uint64_t *pos,
                          struct dir_writer *out)
{
    struct fdtable *table = proc_get_fdtable(dir->proc.pid);
    uint64_t at = *pos - DIR_POS_MADE;
    char text[NUMBER_TEXT];
    int fd;

    if (table == NULL)
        return -ENOENT;
    for (fd = at <= INT32_MAX ? fdtable_next(table, (int)at) : -1; fd >= 0;
         fd = fdtable_next(table, fd + 1)) {
        struct name name = {text, 0, 0};

        name.len = (size_t)kscnprintf(text, sizeof(text), "%d", fd);
        if (!dir_emit(out, &name,
                      proc_inode_number(&fd_entry, dir->proc.pid, fd), S_IFLNK,
                      DIR_POS_MADE + (uint64_t)fd + 1))
            break;
        *pos = DIR_POS_MADE + (uint64_t)fd + 1;
    }
    fdtable_put(table);
    return 0;
}

const struct inode_ops proc_fd_dir_ops = {
    .lookup = fd_dir_lookup,
    .iterate = fd_dir_iterate,
};
