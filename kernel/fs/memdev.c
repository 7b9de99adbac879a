/* SPDX-License-Identifier: MIT */
/*
 * /dev/mem: physical memory by its address, mem(4). It is for the superuser,
 * and even he gets at devices only, never at RAM that somebody uses (Linux:
 * CONFIG_STRICT_DEVMEM). The one device whose memory is of use to programs is
 * the frame buffer.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/fs/devfs.h"
#include "mm/devmap.h"

static struct devmap mem_map; /* constant after memdev_init; end 0: nothing may
                                 be reached */

/* The same frames as those of /dev/fb0, at their own addresses. */
void memdev_init(void)
{
    const struct devmap *map = fbdev_map();

    mem_map.refusal = -EPERM;
    if (map == NULL)
        return;
    mem_map = *map;
    mem_map.origin = PADDR(0);
    mem_map.first = map->origin.v >> PAGE_SHIFT;
    mem_map.end = mem_map.first + map->end;
    mem_map.refusal = -EPERM;
}

int memdev_open(struct file *file)
{
    if (!proc_current_is_root())
        return -EPERM;
    file->map.device = &mem_map;
    file->map.mappable = true;
    return 0;
}

/* Where the kernel sees these addresses; NULL: they may not be reached. */
static char *find(uint64_t pos, size_t len)
{
    const uint64_t first = mem_map.first << PAGE_SHIFT;
    const uint64_t end = mem_map.end << PAGE_SHIFT;

    if (pos < first || pos > end || len > end - pos)
        return NULL;
    return mem_map.kernel + (pos - first);
}

static ssize_t memdev_read(struct file *file __unused, struct iobuf *io,
                           uint64_t *pos)
{
    const size_t len = io->len;
    const char *from = find(*pos, len);
    size_t copied;

    if (len == 0)
        return 0;
    if (from == NULL)
        return -EPERM;
    copied = iobuf_copy_to(io, from, len);
    *pos += copied;
    return copied > 0 ? (ssize_t)copied : -EFAULT;
}

static ssize_t memdev_write(struct file *file __unused, struct iobuf *io,
                            uint64_t *pos)
{
    const size_t len = io->len;
    char *to = find(*pos, len);
    size_t copied;

    if (len == 0)
        return 0;
    if (to == NULL)
        return -EPERM;
    copied = iobuf_copy_from(io, to, len);
    *pos += copied;
    return copied > 0 ? (ssize_t)copied : -EFAULT;
}

static int64_t memdev_lseek(struct file *file, int64_t offset, int whence)
{
    return whence <= SEEK_CUR ? file_lseek_sized(file, offset, whence, 0)
                              : -EINVAL;
}

const struct file_ops memdev_file_ops = {
    .read = memdev_read,
    .write = memdev_write,
    .lseek = memdev_lseek,
};
