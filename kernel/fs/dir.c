/* SPDX-License-Identifier: MIT */
/*
 * Open directories: getdents and its position. The contract of dir_emit
 * stands in dentry.h.
 *
 * A position is the cookie of the next name: 0 ".", 1 "..", then the
 * dentries' cookies, then the names that the directory makes up on demand.
 */
#include "kernel/abi/dirent.h"
#include "kernel/abi/fcntl.h"
#include "kernel/fs/dentry.h"
#include "kernel/lib/string.h"

#define MODE_TYPE_SHIFT 12 /* DT_* are the type bits of a mode */

bool dir_emit(struct dir_writer *out, const struct name *name, uint64_t ino,
              uint32_t mode, uint64_t next)
{
    size_t head = offsetof(struct linux_dirent64, d_name);
    size_t len = ROUND_UP(head + name->len + 1, sizeof(uint64_t));
    struct linux_dirent64 *record = out->io->base;

    ASSERT(!out->io->user);
    if (len > out->io->len) {
        out->full = true;
        return false;
    }
    memset(record, 0, len);
    record->d_ino = ino;
    record->d_off = (int64_t)next;
    record->d_reclen = (uint16_t)len;
    record->d_type = (uint8_t)((mode & S_IFMT) >> MODE_TYPE_SHIFT);
    memcpy(record->d_name, name->text, name->len);
    out->io->base = (char *)out->io->base + len;
    out->io->len -= len;
    return true;
}

/* "." and "..". */
static void emit_dots(struct file *file, struct dir_writer *out)
{
    struct name dot = {".", 1, 0}, dotdot = {"..", 2, 0};
    struct dentry *parent;

    if (file->pos == DIR_POS_DOT &&
        dir_emit(out, &dot, file->inode->ino, S_IFDIR, DIR_POS_DOTDOT))
        file->pos = DIR_POS_DOTDOT;
    if (file->pos == DIR_POS_DOTDOT) {
        parent = dentry_get_parent(file->dentry);
        if (dir_emit(out, &dotdot, parent->inode->ino, S_IFDIR, DIR_POS_FIRST))
            file->pos = DIR_POS_FIRST;
        dentry_put(parent);
    }
}

/* The names that have dentries. -ENOENT if the directory is gone. */
static int emit_dentries(struct file *file, struct dir_writer *out)
{
    struct inode *dir = file->inode;
    struct dentry *dentry;
    int err = 0;

    spin_lock(&dentry_lock);
    if (dir->nlink == 0 && !dir->fs->fixed)
        err = -ENOENT;
    list_for_each_entry (dentry, &dir->dir.entries, link) {
        struct name name = {dentry->name, dentry->name_len, dentry->hash};

        if (dentry->cookie < file->pos)
            continue;
        if (!dir_emit(out, &name, dentry->inode->ino, dentry->inode->mode,
                      dentry->cookie + 1))
            break;
        file->pos = dentry->cookie + 1;
    }
    spin_unlock(&dentry_lock);
    return err;
}

static int dir_getdents(struct file *file, struct iobuf *io)
{
    struct inode *dir = file->inode;
    struct dir_writer out = {io, false};
    size_t room = io->len;
    int err = 0;

    emit_dots(file, &out);
    if (!out.full && file->pos < DIR_POS_MADE)
        err = emit_dentries(file, &out);
    if (err != 0)
        return err;
    if (!out.full && dir->ops != NULL && dir->ops->iterate != NULL) {
        file->pos = MAX(file->pos, DIR_POS_MADE);
        err = dir->ops->iterate(dir, &file->pos, &out);
    }
    if (io->len == room && out.full)
        err = -EINVAL; /* not even one name fits */
    if (io->len == room && err != 0)
        return err;
    inode_touch_read(dir);
    return (int)(room - io->len);
}

static ssize_t dir_read(struct file *file __unused, struct iobuf *io __unused,
                        uint64_t *pos __unused)
{
    return -EISDIR;
}

static int64_t dir_lseek(struct file *file, int64_t offset, int whence)
{
    return whence <= SEEK_CUR ? file_lseek_sized(file, offset, whence, 0)
                              : -EINVAL;
}

const struct file_ops dir_file_ops = {
    .read = dir_read,
    .lseek = dir_lseek,
    .getdents = dir_getdents,
};
