/* SPDX-License-Identifier: MIT */
/*
 * A terminal's screen as text: bytes in, a grid of cells out. It understands
 * what TERM=linux programs use (console_codes(4)): cursor movement, erasing,
 * inserting and deleting, colours. UTF-8 is mapped to code page 437; what that
 * lacks shows as a question mark.
 *
 * It knows no device and takes no lock: whoever owns it (screen.c) has one.
 * vt.c has the grid, vt_escape.c the escape sequences.
 */
#ifndef KERNEL_DEV_VT_H
#define KERNEL_DEV_VT_H

#include "kernel/lib/types.h"

#define VT_MAX_COLUMNS 240
#define VT_MAX_ROWS 80
#define VT_MAX_PARAMS 16

/* A cell as in VGA's text mode: the character, then foreground in bits 8..11
 * and background in bits 12..14, both in VGA's order of colours. */
typedef uint16_t vt_cell;

/* What the next character will look like. Colours in VGA's order. */
struct vt_pen {
    uint8_t foreground, background; /* 0..15 and 0..7 */
    bool bold, reverse;
};

enum vt_state {
    VT_GROUND,
    VT_ESCAPE,  /* after ESC */
    VT_CHARSET, /* after ESC and one of ( ) # %: a byte is left out */
    VT_CSI,     /* after ESC [ */
    VT_CSI_KEY, /* after ESC [ [, a function key's name: a byte is left out */
    VT_STRING,  /* after ESC ], until BEL or ESC \ */
};

/* The rows are a ring, so that scrolling moves no cell: screen row y is row
 * (top + y) % nrows of cells. */
struct vt {
    vt_cell *cells;           /* C: nrows rows of ncolumns */
    unsigned ncolumns, nrows; /* C */
    unsigned top;
    unsigned x, y;     /* the cursor */
    bool wrap_pending; /* the last column is full: the next character goes to
                          the next row */
    bool cursor_hidden;
    struct vt_pen pen;
    struct {
        unsigned x, y;
        struct vt_pen pen;
    } saved;
    bool dirty[VT_MAX_ROWS]; /* rows changed since the owner last cleared it */

    enum vt_state state;
    unsigned params[VT_MAX_PARAMS]; /* of a CSI sequence; 0: left out */
    unsigned nparams;
    char private_mark;     /* '?' and kin after ESC [, or 0 */
    uint32_t codepoint;    /* of UTF-8, so far */
    unsigned continuation; /* bytes of it that are still to come */
};                         /* C: constant after vt_init */

/* A blank screen. => cells: ncolumns * nrows, within VT_MAX_* */
void vt_init(struct vt *vt, vt_cell *cells, unsigned ncolumns, unsigned nrows);

void vt_write(struct vt *vt, const char *bytes, size_t len);

static inline vt_cell *vt_row(const struct vt *vt, unsigned y)
{
    return vt->cells + (vt->top + y) % vt->nrows * vt->ncolumns;
}

/* The cell with its colours exchanged: the cursor. */
static inline vt_cell vt_invert(vt_cell cell)
{
    return (vt_cell)((cell & 0xff) | (cell >> 4 & 0x0700) |
                     (cell << 4 & 0x7000));
}

/* ---- between vt.c and vt_escape.c ---- */

/* One byte while not in VT_GROUND. */
void vt_escape_byte(struct vt *vt, uint8_t byte);

/* The cursor goes there, or as near as the screen allows. */
void vt_move(struct vt *vt, int x, int y);
/* Down or up one row; at the edge the screen scrolls. */
void vt_line_feed(struct vt *vt);
void vt_reverse_line_feed(struct vt *vt);
/* Blanks columns [from, to) of a row. */
void vt_erase(struct vt *vt, unsigned y, unsigned from, unsigned to);
/* n blanks come in at the cursor, or n characters go out there. */
void vt_insert_cells(struct vt *vt, unsigned n);
void vt_delete_cells(struct vt *vt, unsigned n);
/* The same with rows. */
void vt_insert_rows(struct vt *vt, unsigned n);
void vt_delete_rows(struct vt *vt, unsigned n);
void vt_reset_pen(struct vt *vt);

#endif
