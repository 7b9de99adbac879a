/* SPDX-License-Identifier: MIT */
/*
 * The tree as it is when the first program starts: the ramdisk's files at /,
 * another archive's laid over them, /tmp, and /dev, /dev/shm and /proc mounted.
 *
 * Mounts are made at boot and stay: a mounted root and the directory that it
 * covers hold each other for ever (I3 in dentry.h).
 */
#include "kernel/fs/mount.h"
#include "boot/bootinfo.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/statfs.h"
#include "kernel/fs/devfs.h"
#include "kernel/fs/procfs.h"
#include "kernel/fs/ramfs.h"
#include "kernel/lib/log.h"
#include "mm/page.h"

#define ROOT_DEV ABI_MAKEDEV(0, 2)
#define SHM_DEV ABI_MAKEDEV(0, 24)
#define DIR_MODE (S_IFDIR | 0755)
#define TMP_MODE (S_IFDIR | 01777)

static struct fs root_fs = {
    .type = "rootfs",
    .dev = ROOT_DEV,
    .magic = TMPFS_MAGIC,
};

static struct fs shm_fs = {
    .type = "tmpfs",
    .dev = SHM_DEV,
    .magic = TMPFS_MAGIC,
};

static const struct mount mounts[] = {
    {"rootfs", "/", "rootfs", "rw"},
    {"devtmpfs", "/dev", "devtmpfs", "rw,relatime"},
    {"tmpfs", "/dev/shm", "tmpfs", "rw,nosuid,nodev"},
    {"proc", "/proc", "proc", "rw,relatime"},
};

const struct mount *mount_get(size_t i)
{
    return i < ARRAY_SIZE(mounts) ? &mounts[i] : NULL;
}

/* A directory below the root that the system needs, with a reference: made,
 * in place of whatever else has the name. */
static int need_directory(struct fs_context *fs, const char *path,
                          uint32_t mode, struct dentry **out)
{
    const struct path_at at = {.fs = fs, .path = path};
    const struct make_request req = {.mode = mode};
    int err;

    err = path_lookup(&at, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, out);
    if (err == 0 || err == -ENOMEM)
        return err;
    if (vfs_unlink(&at, false) == 0)
        log_warn("ramdisk: %s is not a directory; replaced\n", path);
    err = vfs_make(&at, &req);
    return err != 0 ? err : path_lookup(&at, LOOKUP_DIRECTORY, out);
}

/* Mounts a file system, made by `create`, on a directory. */
static int mount_on(struct fs_context *fs, const char *path,
                    int (*create)(struct dentry **root))
{
    struct dentry *point, *root;
    int err;

    err = need_directory(fs, path, DIR_MODE, &point);
    if (err != 0)
        return err;
    err = create(&root);
    if (err != 0) {
        dentry_put(point);
        return err;
    }
    root->covers = point;
    point->mounted = root;
    return 0;
}

/* For shm_open(3). */
static int create_shm(struct dentry **root)
{
    int err = ramfs_create_root(&shm_fs, root);

    if (err == 0)
        (*root)->inode->mode = TMP_MODE;
    return err;
}

static int make_tree(void)
{
    struct fs_context *fs;
    struct dentry *tmp;
    int err;

    err = fs_context_create(&fs);
    if (err != 0)
        return err;
    fs_context_set_umask(fs, 0);
    err = need_directory(fs, "/tmp", TMP_MODE, &tmp);
    if (err == 0) {
        dentry_put(tmp);
        err = mount_on(fs, "/dev", devfs_create);
    }
    if (err == 0)
        err = mount_on(fs, "/dev/shm", create_shm);
    if (err == 0)
        err = mount_on(fs, "/proc", procfs_create);
    fs_context_put(fs);
    return err;
}

void fs_init(void)
{
    int err;

    inode_init();
    dentry_init();
    file_init();
    err = ramfs_create_root(&root_fs, &root_dentry);
    if (err != 0)
        panic("no memory for the root directory");
    if (boot_info.ramdisk.v != 0)
        ramfs_unpack("ramdisk", phys_to_virt(boot_info.ramdisk),
                     boot_info.ramdisk_size);
    else
        log_warn("ramdisk: the boot loader gave none; / starts empty\n");
    if (boot_info.extra_ramdisk.v != 0)
        ramfs_unpack("extra ramdisk", phys_to_virt(boot_info.extra_ramdisk),
                     boot_info.extra_ramdisk_size);
    err = make_tree();
    if (err != 0)
        log_error(
            "/tmp, /dev, /dev/shm and /proc cannot all be made: error %d\n",
            -err);
}
