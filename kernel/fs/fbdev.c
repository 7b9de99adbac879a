/* SPDX-License-Identifier: MIT */
/*
 * /dev/fb0: the frame buffer that the boot loader set up, as memory that
 * programs can read, write and map. It answers as Linux's simple frame buffer
 * (simplefb) does: there is one mode, nothing pans, nothing blanks.
 *
 * The console goes on drawing characters that change there: who wants the
 * screen to himself keeps quiet.
 */
#include "kernel/abi/fb.h"
#include "kernel/abi/fcntl.h"
#include "kernel/dev/framebuffer.h"
#include "kernel/fs/devfs.h"
#include "kernel/lib/string.h"
#include "mm/devmap.h"
#include "mm/uaccess.h"

static struct framebuffer fb; /* C */
static struct devmap fb_map;  /* C; C: constant after fbdev_init */

bool fbdev_init(void)
{
    const uint64_t within = framebuffer_get(&fb) ? fb.base.v & PAGE_MASK : 0;

    if (fb.memory == NULL)
        return false;
    fb_map = (struct devmap){
        .origin = PADDR(fb.base.v - within),
        .end = ROUND_UP(within + fb.len, PAGE_SIZE) >> PAGE_SHIFT,
        .refusal = -EINVAL,
        .cache = KMAP_WRITE_COMBINING,
        .kernel = fb.memory - within,
    };
    return true;
}

const struct devmap *fbdev_map(void)
{
    return fb.memory != NULL ? &fb_map : NULL;
}

int fbdev_open(struct file *file)
{
    if (fb.memory == NULL)
        return -ENODEV;
    file->map.device = &fb_map;
    file->map.mappable = true;
    return 0;
}

/* ---- reading and writing ---- */

static ssize_t fbdev_read(struct file *file __unused, struct iobuf *io,
                          uint64_t *pos)
{
    size_t n, copied;

    if (*pos >= fb.len)
        return 0;
    n = MIN(io->len, fb.len - *pos);
    copied = iobuf_copy_to(io, fb.memory + *pos, n);
    *pos += copied;
    return copied > 0 || n == 0 ? (ssize_t)copied : -EFAULT;
}

static ssize_t fbdev_write(struct file *file __unused, struct iobuf *io,
                           uint64_t *pos)
{
    size_t n, copied;

    if (*pos > fb.len || (*pos == fb.len && io->len > fb.len))
        return -EFBIG;
    n = MIN(io->len, fb.len - *pos);
    if (n == 0)
        return io->len == 0 ? 0 : -ENOSPC;
    copied = iobuf_copy_from(io, fb.memory + *pos, n);
    *pos += copied;
    return copied > 0 ? (ssize_t)copied : -EFAULT;
}

/* Devices have no length, whatever is behind them. */
static int64_t fbdev_lseek(struct file *file, int64_t offset, int whence)
{
    return file_lseek_sized(file, offset, whence, 0);
}

/* ---- the calls of its own ---- */

static struct fb_var_screeninfo current_mode(void)
{
    return (struct fb_var_screeninfo){
        .xres = fb.mode->width,
        .yres = fb.mode->height,
        .xres_virtual = fb.mode->width,
        .yres_virtual = fb.mode->height,
        .bits_per_pixel = fb.mode->bits_per_pixel,
        .red = {.offset = fb.mode->red_shift, .length = fb.mode->red_bits},
        .green = {.offset = fb.mode->green_shift,
                  .length = fb.mode->green_bits},
        .blue = {.offset = fb.mode->blue_shift, .length = fb.mode->blue_bits},
        .activate = FB_ACTIVATE_NOW,
        .height = UINT32_MAX,
        .width = UINT32_MAX,
        .vmode = FB_VMODE_NONINTERLACED,
    };
}

static long get_mode(unsigned long arg)
{
    const struct fb_var_screeninfo mode = current_mode();

    return copy_to_user((void __user *)arg, &mode, sizeof(mode)) ? -EFAULT : 0;
}

static bool reads_mode(unsigned long arg)
{
    struct fb_var_screeninfo mode;

    return copy_from_user(&mode, (void __user *)arg, sizeof(mode)) == 0;
}

static long get_fixed(unsigned long arg)
{
    struct fb_fix_screeninfo fixed = {
        .smem_start = fb.base.v,
        .smem_len = (uint32_t)fb.len,
        .type = FB_TYPE_PACKED_PIXELS,
        .visual = FB_VISUAL_TRUECOLOR,
        .line_length = fb.mode->pitch,
        .accel = FB_ACCEL_NONE,
    };

    strlcpy(fixed.id, "simple", sizeof(fixed.id));
    return copy_to_user((void __user *)arg, &fixed, sizeof(fixed)) ? -EFAULT
                                                                   : 0;
}

/* Whatever mode is asked for, the answer is the one there is. */
static long fbdev_ioctl(struct file *file __unused, unsigned cmd,
                        unsigned long arg)
{
    switch (cmd) {
    case FBIOGET_VSCREENINFO: return get_mode(arg);
    case FBIOPUT_VSCREENINFO: return reads_mode(arg) ? get_mode(arg) : -EFAULT;
    case FBIOGET_FSCREENINFO: return get_fixed(arg);
    case FBIOPAN_DISPLAY: return reads_mode(arg) ? -EINVAL : -EFAULT;
    case FBIOBLANK: return -EINVAL;
    default: return -ENOTTY;
    }
}

const struct file_ops fbdev_file_ops = {
    .read = fbdev_read,
    .write = fbdev_write,
    .lseek = fbdev_lseek,
    .ioctl = fbdev_ioctl,
};
