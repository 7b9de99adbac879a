/* SPDX-License-Identifier: MIT */
/*
 * The terminal's escape sequences (ECMA-48; console_codes(4)).
 *
 *     ESC [ params final      CSI: most of them
 *     ESC final               a few old ones
 *     ESC ] text BEL          a title: left out
 *
 * What is unknown is read to its end and has no effect. Questions (what are
 * you, where is the cursor) get no answer: the terminal at the other end of
 * the serial line gives it.
 */
#include "kernel/dev/vt.h"

#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define PARAM_MAX 9999U /* enough for all; no overflow */

#define GREY 7
#define BLACK 0
#define BRIGHT 8

/* ANSI counts red, green, blue upwards; VGA blue, green, red. */
static const uint8_t vga_colour[] = {0, 4, 2, 6, 1, 5, 3, 7};

/* Parameter i, or what stands for one left out (or 0). */
static unsigned param(const struct vt *vt, unsigned i, unsigned otherwise)
{
    return i < vt->nparams && vt->params[i] != 0 ? vt->params[i] : otherwise;
}

/* ---- colours ---- */

/* One of VGA's 16 colours that is near a red, green and blue of 0..255. */
static uint8_t nearest(unsigned red, unsigned green, unsigned blue)
{
    const unsigned warm = MAX(red, green);
    const unsigned most = MAX(warm, blue);
    const unsigned half = most / 2;
    unsigned ansi;

    if (most < 48)
        return BLACK;
    ansi = (red > half) | (green > half) << 1 | (blue > half) << 2;
    return (uint8_t)(vga_colour[ansi] | (most > 192 ? BRIGHT : 0));
}

/* xterm's 256: the 16, a 6x6x6 cube, 24 greys. */
static uint8_t from_256(unsigned n)
{
    const unsigned cube = n - 16;

    if (n < 16)
        return (uint8_t)(vga_colour[n & 7] | (n & BRIGHT));
    if (n < 232)
        return nearest(cube / 36 * 51, cube / 6 % 6 * 51, cube % 6 * 51);
    return nearest((n - 232) * 11, (n - 232) * 11, (n - 232) * 11);
}

/* 38 or 48 at parameter i: "5;n" or "2;r;g;b" follows. How many follow. */
static unsigned extended_colour(const struct vt *vt, unsigned i, uint8_t *out)
{
    const unsigned kind = param(vt, i + 1, 0);

    if (kind == 5) {
        *out = from_256(param(vt, i + 2, 0) & 0xff);
        return 2;
    }
    if (kind == 2) {
        *out = nearest(param(vt, i + 2, 0), param(vt, i + 3, 0),
                       param(vt, i + 4, 0));
        return 4;
    }
    return 0;
}

/* The parameters that name one of the eight or sixteen colours. */
static void plain_colour(struct vt_pen *pen, unsigned n)
{
    if (n >= 30 && n <= 37)
        pen->foreground = vga_colour[n - 30];
    else if (n >= 40 && n <= 47)
        pen->background = vga_colour[n - 40];
    else if (n >= 90 && n <= 97)
        pen->foreground = vga_colour[n - 90] | BRIGHT;
    else if (n >= 100 && n <= 107)
        pen->background = vga_colour[n - 100];
}

static unsigned rendition(struct vt *vt, unsigned i)
{
    struct vt_pen *pen = &vt->pen;
    unsigned used = 0;

    switch (vt->params[i]) {
    case 0: vt_reset_pen(vt); break;
    case 1: pen->bold = true; break;
    case 2:
    case 21:
    case 22: pen->bold = false; break;
    case 7: pen->reverse = true; break;
    case 27: pen->reverse = false; break;
    case 38: used = extended_colour(vt, i, &pen->foreground); break;
    case 39: pen->foreground = GREY; break;
    case 48:
        used = extended_colour(vt, i, &pen->background);
        pen->background &= BRIGHT - 1;
        break;
    case 49: pen->background = BLACK; break;
    default: plain_colour(pen, vt->params[i]); break;
    }
    return used;
}

static void select_renditions(struct vt *vt)
{
    for (unsigned i = 0; i < vt->nparams; i++)
        i += rendition(vt, i);
}

/* ---- erasing ---- */

static void erase_rows(struct vt *vt, unsigned from, unsigned to)
{
    for (unsigned y = from; y < to; y++)
        vt_erase(vt, y, 0, vt->ncolumns);
}

static void erase_in_line(struct vt *vt, unsigned which)
{
    const unsigned from = which == 0 ? vt->x : 0;
    const unsigned to = which == 1 ? vt->x + 1 : vt->ncolumns;

    if (which <= 2)
        vt_erase(vt, vt->y, from, to);
}

static void erase_in_display(struct vt *vt, unsigned which)
{
    if (which == 0)
        erase_rows(vt, vt->y + 1, vt->nrows);
    else if (which == 1)
        erase_rows(vt, 0, vt->y);
    else
        erase_rows(vt, 0, vt->nrows);
    if (which <= 1)
        erase_in_line(vt, which);
}

/* ---- sequences ---- */

static void save_cursor(struct vt *vt)
{
    vt->saved.x = vt->x;
    vt->saved.y = vt->y;
    vt->saved.pen = vt->pen;
}

static void restore_cursor(struct vt *vt)
{
    vt_move(vt, (int)vt->saved.x, (int)vt->saved.y);
    vt->pen = vt->saved.pen;
}

static void csi_move(struct vt *vt, char final)
{
    const int n = (int)param(vt, 0, 1);
    const int x = (int)vt->x, y = (int)vt->y;

    switch (final) {
    case 'A': vt_move(vt, x, y - n); break;
    case 'B':
    case 'e': vt_move(vt, x, y + n); break;
    case 'C':
    case 'a': vt_move(vt, x + n, y); break;
    case 'D': vt_move(vt, x - n, y); break;
    case 'E': vt_move(vt, 0, y + n); break;
    case 'F': vt_move(vt, 0, y - n); break;
    case 'G':
    case '`': vt_move(vt, n - 1, y); break;
    case 'd': vt_move(vt, x, n - 1); break;
    case 'H':
    case 'f': vt_move(vt, (int)param(vt, 1, 1) - 1, n - 1); break;
    default: break;
    }
}

static void csi_edit(struct vt *vt, char final)
{
    const unsigned n = param(vt, 0, 1);

    vt->wrap_pending = false;
    switch (final) {
    case 'J': erase_in_display(vt, param(vt, 0, 0)); break;
    case 'K': erase_in_line(vt, param(vt, 0, 0)); break;
    case 'L': vt_insert_rows(vt, n); break;
    case 'M': vt_delete_rows(vt, n); break;
    case 'P': vt_delete_cells(vt, n); break;
    case 'X': vt_erase(vt, vt->y, vt->x, MIN(vt->x + n, vt->ncolumns)); break;
    case '@': vt_insert_cells(vt, n); break;
    default: break;
    }
}

static void csi_final(struct vt *vt, char final)
{
    vt->state = VT_GROUND;
    if (vt->private_mark != 0) {
        if (vt->private_mark == '?' && param(vt, 0, 0) == 25 &&
            (final == 'h' || final == 'l')) {
            vt->cursor_hidden = final == 'l';
            vt->dirty[vt->y] = true;
        }
        return;
    }
    switch (final) {
    case 'm': select_renditions(vt); break;
    case 's': save_cursor(vt); break;
    case 'u': restore_cursor(vt); break;
    case 'J':
    case 'K':
    case 'L':
    case 'M':
    case 'P':
    case 'X':
    case '@': csi_edit(vt, final); break;
    default: csi_move(vt, final); break;
    }
}

static void csi_digit(struct vt *vt, unsigned digit)
{
    unsigned *value = &vt->params[vt->nparams - 1];

    *value = MIN(*value * 10 + digit, PARAM_MAX);
}

static void csi_byte(struct vt *vt, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        csi_digit(vt, byte - '0');
    } else if (byte == ';' || byte == ':') {
        if (vt->nparams < VT_MAX_PARAMS)
            vt->params[vt->nparams++] = 0;
    } else if (byte >= '<' && byte <= '?') {
        vt->private_mark = (char)byte;
    } else if (byte == '[') {
        vt->state = VT_CSI_KEY;
    } else if (byte >= '@') {
        csi_final(vt, (char)byte);
    }
}

static void csi_start(struct vt *vt)
{
    vt->state = VT_CSI;
    vt->params[0] = 0;
    vt->nparams = 1;
    vt->private_mark = 0;
}

static void escape_byte(struct vt *vt, uint8_t byte)
{
    vt->state = VT_GROUND;
    switch (byte) {
    case '[': csi_start(vt); break;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': vt->state = VT_STRING; break;
    case '(':
    case ')':
    case '#':
    case '%':
    case ' ': vt->state = VT_CHARSET; break;
    case '7': save_cursor(vt); break;
    case '8': restore_cursor(vt); break;
    case 'D': vt_line_feed(vt); break;
    case 'E':
        vt->x = 0;
        vt_line_feed(vt);
        break;
    case 'M': vt_reverse_line_feed(vt); break;
    case 'c': vt_init(vt, vt->cells, vt->ncolumns, vt->nrows); break;
    default: break;
    }
}

static void string_byte(struct vt *vt, uint8_t byte)
{
    if (byte == ESC)
        vt->state = VT_ESCAPE; /* ESC \ has no effect of its own */
    else if (byte == BEL || byte == CAN || byte == SUB)
        vt->state = VT_GROUND;
}

void vt_escape_byte(struct vt *vt, uint8_t byte)
{
    switch (vt->state) {
    case VT_ESCAPE: escape_byte(vt, byte); break;
    case VT_CSI: csi_byte(vt, byte); break;
    case VT_STRING: string_byte(vt, byte); break;
    case VT_CHARSET:
    case VT_CSI_KEY:
    case VT_GROUND: vt->state = VT_GROUND; break;
    }
}
