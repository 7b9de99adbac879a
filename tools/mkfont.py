#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes kernel/dev/font.c, the screen's glyphs; its output is in the tree.

    tools/mkfont.py 8x13.pcf.gz > kernel/dev/font.c

The letters are those of "Misc Fixed" 8x13 (in Debian's xfonts-base, under
/usr/share/fonts/X11/misc), which its makers gave to the public domain. They
are 13 pixels high and get a little air around them. Lines and blocks are drawn
here, so that they meet across cells. The numbers of the characters are those
of code page 437, as in VGA's text mode.
"""
import gzip
import struct
import sys

HEIGHT = 16
PER_LINE = 11  # bytes that fit, as clang-format has it
AIR_ABOVE = 2
TABLE_METRICS, TABLE_BITMAPS, TABLE_ENCODINGS = 4, 8, 32

HEAD = '''\
/* SPDX-License-Identifier: MIT */
/*
 * Made by tools/mkfont.py from the public-domain font "Misc Fixed" 8x13;
 * lines and blocks are the script's own.
 */
#include "kernel/dev/font.h"

const uint8_t font_glyphs[FONT_GLYPHS][FONT_HEIGHT] = {
'''

# Which arms a line character has: up, down, left, right.
LINES = {0xb3: "ud", 0xc4: "lr", 0xda: "dr", 0xbf: "dl", 0xc0: "ur",
         0xd9: "ul", 0xc3: "udr", 0xb4: "udl", 0xc2: "dlr", 0xc1: "ulr",
         0xc5: "udlr"}


class Pcf:
    """The X11 font format, as far as a font of fixed width needs it."""

    def __init__(self, data):
        self.data = data
        magic, count = struct.unpack_from("<4sI", data)
        if magic != b"\x01fcp":
            raise ValueError("not a PCF font")
        self.tables = {}
        for i in range(count):
            kind, form, _, start = struct.unpack_from("<4I", data, 8 + 16 * i)
            self.tables[kind] = (form, start)
        self.heights = self._heights()

    def _open(self, kind):
        """A table's format word, its byte order, and where it goes on."""
        form, start = self.tables[kind]
        return form, ">" if form & 4 else "<", start + 4

    def _heights(self):
        form, order, at = self._open(TABLE_METRICS)
        if form & 0x100:  # compressed: bytes with an offset of 128
            count, = struct.unpack_from(order + "H", self.data, at)
            return [self.data[at + 2 + 5 * i + 3] +
                    self.data[at + 2 + 5 * i + 4] - 256 for i in range(count)]
        count, = struct.unpack_from(order + "I", self.data, at)
        return [sum(struct.unpack_from(order + "2h", self.data,
                                       at + 4 + 12 * i + 6))
                for i in range(count)]

    def _index(self, code):
        _, order, at = self._open(TABLE_ENCODINGS)
        low, high, first, last, _ = struct.unpack_from(order + "5H",
                                                       self.data, at)
        row, column = code >> 8, code & 0xff
        if not (low <= column <= high and first <= row <= last):
            raise KeyError(code)
        place = (row - first) * (high - low + 1) + column - low
        at += 10 + 2 * place
        return struct.unpack_from(order + "H", self.data, at)[0]

    def rows(self, code):
        form, order, at = self._open(TABLE_BITMAPS)
        count, = struct.unpack_from(order + "I", self.data, at)
        index = self._index(code)
        offset, = struct.unpack_from(order + "I", self.data,
                                     at + 4 + 4 * index)
        bits = at + 4 + 4 * count + 16 + offset
        stride = 1 << (form & 3)
        rows = self.data[bits:bits + stride * self.heights[index]:stride]
        if form & 8:  # the leftmost pixel is the highest bit already
            return list(rows)
        return [int(f"{row:08b}"[::-1], 2) for row in rows]


def line(arms):
    rows = []
    for y in range(HEIGHT):
        row = 0
        if ("u" in arms and y <= 7) or ("d" in arms and y >= 7):
            row |= 0x18
        if y == 7:
            row |= (0xf8 if "l" in arms else 0) | (0x1f if "r" in arms else 0)
        rows.append(row)
    return rows


def blocks():
    """Code page 437's shades and half blocks."""
    half = HEIGHT // 2
    return {0xb0: [0x22, 0x88] * half, 0xb1: [0xaa, 0x55] * half,
            0xb2: [0xdd, 0x77] * half, 0xdb: [0xff] * HEIGHT,
            0xdc: [0] * half + [0xff] * half, 0xdd: [0xf0] * HEIGHT,
            0xde: [0x0f] * HEIGHT, 0xdf: [0xff] * half + [0] * half,
            0xfe: [0] * 4 + [0x7e] * 8 + [0] * 4}


def glyphs(font):
    table = {}
    for code in range(0x21, 0x7f):
        rows = [0] * AIR_ABOVE + font.rows(code)
        table[code] = rows + [0] * (HEIGHT - len(rows))
    for code, arms in LINES.items():
        table[code] = line(arms)
    table.update(blocks())
    return table


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.splitlines()[2].strip())
    with gzip.open(sys.argv[1]) as file:
        font = Pcf(file.read())
    print(HEAD, end="")
    for code, rows in sorted(glyphs(font).items()):
        cells = [f"0x{row:02x}," for row in rows]
        cells[-1] = cells[-1].rstrip(",") + "},"
        print(f"    [0x{code:02x}] = {{{' '.join(cells[:PER_LINE])}")
        print(f"              {' '.join(cells[PER_LINE:])}")
    print("};")


if __name__ == "__main__":
    main()
