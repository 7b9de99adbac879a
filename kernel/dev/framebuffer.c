/* SPDX-License-Identifier: MIT */
/*
 * The frame buffer. Its memory is mapped write-combining: writes are gathered
 * into bursts, reads would be slow and are never done here.
 *
 * A glyph's row is eight pixels, hence as many 64-bit words as a pixel has
 * bytes. masks[] has, for each of the 256 patterns, those words with all ones
 * where a pixel is set; so a row is drawn without looking at single pixels:
 *
 *     word = (foreground & mask) | (background & ~mask)
 *
 * Locks: none here; screen.c has one.
 */
#include "kernel/dev/framebuffer.h"
#include "kernel/abi/errno.h"
#include "kernel/dev/font.h"
#include "kernel/lib/string.h"
#include "mm/kmap.h"

#define BYTES_MAX 4 /* of a pixel */
#define COLOURS 16
#define PATTERNS 256
#define MIN_COLUMNS 20
#define MIN_ROWS 4

/* A row of eight equal pixels. */
struct pixels {
    uint64_t words[BYTES_MAX];
};

static uint8_t *memory; /* C: the text's first pixel */
static size_t pitch;    /* C: bytes from one row of pixels to the next */
static unsigned nbytes; /* C: of a pixel; words of a glyph's row */
static struct pixels masks[PATTERNS];  /* C */
static struct pixels colours[COLOURS]; /* C */
/* C: constant after framebuffer_init */

/* Bit 0 blue, 1 green, 2 red, 3 bright, as red, green, blue of 0..255. */
static void vga_colour(unsigned n, unsigned *rgb)
{
    const unsigned on = n & 8 ? 255 : 170, off = n & 8 ? 85 : 0;

    for (unsigned i = 0; i < 3; i++)
        rgb[i] = n >> (2 - i) & 1 ? on : off;
    if (n == 6)
        rgb[1] = 85; /* brown, not a dark yellow */
}

/* The upper `bits` of a value of 0..255, in their place. */
static uint32_t field(unsigned value, uint8_t shift, uint8_t bits)
{
    return bits <= 8 ? (uint32_t)(value >> (8 - bits)) << shift
                     : (uint32_t)value << (bits - 8) << shift;
}

static void make_colour(const struct boot_framebuffer *info, unsigned n)
{
    uint8_t *out = (uint8_t *)&colours[n];
    unsigned rgb[3];
    uint32_t pixel;

    vga_colour(n, rgb);
    pixel = field(rgb[0], info->red_shift, info->red_bits) |
            field(rgb[1], info->green_shift, info->green_bits) |
            field(rgb[2], info->blue_shift, info->blue_bits);
    for (unsigned i = 0; i < FONT_WIDTH; i++)
        memcpy(out + i * nbytes, &pixel, nbytes);
}

static void make_mask(unsigned pattern)
{
    uint8_t *out = (uint8_t *)&masks[pattern];

    for (unsigned i = 0; i < FONT_WIDTH; i++)
        memset(out + i * nbytes, pattern & 0x80 >> i ? 0xff : 0, nbytes);
}

static bool is_usable(const struct boot_framebuffer *info)
{
    const unsigned bytes = (info->bits_per_pixel + 7U) / 8;
    const unsigned shifts = MAX(info->red_shift, info->green_shift);

    return bytes >= 2 && bytes <= BYTES_MAX &&
           info->width >= MIN_COLUMNS * FONT_WIDTH &&
           info->height >= MIN_ROWS * FONT_HEIGHT &&
           info->pitch / bytes >= info->width &&
           MAX(shifts, info->blue_shift) < 32;
}

int framebuffer_init(const struct boot_framebuffer *info, unsigned *ncolumns,
                     unsigned *nrows)
{
    if (!is_usable(info))
        return -ENODEV;
    pitch = info->pitch;
    nbytes = (info->bits_per_pixel + 7U) / 8;
    memory =
        kmap_device(info->base, pitch * info->height, KMAP_WRITE_COMBINING);
    if (memory == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < COLOURS; i++)
        make_colour(info, i);
    for (unsigned i = 0; i < PATTERNS; i++)
        make_mask(i);
    for (unsigned y = 0; y < info->height; y++)
        memset(memory + y * pitch, 0, (size_t)info->width * nbytes);
    *ncolumns = MIN(info->width / FONT_WIDTH, (unsigned)VT_MAX_COLUMNS);
    *nrows = MIN(info->height / FONT_HEIGHT, (unsigned)VT_MAX_ROWS);
    return 0;
}

bool framebuffer_get(struct framebuffer *out)
{
    const struct boot_framebuffer *mode = &boot_info.framebuffer;

    if (memory == NULL)
        return false;
    *out = (struct framebuffer){.mode = mode,
                                .base = mode->base,
                                .memory = (char *)memory,
                                .len = pitch * mode->height};
    return true;
}

void framebuffer_draw(unsigned x, unsigned y, vt_cell cell)
{
    const uint8_t *glyph = font_glyphs[cell & 0xff];
    const uint64_t *front = colours[cell >> 8 & 0xf].words;
    const uint64_t *back = colours[cell >> 12 & 7].words;
    uint8_t *at = memory + (size_t)y * FONT_HEIGHT * pitch +
                  (size_t)x * FONT_WIDTH * nbytes;

    for (unsigned row = 0; row < FONT_HEIGHT; row++, at += pitch) {
        const uint64_t *mask = masks[glyph[row]].words;
        volatile uint64_t *out = (volatile uint64_t *)at;

        for (unsigned i = 0; i < nbytes; i++)
            out[i] = (front[i] & mask[i]) | (back[i] & ~mask[i]);
    }
}
