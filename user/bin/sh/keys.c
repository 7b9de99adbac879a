/* SPDX-License-Identifier: MIT */
/*
 * Keys from a terminal: most are one byte; the cursor's are an escape
 * sequence, as the Linux console, xterm and their like send them.
 */
#include "user/bin/sh/keys.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/sh.h"

static int read_byte(int fd)
{
    unsigned char c;
    ssize_t n = read(fd, &c, 1);

    if (n < 0 && shell.interrupted)
        return CTRL('C');
    return n == 1 ? c : KEY_CLOSED;
}

/* Behind ESC [ and a digit: N~, or N;M and a letter. */
static int numbered_key(int fd, int digit)
{
    static const char keys[] = "13478";
    int c = read_byte(fd);

    while (c != KEY_CLOSED && (isdigit(c) || c == ';'))
        c = read_byte(fd);
    if (c != '~' || strchr(keys, digit) == NULL)
        return KEY_NONE;
    if (digit == '3')
        return KEY_FORWARD_DELETE;
    return digit == '1' || digit == '7' ? KEY_HOME : KEY_END;
}

static int escape_key(int fd)
{
    int c = read_byte(fd);

    if (c == 'b')
        return KEY_WORD_LEFT;
    if (c == 'f')
        return KEY_WORD_RIGHT;
    if (c != '[' && c != 'O')
        return KEY_NONE;
    c = read_byte(fd);
    switch (c) {
    case 'A': return KEY_UP;
    case 'B': return KEY_DOWN;
    case 'C': return KEY_RIGHT;
    case 'D': return KEY_LEFT;
    case 'H': return KEY_HOME;
    case 'F': return KEY_END;
    default: return isdigit(c) ? numbered_key(fd, c) : KEY_NONE;
    }
}

int keys_read(int fd)
{
    int c = read_byte(fd);

    return c == KEY_ESCAPE ? escape_key(fd) : c;
}
