/* SPDX-License-Identifier: MIT */
/*
 * Patterns: * any text, ? any character, [a-z] [!a-z] one of a set, and \x the
 * character x itself.
 */
#ifndef SH_GLOB_H
#define SH_GLOB_H

#include <stdbool.h>

#include "user/bin/sh/sh.h"

bool glob_matches(const char *pattern, const char *text);

/* Adds the files that a pattern names, sorted. How many. */
size_t glob_add_files(const char *pattern, struct strings *out);

#endif
