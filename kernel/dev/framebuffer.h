/* SPDX-License-Identifier: MIT */
/*
 * Characters on a linear frame buffer of 15, 16, 24 or 32 bits a pixel.
 */
#ifndef KERNEL_DEV_FRAMEBUFFER_H
#define KERNEL_DEV_FRAMEBUFFER_H

#include "boot/bootinfo.h"
#include "kernel/dev/vt.h"

/* Maps and clears it. The text that fits, in characters, within VT_MAX_*.
 * => 0; -ENODEV if it is of no use: an odd format, or too small; -ENOMEM */
__must_check int framebuffer_init(const struct boot_framebuffer *info,
                                  unsigned *ncolumns, unsigned *nrows);

/* The whole of it, for programs to draw on. */
struct framebuffer {
    const struct boot_framebuffer *mode;
    paddr_t base;
    char *memory; /* where the kernel sees it, write-combining */
    size_t len;   /* bytes */
};

/* False: there is none in use, or not yet. */
bool framebuffer_get(struct framebuffer *out);

/* => framebuffer_init succeeded; x and y on the screen */
void framebuffer_draw(unsigned x, unsigned y, vt_cell cell);

#endif
