/* SPDX-License-Identifier: MIT */
/* Where commands come from, line by line. */
#ifndef SH_SOURCE_H
#define SH_SOURCE_H

#include <stdbool.h>

#include "user/bin/sh/sh.h"

struct source {
    /* The next line with its newline, or several; NULL at the end. `more`: in
     * the middle of a command. Valid until the next call. */
    const char *(*line)(struct source *source, bool more);
    const char *string; /* what is left of it: strings */
    int fd;             /* files */
    struct text text;   /* the line that was returned */
};

struct source source_string(const char *string);

/* Reads byte by byte, so that what a command reads from the same descriptor
 * starts where its line ends. */
struct source source_file(int fd);

/* A person at a terminal, who is prompted with $PS1 and $PS2. */
struct source source_terminal(int fd);

void source_end(struct source *source);

#endif
