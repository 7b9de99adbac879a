/* SPDX-License-Identifier: MIT */
/*
 * /dev: a file system in memory, filled at boot, and the table from device
 * numbers to what stands behind them. Nodes that mknod(2) makes anywhere lead
 * to the same table. Numbers as in Linux's Documentation/admin-guide/devices.
 */
#include "kernel/fs/devfs.h"
#include "kernel/abi/statfs.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/ramfs.h"

#define MAJOR_MEM 1
#define MAJOR_TTY 5
#define MAJOR_FB 29
#define DEV_DEV ABI_MAKEDEV(0, 5)

static struct fs dev_fs = {
    .type = "devtmpfs",
    .dev = DEV_DEV,
    .magic = TMPFS_MAGIC,
};

static int open_zero(struct file *file)
{
    file->zero_device = true;
    file->map.mappable = true;
    return 0;
}

static int open_console(struct file *file)
{
    file->private_data = &console_tty;
    return 0;
}

/* /dev/tty: the controlling terminal, for who has one. */
static int open_tty(struct file *file)
{
    int session = tty_get_session(&console_tty);

    if (session == 0 || session != proc_current_session())
        return -ENXIO;
    return open_console(file);
}

static const struct device {
    const char *name;
    uint32_t mode;
    uint64_t rdev;
    const struct file_ops *ops;
    int (*open)(struct file *file); /* NULL: nothing more to do */
} devices[] = {
    {"mem", 0640, ABI_MAKEDEV(MAJOR_MEM, 1), &memdev_file_ops, memdev_open},
    {"null", 0666, ABI_MAKEDEV(MAJOR_MEM, 3), &null_file_ops, NULL},
    {"zero", 0666, ABI_MAKEDEV(MAJOR_MEM, 5), &zero_file_ops, open_zero},
    {"full", 0666, ABI_MAKEDEV(MAJOR_MEM, 7), &full_file_ops, NULL},
    {"random", 0666, ABI_MAKEDEV(MAJOR_MEM, 8), &random_file_ops, NULL},
    {"urandom", 0666, ABI_MAKEDEV(MAJOR_MEM, 9), &random_file_ops, NULL},
    {"tty", 0666, ABI_MAKEDEV(MAJOR_TTY, 0), &tty_file_ops, open_tty},
    {"console", 0600, ABI_MAKEDEV(MAJOR_TTY, 1), &tty_file_ops, open_console},
    {"fb0", 0660, ABI_MAKEDEV(MAJOR_FB, 0), &fbdev_file_ops, fbdev_open},
};

static const struct {
    const char *name, *target;
} links[] = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"},
};

int device_open(struct inode *inode, struct file *file)
{
    for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
        const struct device *device = &devices[i];

        if (device->rdev != inode->rdev)
            continue;
        file->ops = device->ops;
        return device->open != NULL ? device->open(file) : 0;
    }
    return -ENXIO;
}

/* Only a frame buffer that is there gets a node. */
static int add_nodes(struct dentry *root)
{
    const bool has_fb = fbdev_init();
    int err = 0;

    memdev_init();
    for (size_t i = 0; i < ARRAY_SIZE(devices) && err == 0; i++) {
        struct make_request req = {.mode = S_IFCHR | devices[i].mode,
                                   .rdev = devices[i].rdev};

        if (devices[i].open == fbdev_open && !has_fb)
            continue;
        err = ramfs_add(root, devices[i].name, &req);
    }
    for (size_t i = 0; i < ARRAY_SIZE(links) && err == 0; i++) {
        struct make_request req = {.mode = S_IFLNK | 0777,
                                   .target = links[i].target};

        err = ramfs_add(root, links[i].name, &req);
    }
    return err;
}

int devfs_create(struct dentry **root)
{
    int err = ramfs_create_root(&dev_fs, root);

    return err != 0 ? err : add_nodes(*root);
}
