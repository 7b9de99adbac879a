/* SPDX-License-Identifier: MIT */
/*
 * File systems in memory, and the ramdisk's archive put into one. The contract
 * stands in ramfs.h.
 *
 * There is little to a file system in memory: its names are the dentries, its
 * data the page cache. Unpacking copies no data: a file's inode is told where
 * in the archive its contents stand (inode_set_store), and pages are read from
 * there when they are touched.
 *
 * Hard links: entries of one archive with the same device and inode number
 * and a link count above one are names of one file. The contents come with
 * any one of them.
 *
 * Runs at boot, before there are processes: nobody looks at the tree meanwhile.
 */
#include "kernel/fs/ramfs.h"
#include "kernel/abi/fcntl.h"
#include "kernel/fs/cpio.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define MODE_PERMISSIONS 07777U
#define DIR_MODE (S_IFDIR | 0755)

int ramfs_create_root(struct fs *fs, struct dentry **out)
{
    struct name name = name_make("", 0);
    struct inode *inode;
    int err;

    err = inode_create(fs, DIR_MODE, &inode);
    if (err != 0)
        return err;
    inode->nlink = 2;
    err = dentry_create(NULL, &name, inode, out);
    if (err != 0)
        inode_put(inode);
    return err;
}

int ramfs_add(struct dentry *dir, const char *name,
              const struct make_request *req)
{
    struct name part = name_make(name, strlen(name));
    struct inode *inode;
    int err;

    err = vfs_new_inode(dir, req, &inode);
    if (err != 0)
        return err;
    err = vfs_add(dir, &part, inode, NULL);
    if (err != 0)
        inode_put(inode);
    return err;
}

/* ---- unpacking ---- */

/* A file of the present archive that may come by more names. */
struct linked_file {
    struct list link;
    uint64_t dev;
    uint32_t ino;
    struct inode *inode; /* referenced */
};

struct unpacking {
    const char *title;
    struct cpio_reader reader;
    struct fs_context *fs;
    struct list linked; /* struct linked_file, of the archive … */
    unsigned archive;   /* … with this number */
    char *text;         /* PATH_MAX bytes of scratch */
};

static void forget_linked(struct unpacking *u)
{
    struct linked_file *file, *next;

    list_for_each_entry_safe (file, next, &u->linked, link) {
        list_remove(&file->link);
        inode_put(file->inode);
        kfree(file);
    }
}

static uint64_t entry_dev(const struct cpio_entry *entry)
{
    return (uint64_t)entry->dev_major << 32 | entry->dev_minor;
}

/* The file that the entry is another name of, with a reference; NULL. */
static struct inode *find_linked(struct unpacking *u,
                                 const struct cpio_entry *entry)
{
    struct linked_file *file;

    if (u->archive != u->reader.narchives) {
        forget_linked(u);
        u->archive = u->reader.narchives;
    }
    if (entry->nlink < 2)
        return NULL;
    list_for_each_entry (file, &u->linked, link) {
        if (file->ino != entry->ino || file->dev != entry_dev(entry))
            continue;
        inode_get(file->inode);
        return file->inode;
    }
    return NULL;
}

static int remember_linked(struct unpacking *u, const struct cpio_entry *entry,
                           struct inode *inode)
{
    struct linked_file *file;

    if (entry->nlink < 2)
        return 0;
    file = kmalloc(sizeof(*file));
    if (file == NULL)
        return -ENOMEM;
    *file = (struct linked_file){
        .dev = entry_dev(entry), .ino = entry->ino, .inode = inode};
    inode_get(inode);
    list_push_back(&u->linked, &file->link);
    return 0;
}

static struct path_at path_of(struct unpacking *u, const char *path)
{
    return (struct path_at){.fs = u->fs, .path = path};
}

/* Makes the directories above the entry that are not there. */
static int make_parents(struct unpacking *u, const struct cpio_entry *entry)
{
    const struct make_request req = {.mode = DIR_MODE};
    struct path_at at = path_of(u, u->text);
    const char *slash;
    int err = 0;

    for (slash = strchr(entry->name, '/'); slash != NULL && err == 0;
         slash = strchr(slash + 1, '/')) {
        strlcpy(u->text, entry->name, (size_t)(slash - entry->name) + 1);
        err = vfs_make(&at, &req);
        if (err == -EEXIST)
            err = 0;
    }
    return err;
}

/* Goes to the directory that the entry belongs to. walk_end follows. */
static int walk_to_entry(struct unpacking *u, const struct cpio_entry *entry,
                         struct walk *walk)
{
    struct path_at at = path_of(u, entry->name);
    int err;

    err = walk_start(walk, &at);
    if (err == 0)
        err = walk_to_last(walk);
    if (err != -ENOENT)
        return err;
    walk_end(walk);
    err = make_parents(u, entry);
    if (err != 0) {
        *walk = (struct walk){.rest = ""};
        return err;
    }
    err = walk_start(walk, &at);
    return err != 0 ? err : walk_to_last(walk);
}

static void set_attributes(struct inode *inode, const struct cpio_entry *entry)
{
    const struct timespec time = {.tv_sec = entry->mtime};

    inode_chmod(inode, entry->mode & MODE_PERMISSIONS);
    inode_chown(inode, entry->uid, entry->gid);
    inode_set_times(inode, &time, &time);
}

/* Deals with what has the entry's name already. *merged: it is a directory,
 * as the entry is, and stays; else it is gone. */
static int make_way(struct unpacking *u, const struct cpio_entry *entry,
                    bool *merged)
{
    struct path_at at = path_of(u, entry->name);
    bool is_dir = S_ISDIR(entry->mode), old_is_dir;
    struct dentry *old;
    int err;

    *merged = false;
    err = path_lookup(&at, is_dir ? LOOKUP_FOLLOW : 0, &old);
    if (err == 0) {
        old_is_dir = inode_is(old->inode, S_IFDIR);
        *merged = is_dir && old_is_dir;
        if (*merged)
            set_attributes(old->inode, entry);
        dentry_put(old);
        if (*merged)
            return 0;
        err = vfs_unlink(&at, old_is_dir && !is_dir);
    } else if (err == -ENOENT && is_dir) {
        err = vfs_unlink(&at, false); /* a link that leads nowhere? */
    }
    return err == -ENOENT ? 0 : err;
}

/* A new inode for the entry, or the one that it is another name of. */
static int entry_inode(struct unpacking *u, const struct cpio_entry *entry,
                       struct inode **out)
{
    struct make_request req = {
        .mode = entry->mode,
        .rdev = ABI_MAKEDEV(entry->rdev_major, entry->rdev_minor),
    };
    int err;

    if (!S_ISDIR(entry->mode)) {
        *out = find_linked(u, entry);
        if (*out != NULL && inode_is(*out, entry->mode & S_IFMT))
            return 0;
        if (*out != NULL) {
            inode_put(*out);
            return -EINVAL;
        }
    }
    if (S_ISLNK(entry->mode)) {
        memcpy(u->text, entry->data, entry->size);
        u->text[entry->size] = '\0';
        req.target = u->text;
    }
    err = vfs_new_inode(root_dentry, &req, out);
    if (err == 0 && !S_ISDIR(entry->mode)) {
        err = remember_linked(u, entry, *out);
        if (err != 0)
            inode_put(*out);
    }
    return err;
}

/* Puts one entry into the tree. 0 or an errno, the tree then unchanged but
 * for what the entry was to replace. */
static int unpack_entry(struct unpacking *u, const struct cpio_entry *entry)
{
    struct inode *inode;
    struct walk walk;
    bool merged;
    int err;

    if (strcmp(entry->name, ".") == 0) {
        if (S_ISDIR(entry->mode))
            set_attributes(root_dentry->inode, entry);
        return 0;
    }
    err = walk_to_entry(u, entry, &walk);
    if (err == 0)
        err = make_way(u, entry, &merged);
    if (err != 0 || merged)
        goto end_walk;
    err = entry_inode(u, entry, &inode);
    if (err != 0)
        goto end_walk;
    if (S_ISREG(entry->mode) && entry->size > 0)
        inode_set_store(inode, entry->data, entry->size);
    inode_get(inode);
    err = vfs_add(walk.at, &walk.last, inode, NULL);
    if (err != 0)
        inode_put(inode);
    else
        set_attributes(inode, entry);
    inode_put(inode);
end_walk:
    walk_end(&walk);
    return err;
}

/* What an errno of unpack_entry means to the archive's maker. */
static const char *explain(int err)
{
    switch (err) {
    case -ENOMEM: return "memory is out";
    case -ENOTEMPTY: return "it would replace a directory that is not empty";
    case -ENOTDIR: return "a part of its path is not a directory";
    case -ELOOP: return "its path leads through too many symbolic links";
    case -EINVAL:
        return "it shares its inode number with a file of another kind";
    default: return "it does not fit into the tree";
    }
}

/* All entries; false if the archive's end was not reached. */
static bool unpack_all(struct unpacking *u)
{
    struct cpio_reader *reader = &u->reader;
    struct cpio_entry entry;
    enum cpio_result result;
    size_t offset;
    int err;

    for (;;) {
        offset = reader->pos;
        result = cpio_next(reader, &entry);
        if (result != CPIO_ENTRY)
            break;
        err = unpack_entry(u, &entry);
        if (err != 0)
            log_warn("%s: entry %u (\"%.200s\", byte %zu): %s; left out\n",
                     u->title, reader->nentries, entry.name, offset,
                     explain(err));
        if (err == -ENOMEM)
            return false;
    }
    if (result == CPIO_END)
        return true;
    log_warn("%s is damaged: entry %u (\"%.200s\") at byte %zu of %zu: %s\n",
             u->title, reader->nentries + 1,
             reader->name != NULL ? reader->name : "?", reader->pos,
             reader->len, reader->reason);
    return false;
}

void ramfs_unpack(const char *title, const void *archive, size_t len)
{
    struct unpacking u = {.title = title};

    list_init(&u.linked);
    cpio_open(&u.reader, archive, len);
    u.text = kmalloc(PATH_MAX);
    if (u.text == NULL || fs_context_create(&u.fs) != 0) {
        log_warn("%s: memory is out before its first entry\n", title);
        kfree(u.text);
        return;
    }
    fs_context_set_umask(u.fs, 0);
    if (!unpack_all(&u))
        log_warn("%s: the %u entries before that are used\n", title,
                 u.reader.nentries);
    else if (u.reader.nentries == 0)
        log_warn("%s holds no files\n", title);
    forget_linked(&u);
    fs_context_put(u.fs);
    kfree(u.text);
}
