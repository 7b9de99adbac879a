/* SPDX-License-Identifier: MIT */
/*
 * Editing a line on a terminal.
 *
 *     ← → ^B ^F        a character      Alt-b Alt-f   a word
 *     Home End ^A ^E   start, end       ↑ ↓ ^P ^N     older, newer lines
 *     Backspace Delete ^D               Tab           complete a name
 *     ^K ^U ^W         delete to the end, to the start, a word back
 *     ^R               search the older lines
 *     ^L               clear the screen
 *     ^C               give the line up    ^D on an empty line: the end
 */
#ifndef SH_EDIT_H
#define SH_EDIT_H

#include <stdbool.h>

#include "user/bin/sh/sh.h"

/* A terminal, and one that understands the cursor's movements. */
bool edit_possible(int fd);

/* A line with its newline, in `line`; NULL at the end of input. ^C sets
 * shell.interrupted. The terminal's modes are afterwards as before. */
const char *edit_line(int fd, const char *prompt, struct text *line);

/* ---- history.c ---- */

/* Remembers a line, without its newline. */
void history_add(const char *line);
/* The line `back` lines ago, from 1; NULL: none. */
const char *history_get(unsigned back);

/* ---- complete.c ---- */

/* What the word that ends at `at` may be completed to, sorted; folders end in
 * a /. *start: where the part that they replace starts. */
struct strings complete_word(const char *line, size_t at, size_t *start);

#endif
