/* SPDX-License-Identifier: MIT */
/*
 * The screen's font, by code page 437's numbers. Each byte is a row of eight
 * pixels, the leftmost its highest bit. What has no glyph is blank.
 */
#ifndef KERNEL_DEV_FONT_H
#define KERNEL_DEV_FONT_H

#include "kernel/lib/types.h"

#define FONT_WIDTH 8
#define FONT_HEIGHT 16
#define FONT_GLYPHS 256

extern const uint8_t font_glyphs[FONT_GLYPHS][FONT_HEIGHT];

#endif
