/* SPDX-License-Identifier: MIT */
/*
 * Open files: their life, and the calls that every kind shares. The contract
 * stands in file.h.
 *
 *   file_create -> descriptors, mappings, running calls hold references ->
 *   the last file_put releases it
 *
 * Locks: pos_lock (sleeping) is outermost: it is held over the operation,
 * which may take the inode's lock and fault in user memory.
 */
#include "kernel/fs/file.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/poll.h"
#include "kernel/fs/dentry.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/locks.h"
#include "kernel/fs/pipe.h"
#include "kernel/lib/format.h"
#include "mm/slab.h"

/* What a file remembers of the flags of its open; the rest acted then. */
#define FILE_STATUS_FLAGS                                                      \
    (O_ACCMODE | O_APPEND | O_NONBLOCK | O_DSYNC | O_SYNC | O_ASYNC |          \
     O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_PATH)

static struct slab_cache *file_cache;

/* ---- as a mapping sees it ---- */

static struct file *file_of(struct mapped_file *mf)
{
    return container_of(mf, struct file, map);
}

static void file_map_get(struct mapped_file *mf)
{
    file_get(file_of(mf));
}

static void file_map_put(struct mapped_file *mf)
{
    file_put(file_of(mf));
}

static void file_map_describe(struct mapped_file *mf, char *path, size_t size,
                              uint64_t *dev, uint64_t *ino)
{
    struct file *file = file_of(mf);

    file_path(file, path, size);
    *dev = file->inode->fs->dev;
    *ino = file->inode->ino;
}

static const struct mapped_file_ops file_map_ops = {
    .get = file_map_get,
    .put = file_map_put,
    .describe = file_map_describe,
};

struct mapped_file *file_mapping(struct file *file)
{
    return file->map.mappable ? &file->map : NULL;
}

/* ---- the life of an open file ---- */

/* An O_PATH file only stands for a place: every operation is refused. */
static const struct file_ops path_file_ops = {.read = NULL};

void file_init(void)
{
    file_cache = slab_cache_create("file", sizeof(struct file), 64);
}

/* Sets ops and contents by the inode's kind. */
static int file_open_kind(struct file *file)
{
    struct inode *inode = file->inode;

    if (file->flags & O_PATH) {
        file->ops = &path_file_ops;
        return 0;
    }
    if (inode->file_ops != NULL)
        file->ops = inode->file_ops;
    if (inode->ops != NULL && inode->ops->open != NULL)
        return inode->ops->open(inode, file);
    if (file->ops != NULL)
        return 0;
    switch (inode->mode & S_IFMT) {
    case S_IFREG:
        file->ops = &regular_file_ops;
        file->map.cache = &inode->cache;
        file->map.mappable = true;
        return 0;
    case S_IFDIR: file->ops = &dir_file_ops; return 0;
    case S_IFCHR: return device_open(inode, file);
    case S_IFIFO: return fifo_open(inode, file);
    default: return -ENXIO;
    }
}

struct file *file_alloc(void)
{
    return slab_zalloc(file_cache);
}

void file_free(struct file *file)
{
    slab_free(file_cache, file);
}

int file_open(struct file *file, struct inode *inode, struct dentry *dentry,
              int flags)
{
    int access = flags & O_ACCMODE;
    int err;

    atomic_store(&file->refs, 1);
    mutex_init(&file->pos_lock);
    file->map.ops = &file_map_ops;
    if (!(flags & O_PATH)) {
        file->map.readable = access == O_RDONLY || access == O_RDWR;
        file->map.writable = access == O_WRONLY || access == O_RDWR;
    }
    file->map.noexec = inode->fs->fixed;
    file->flags = (uint32_t)(flags & FILE_STATUS_FLAGS);
    file->inode = inode;
    file->dentry = dentry;
    err = file_open_kind(file);
    if (err != 0)
        return err;
    inode_get(inode);
    if (dentry != NULL)
        dentry_get(dentry);
    return 0;
}

int file_create(struct inode *inode, struct dentry *dentry, int flags,
                struct file **out)
{
    struct file *file = file_alloc();
    int err;

    if (file == NULL)
        return -ENOMEM;
    err = file_open(file, inode, dentry, flags);
    if (err != 0)
        file_free(file);
    else
        *out = file;
    return err;
}

void file_get(struct file *file)
{
    atomic_inc(&file->refs);
}

static __noinline void file_release(struct file *file)
{
    locks_release_file(file);
    if (file->ops->release != NULL)
        file->ops->release(file);
    if (file->counts_writer)
        inode_put_write(file->inode);
    if (file->denies_write)
        inode_allow_write(file->inode);
    dentry_put(file->dentry);
    inode_put(file->inode);
    file_free(file);
}

void file_put(struct file *file)
{
    if (unlikely(atomic_dec_and_test(&file->refs)))
        file_release(file);
}

/* ---- what every kind shares ---- */

/* Does the range lie within the largest file? 0 or an errno. */
static int check_range(const struct file *file, uint64_t pos, size_t len)
{
    if (pos <= INT64_MAX && len <= INT64_MAX - pos)
        return 0;
    if (!file->ops->any_position)
        return -EINVAL;
    return len > UINT64_MAX - pos ? -EOVERFLOW : 0;
}

/* By the file's read or write, at its position. */
static __noinline ssize_t move_at_position(struct file *file, struct iobuf *io,
                                           ssize_t (*move)(struct file *file,
                                                           struct iobuf *io,
                                                           uint64_t *pos))
{
    ssize_t n;

    mutex_lock(&file->pos_lock);
    n = check_range(file, file->pos, io->len);
    if (n == 0)
        n = move(file, io, &file->pos);
    mutex_unlock(&file->pos_lock);
    return n;
}

ssize_t file_read(struct file *file, struct iobuf *io)
{
    const struct file_ops *ops = file->ops;

    if (!file->map.readable)
        return -EBADF;
    if (ops->read == NULL)
        return -EINVAL;
    return ops->lseek == NULL ? ops->read(file, io, &file->pos)
                              : move_at_position(file, io, ops->read);
}

ssize_t file_write(struct file *file, struct iobuf *io)
{
    const struct file_ops *ops = file->ops;

    if (!file->map.writable)
        return -EBADF;
    if (ops->write == NULL)
        return -EINVAL;
    return ops->lseek == NULL ? ops->write(file, io, &file->pos)
                              : move_at_position(file, io, ops->write);
}

ssize_t file_pread(struct file *file, struct iobuf *io, uint64_t offset)
{
    int err;

    if (file->ops->lseek == NULL && !(file->flags & O_PATH))
        return -ESPIPE;
    if (!file->map.readable)
        return -EBADF;
    if (file->ops->read == NULL)
        return -EINVAL;
    err = check_range(file, offset, io->len);
    return err != 0 ? err : file->ops->read(file, io, &offset);
}

ssize_t file_pwrite(struct file *file, struct iobuf *io, uint64_t offset)
{
    int err;

    if (file->ops->lseek == NULL && !(file->flags & O_PATH))
        return -ESPIPE;
    if (!file->map.writable)
        return -EBADF;
    if (file->ops->write == NULL)
        return -EINVAL;
    err = check_range(file, offset, io->len);
    return err != 0 ? err : file->ops->write(file, io, &offset);
}

int64_t file_lseek(struct file *file, int64_t offset, int whence)
{
    int64_t pos;

    if (file->flags & O_PATH)
        return -EBADF;
    if (whence < SEEK_SET || whence > SEEK_HOLE)
        return -EINVAL;
    if (file->ops->lseek == NULL)
        return -ESPIPE;
    mutex_lock(&file->pos_lock);
    pos = file->ops->lseek(file, offset, whence);
    if (pos >= 0 || (file->ops->any_position && whence <= SEEK_CUR))
        file->pos = (uint64_t)pos;
    mutex_unlock(&file->pos_lock);
    return pos;
}

int64_t file_lseek_sized(struct file *file, int64_t offset, int whence,
                         uint64_t size)
{
    uint64_t base = 0;
    int64_t pos;

    switch (whence) {
    case SEEK_CUR: base = file->pos; break;
    case SEEK_END: base = size; break;
    case SEEK_DATA: /* all of the file is data, a hole follows it */
    case SEEK_HOLE:
        if (offset < 0 || (uint64_t)offset >= size)
            return -ENXIO;
        return whence == SEEK_DATA ? offset : (int64_t)size;
    }
    if (__builtin_add_overflow((int64_t)base, offset, &pos) || pos < 0)
        return -EINVAL;
    return pos;
}

unsigned file_poll(struct file *file, struct waitqueue **wq)
{
    *wq = NULL;
    if (file->flags & O_PATH)
        return POLLNVAL;
    if (file->ops->poll != NULL)
        return file->ops->poll(file, wq);
    return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

ssize_t file_read_kernel(struct file *file, void *buf, size_t len,
                         uint64_t offset)
{
    struct iobuf io = {.base = buf, .len = len};

    return file_pread(file, &io, offset);
}

void file_path(struct file *file, char *buf, size_t size)
{
    struct inode *inode = file->inode;

    if (file->dentry != NULL)
        dentry_path(file->dentry, buf, size);
    else
        ksnprintf(buf, size, "%s:[%lu]",
                  inode_is(inode, S_IFIFO) ? "pipe" : "file", inode->ino);
}

int file_stat(struct file *file, struct stat *out)
{
    inode_stat(file->inode, out);
    return 0;
}
