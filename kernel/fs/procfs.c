/* SPDX-License-Identifier: MIT */
/*
 * /proc as a file system: from tables of names to inodes. The contract stands
 * in procfs.h.
 *
 * Nothing is kept: each lookup makes an inode (with a number that only depends
 * on what it is) and a dentry, which go when nobody uses them.
 *
 *   I1  inode->proc.entry is set on every inode but the links in PID/fd
 *       share one entry; proc.pid is 0 outside /proc/PID
 *
 * Read next: kernel/fs/proctables.c.
 */
#include "kernel/fs/procfs.h"
#include "kernel/abi/statfs.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

#define PROC_DEV ABI_MAKEDEV(0, 4)
#define PID_SHIFT 48 /* in an inode number */
#define FD_SHIFT 32
#define NUMBER_MAX 9 /* digits of a number that surely fits an int */
#define NUMBER_TEXT 12

static struct fs proc_fs = {
    .type = "proc",
    .dev = PROC_DEV,
    .magic = PROC_SUPER_MAGIC,
    .fixed = true,
};

static const struct inode_ops dir_ops, link_ops;

/* ---- inodes ---- */

/* The name's hash tells entries apart within a process. */
uint64_t proc_inode_number(const struct proc_entry *entry, int pid, int fd)
{
    return (uint64_t)pid << PID_SHIFT | (uint64_t)fd << FD_SHIFT |
           name_make(entry->name, strlen(entry->name)).hash;
}

int proc_inode_create(const struct proc_entry *entry, int pid, int fd,
                      struct inode **out)
{
    struct inode *inode;
    int err;

    err = inode_create(&proc_fs, entry->mode, &inode);
    if (err != 0)
        return err;
    inode->ino = proc_inode_number(entry, pid, fd);
    inode->nlink = S_ISDIR(entry->mode) ? 2 : 1;
    inode->proc.entry = entry;
    inode->proc.pid = pid;
    inode->proc.fd = fd;
    inode->ops = entry->ops;
    inode->file_ops = entry->file_ops;
    if (entry->show != NULL || entry->next != NULL ||
        entry->show_space != NULL || entry->next_space != NULL) {
        inode->ops = &proc_text_inode_ops;
        inode->file_ops = &proc_text_file_ops;
    } else if (entry->setting != NULL || entry->get != NULL ||
               entry->put != NULL) {
        inode->ops = &proc_number_inode_ops;
        inode->file_ops = &proc_number_ops;
    } else if (entry->target != NULL) {
        inode->ops = &link_ops;
    } else if (entry->children != NULL && entry->ops == NULL) {
        inode->ops = &dir_ops;
    }
    *out = inode;
    return 0;
}

int procfs_create(struct dentry **root)
{
    struct name name = name_make("", 0);
    struct inode *inode;
    int err;

    err = proc_inode_create(&proc_root_entry, 0, 0, &inode);
    if (err != 0)
        return err;
    err = dentry_create(NULL, &name, inode, root);
    if (err != 0)
        inode_put(inode);
    return err;
}

/* ---- directories with a table ---- */

int proc_parse_number(const char *name, size_t len)
{
    int value = 0;

    if (len == 0 || len > NUMBER_MAX || (name[0] == '0' && len > 1))
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        value = value * 10 + (name[i] - '0');
    }
    return value;
}

static int dir_lookup(struct inode *dir, const char *name, size_t len,
                      struct inode **out)
{
    const struct proc_entry *entry = dir->proc.entry;
    const struct proc_entry *child = entry->children;
    int pid = dir->proc.pid;

    if (pid != 0 && !proc_pid_exists(pid))
        return -ENOENT;
    for (; child->name != NULL; child++)
        if (strlen(child->name) == len && memcmp(child->name, name, len) == 0)
            return proc_inode_create(child, pid, 0, out);
    return -ENOENT;
}

static bool emit(struct dir_writer *out, const char *text, uint64_t ino,
                 uint32_t mode, uint64_t *pos)
{
    struct name name = name_make(text, strlen(text));

    if (!dir_emit(out, &name, ino, mode, *pos + 1))
        return false;
    ++*pos;
    return true;
}

static int dir_iterate(struct inode *dir, uint64_t *pos, struct dir_writer *out)
{
    const struct proc_entry *entry = dir->proc.entry;
    const struct proc_entry *child = entry->children;
    uint64_t at = DIR_POS_MADE;
    int pid = dir->proc.pid;

    if (pid != 0 && !proc_pid_exists(pid))
        return -ENOENT;
    for (; child->name != NULL; child++, at++)
        if (at == *pos &&
            !emit(out, child->name, proc_inode_number(child, pid, 0),
                  child->mode, pos))
            return 0;
    return 0;
}

static const struct inode_ops dir_ops = {
    .lookup = dir_lookup,
    .iterate = dir_iterate,
};

/* ---- /proc itself: its table, then the processes ---- */

static int top_lookup(struct inode *dir, const char *name, size_t len,
                      struct inode **out)
{
    int err = dir_lookup(dir, name, len, out);
    int pid;

    if (err != -ENOENT)
        return err;
    pid = proc_parse_number(name, len);
    if (pid <= 0 || !proc_pid_exists(pid))
        return -ENOENT;
    return proc_inode_create(&proc_pid_entry, pid, 0, out);
}

/* Where the processes' positions start: PID p stands at this + p - 1. */
static uint64_t first_pid_pos(void)
{
    const struct proc_entry *child = proc_root_entry.children;
    uint64_t n = 0;

    while (child[n].name != NULL)
        n++;
    return DIR_POS_MADE + n;
}

static int top_iterate(struct inode *dir, uint64_t *pos, struct dir_writer *out)
{
    uint64_t first = first_pid_pos();
    char text[NUMBER_TEXT];
    int pid;

    (void)dir_iterate(dir, pos, out);
    if (*pos < first || *pos - first > INT32_MAX)
        return 0;
    for (pid = proc_next_pid((int)(*pos - first)); pid > 0;
         pid = proc_next_pid(pid)) {
        ksnprintf(text, sizeof(text), "%d", pid);
        *pos = first + (uint64_t)pid - 1;
        if (!emit(out, text, proc_inode_number(&proc_pid_entry, pid, 0),
                  S_IFDIR, pos))
            break;
    }
    return 0;
}

const struct inode_ops proc_top_ops = {
    .lookup = top_lookup,
    .iterate = top_iterate,
};

/* ---- links with a fixed text ---- */

static ssize_t link_readlink(struct inode *inode, char *buf, size_t size)
{
    const struct proc_entry *entry = inode->proc.entry;
    size_t len = MIN(strlen(entry->target), size);

    memcpy(buf, entry->target, len);
    return (ssize_t)len;
}

static const struct inode_ops link_ops = {
    .readlink = link_readlink,
};
