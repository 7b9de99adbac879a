/* SPDX-License-Identifier: MIT */
/*
 * Frame buffers as devices, /dev/fb0: Linux's Documentation/fb/api.rst.
 */
#ifndef ABI_FB_H
#define ABI_FB_H

#include <stdint.h>

#define FBIOGET_VSCREENINFO 0x4600
#define FBIOPUT_VSCREENINFO 0x4601
#define FBIOGET_FSCREENINFO 0x4602
#define FBIOPAN_DISPLAY 0x4606
#define FBIOBLANK 0x4611

/* ---- FBIOBLANK ---- */
#define FB_BLANK_UNBLANK 0
#define FB_BLANK_NORMAL 1
#define FB_BLANK_POWERDOWN 4

/* Where a colour lies in a pixel, in bits. */
struct fb_bitfield {
    uint32_t offset;
    uint32_t length;
    uint32_t msb_right; /* 0: the most significant bit is left */
};

#define FB_ACTIVATE_NOW 0
#define FB_VMODE_NONINTERLACED 0

/* What a program might change. */
struct fb_var_screeninfo {
    uint32_t xres, yres;                 /* what is seen, in pixels */
    uint32_t xres_virtual, yres_virtual; /* what there is */
    uint32_t xoffset, yoffset;           /* what is seen begins there */
    uint32_t bits_per_pixel;
    uint32_t grayscale;
    struct fb_bitfield red, green, blue, transp;
    uint32_t nonstd;
    uint32_t activate;
    uint32_t height, width; /* of the picture in mm; -1: not known */
    uint32_t accel_flags;
    /* timing: all 0 if not known */
    uint32_t pixclock;
    uint32_t left_margin, right_margin, upper_margin, lower_margin;
    uint32_t hsync_len, vsync_len;
    uint32_t sync;
    uint32_t vmode;
    uint32_t rotate;
    uint32_t colorspace;
    uint32_t reserved[4];
};

_Static_assert(sizeof(struct fb_var_screeninfo) == 160, "as Linux has it");

#define FB_TYPE_PACKED_PIXELS 0
#define FB_VISUAL_TRUECOLOR 2
#define FB_ACCEL_NONE 0

/* What it cannot change. */
struct fb_fix_screeninfo {
    char id[16];
    uint64_t smem_start; /* physical */
    uint32_t smem_len;   /* bytes that can be mapped */
    uint32_t type;
    uint32_t type_aux;
    uint32_t visual;
    uint16_t xpanstep, ypanstep, ywrapstep; /* 0: no panning */
    uint32_t line_length; /* bytes from one row of pixels to the next */
    uint64_t mmio_start;
    uint32_t mmio_len;
    uint32_t accel;
    uint16_t capabilities;
    uint16_t reserved[2];
};

_Static_assert(sizeof(struct fb_fix_screeninfo) == 80, "as Linux has it");

#endif
