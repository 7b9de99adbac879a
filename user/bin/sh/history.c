/* SPDX-License-Identifier: MIT */
/*
 * The lines that were typed: a ring, so that the oldest one goes.
 */
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/edit.h"

#define HISTORY_LINES 128U

static char *lines[HISTORY_LINES];
static unsigned count; /* ever added; line i is in slot i % HISTORY_LINES */

void history_add(const char *line)
{
    const char *last = history_get(1);
    char *copy;

    if (line[strspn(line, " \t")] == '\0' ||
        (last != NULL && strcmp(last, line) == 0))
        return;
    copy = strdup(line);
    if (copy == NULL)
        return; /* no memory: then this line is forgotten */
    free(lines[count % HISTORY_LINES]);
    lines[count++ % HISTORY_LINES] = copy;
}

const char *history_get(unsigned back)
{
    if (back == 0 || back > count || back > HISTORY_LINES)
        return NULL;
    return lines[(count - back) % HISTORY_LINES];
}
