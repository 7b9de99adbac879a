/* SPDX-License-Identifier: MIT */
/*
 * Files without a name: the contract stands in memfd.h.
 *
 * Such a file belongs to a file system that is mounted nowhere, the one of
 * shared anonymous memory. Its dentry has no parent and is linked nowhere; its
 * name is what /proc shows: "/memfd:NAME (deleted)".
 */
#include "kernel/fs/memfd.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/mman.h"
#include "kernel/abi/statfs.h"
#include "kernel/fs/dentry.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "mm/seal.h"

#define ANY_X 0111U
#define KNOWN_SEALS                                                            \
    (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |                \
     F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)

static struct fs memfd_fs = {
    .type = "tmpfs",
    .dev = SHMEM_DEV,
    .magic = TMPFS_MAGIC,
};

/* The seals of a new file: who cannot seal it finds the seals sealed. */
static uint32_t first_seals(unsigned flags)
{
    if (flags & MFD_NOEXEC_SEAL)
        return F_SEAL_EXEC;
    return flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
}

static int create_inode(unsigned flags, struct inode **out)
{
    const uint32_t mode = flags & MFD_NOEXEC_SEAL ? 0777 & ~ANY_X : 0777;
    int err = inode_create(&memfd_fs, S_IFREG | mode, out);

    if (err != 0)
        return err;
    (*out)->ino = shmem_next_ino();
    (*out)->cache.seals = first_seals(flags);
    return 0;
}

static int create_dentry(const char *text, unsigned flags, struct dentry **out)
{
    const struct name name = name_make(text, strlen(text));
    struct inode *inode;
    int err = create_inode(flags, &inode);

    if (err != 0)
        return err;
    err = dentry_create(NULL, &name, inode, out);
    if (err != 0)
        inode_put(inode);
    return err;
}

int memfd_create(const char *name, unsigned flags, struct file **out)
{
    char text[MEMFD_NAME_MAX + sizeof("/memfd: (deleted)")];
    struct dentry *dentry;
    int err;

    ksnprintf(text, sizeof(text), "/memfd:%s (deleted)", name);
    err = create_dentry(text, flags, &dentry);
    if (err != 0)
        return err;
    err = file_create(dentry->inode, dentry, O_RDWR | O_LARGEFILE, out);
    dentry_put(dentry);
    return err;
}

/* ---- seals ---- */

/* A program that cannot lose its x bits shall not change either. */
static uint32_t implied_seals(const struct inode *inode, uint32_t seals)
{
    if (!(seals & F_SEAL_EXEC) || !(READ_ONCE(inode->mode) & ANY_X))
        return seals;
    return seals | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
           F_SEAL_FUTURE_WRITE;
}

int file_add_seals(struct file *file, uint32_t seals)
{
    struct inode *inode = file->inode;
    int err;

    if (!file->map.writable)
        return -EPERM;
    if ((seals & ~(uint32_t)KNOWN_SEALS) || !inode_has_pages(inode))
        return -EINVAL;
    mutex_lock(&inode->lock);
    err = seal_add(&inode->cache, implied_seals(inode, seals));
    mutex_unlock(&inode->lock);
    return err;
}

int file_get_seals(struct file *file)
{
    if (!inode_has_pages(file->inode))
        return -EINVAL;
    return (int)seal_get(&file->inode->cache);
}
