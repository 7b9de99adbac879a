/* SPDX-License-Identifier: MIT */
/*
 * Where quotes and substitutions end. A word is kept as it was written, quotes
 * and all, until it is expanded; lexer and expansion share these functions.
 *
 * Each takes a place in a text and returns the place behind what stands there;
 * NULL if the text ends before that does.
 */
#ifndef SH_SCAN_H
#define SH_SCAN_H

#include <stdbool.h>

/* A character, or at a quote, a backslash or a $ all that belongs to it. */
const char *scan_unit(const char *p);
/* From the ( or { to its partner. */
const char *scan_parens(const char *p);
const char *scan_braces(const char *p);
/* A whole word: up to a blank or an operator outside quotes. */
const char *scan_word(const char *p);

/* A character that can be in a variable's name, other than first. */
bool scan_is_name(char c);
/* How many characters of a variable's name stand here; 0: none does. */
unsigned long scan_name_length(const char *p);

#endif
