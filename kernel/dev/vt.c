/* SPDX-License-Identifier: MIT */
/*
 * The terminal's grid: characters, the cursor, scrolling, erasing.
 *
 *   I1  x < ncolumns and y < nrows
 *   I2  a row whose cells changed since its dirty flag was cleared has it set
 *
 * Locks: none here; see vt.h. Read next: vt_escape.c, screen.c.
 */
#include "kernel/dev/vt.h"
#include "kernel/lib/string.h"

#define TAB_WIDTH 8
#define GREY 7
#define UNKNOWN '?'

enum control {
    CONTROL_BACKSPACE = 0x08,
    CONTROL_TAB = 0x09,
    CONTROL_LF = 0x0a,
    CONTROL_VT = 0x0b,
    CONTROL_FF = 0x0c,
    CONTROL_CR = 0x0d,
    CONTROL_ESC = 0x1b,
    CONTROL_DELETE = 0x7f,
};

/* Unicode's characters that code page 437 has and programs draw with. */
static const struct {
    uint16_t unicode;
    uint8_t code;
} code_page[] = {
    {0x00a0, ' '},  {0x2010, '-'},  {0x2011, '-'},  {0x2012, '-'},
    {0x2013, '-'},  {0x2014, '-'},  {0x2018, '\''}, {0x2019, '\''},
    {0x201c, '"'},  {0x201d, '"'},  {0x2022, 0xfe}, {0x2190, '<'},
    {0x2191, '^'},  {0x2192, '>'},  {0x2193, 'v'},  {0x2500, 0xc4},
    {0x2502, 0xb3}, {0x250c, 0xda}, {0x2510, 0xbf}, {0x2514, 0xc0},
    {0x2518, 0xd9}, {0x251c, 0xc3}, {0x2524, 0xb4}, {0x252c, 0xc2},
    {0x2534, 0xc1}, {0x253c, 0xc5}, {0x2580, 0xdf}, {0x2584, 0xdc},
    {0x2588, 0xdb}, {0x258c, 0xdd}, {0x2590, 0xde}, {0x2591, 0xb0},
    {0x2592, 0xb1}, {0x2593, 0xb2}, {0x25a0, 0xfe},
};

static uint8_t to_code_page(uint32_t unicode)
{
    if (unicode < CONTROL_DELETE)
        return (uint8_t)unicode;
    for (size_t i = 0; i < ARRAY_SIZE(code_page); i++)
        if (code_page[i].unicode == unicode)
            return code_page[i].code;
    return UNKNOWN;
}

static vt_cell make_cell(const struct vt_pen *pen, uint8_t code)
{
    const unsigned light = pen->bold ? 8 : 0;
    const vt_cell cell = (vt_cell)(code | (pen->foreground | light) << 8 |
                                   pen->background << 12);

    return pen->reverse ? vt_invert(cell) : cell;
}

/* What erased cells become: the background colour stays. */
static vt_cell blank_cell(const struct vt *vt)
{
    const struct vt_pen pen = {GREY, vt->pen.background, false, false};

    return make_cell(&pen, ' ');
}

void vt_reset_pen(struct vt *vt)
{
    vt->pen = (struct vt_pen){.foreground = GREY};
}

void vt_init(struct vt *vt, vt_cell *cells, unsigned ncolumns, unsigned nrows)
{
    *vt = (struct vt){.cells = cells, .ncolumns = ncolumns, .nrows = nrows};
    vt_reset_pen(vt);
    vt->saved.pen = vt->pen;
    for (unsigned y = 0; y < nrows; y++)
        vt_erase(vt, y, 0, ncolumns);
}

void vt_erase(struct vt *vt, unsigned y, unsigned from, unsigned to)
{
    const vt_cell blank = blank_cell(vt);
    vt_cell *row = vt_row(vt, y);

    for (unsigned x = from; x < to; x++)
        row[x] = blank;
    vt->dirty[y] = true;
}

static unsigned clamp(int value, unsigned limit)
{
    if (value < 0)
        return 0;
    return MIN((unsigned)value, limit - 1);
}

void vt_move(struct vt *vt, int x, int y)
{
    vt->x = clamp(x, vt->ncolumns);
    vt->y = clamp(y, vt->nrows);
    vt->wrap_pending = false;
}

static void mark_all(struct vt *vt)
{
    for (unsigned y = 0; y < vt->nrows; y++)
        vt->dirty[y] = true;
}

void vt_line_feed(struct vt *vt)
{
    vt->wrap_pending = false;
    if (vt->y + 1 < vt->nrows) {
        vt->y++;
        return;
    }
    vt->top = (vt->top + 1) % vt->nrows;
    mark_all(vt);
    vt_erase(vt, vt->nrows - 1, 0, vt->ncolumns);
}

void vt_reverse_line_feed(struct vt *vt)
{
    vt->wrap_pending = false;
    if (vt->y > 0) {
        vt->y--;
        return;
    }
    vt->top = (vt->top + vt->nrows - 1) % vt->nrows;
    mark_all(vt);
    vt_erase(vt, 0, 0, vt->ncolumns);
}

void vt_insert_cells(struct vt *vt, unsigned n)
{
    vt_cell *at = vt_row(vt, vt->y) + vt->x;
    const unsigned room = vt->ncolumns - vt->x;

    n = MIN(n, room);
    memmove(at + n, at, (room - n) * sizeof(*at));
    vt_erase(vt, vt->y, vt->x, vt->x + n);
}

void vt_delete_cells(struct vt *vt, unsigned n)
{
    vt_cell *at = vt_row(vt, vt->y) + vt->x;
    const unsigned room = vt->ncolumns - vt->x;

    n = MIN(n, room);
    memmove(at, at + n, (room - n) * sizeof(*at));
    vt_erase(vt, vt->y, vt->ncolumns - n, vt->ncolumns);
}

static void copy_row(struct vt *vt, unsigned to, unsigned from)
{
    memcpy(vt_row(vt, to), vt_row(vt, from), vt->ncolumns * sizeof(*vt->cells));
    vt->dirty[to] = true;
}

void vt_insert_rows(struct vt *vt, unsigned n)
{
    n = MIN(n, vt->nrows - vt->y);
    for (unsigned y = vt->nrows; y-- > vt->y + n;)
        copy_row(vt, y, y - n);
    for (unsigned y = vt->y; y < vt->y + n; y++)
        vt_erase(vt, y, 0, vt->ncolumns);
}

void vt_delete_rows(struct vt *vt, unsigned n)
{
    n = MIN(n, vt->nrows - vt->y);
    for (unsigned y = vt->y; y + n < vt->nrows; y++)
        copy_row(vt, y, y + n);
    for (unsigned y = vt->nrows - n; y < vt->nrows; y++)
        vt_erase(vt, y, 0, vt->ncolumns);
}

static void print(struct vt *vt, uint32_t unicode)
{
    if (vt->wrap_pending) {
        vt->x = 0;
        vt_line_feed(vt);
    }
    vt_row(vt, vt->y)[vt->x] = make_cell(&vt->pen, to_code_page(unicode));
    vt->dirty[vt->y] = true;
    if (vt->x + 1 < vt->ncolumns)
        vt->x++;
    else
        vt->wrap_pending = true;
}

static void control(struct vt *vt, uint8_t byte)
{
    switch (byte) {
    case CONTROL_BACKSPACE: vt_move(vt, (int)vt->x - 1, (int)vt->y); break;
    case CONTROL_TAB:
        vt_move(vt, (int)ROUND_UP(vt->x + 1, TAB_WIDTH), (int)vt->y);
        break;
    case CONTROL_LF:
    case CONTROL_VT:
    case CONTROL_FF: vt_line_feed(vt); break;
    case CONTROL_CR: vt_move(vt, 0, (int)vt->y); break;
    case CONTROL_ESC: vt->state = VT_ESCAPE; break;
    default: break;
    }
}

/* The first byte of a UTF-8 sequence (RFC 3629, 3). */
static void utf8_start(struct vt *vt, uint8_t byte)
{
    if (byte >= 0xf0)
        vt->continuation = 3;
    else if (byte >= 0xe0)
        vt->continuation = 2;
    else
        vt->continuation = byte >= 0xc0 ? 1 : 0;
    vt->codepoint = byte & (0x3fU >> vt->continuation);
    if (vt->continuation == 0)
        print(vt, UNKNOWN);
}

/* A byte of the ground state, with its high bit set. */
static void utf8_byte(struct vt *vt, uint8_t byte)
{
    if (vt->continuation == 0 || (byte & 0xc0) != 0x80) {
        utf8_start(vt, byte);
        return;
    }
    vt->codepoint = vt->codepoint << 6 | (byte & 0x3f);
    if (--vt->continuation == 0)
        print(vt, vt->codepoint);
}

static void ground_byte(struct vt *vt, uint8_t byte)
{
    if (byte >= 0x80) {
        utf8_byte(vt, byte);
        return;
    }
    vt->continuation = 0;
    if (byte < ' ' || byte == CONTROL_DELETE)
        control(vt, byte);
    else
        print(vt, byte);
}

void vt_write(struct vt *vt, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = (uint8_t)bytes[i];

        /* Inside a sequence too, a control character does what it does. */
        if (vt->state == VT_GROUND || (byte < ' ' && vt->state != VT_STRING))
            ground_byte(vt, byte);
        else
            vt_escape_byte(vt, byte);
    }
}
