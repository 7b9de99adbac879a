/* SPDX-License-Identifier: MIT */
/*
 * Streams: reading.
 */
#include "user/lib/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The bytes there are to take now: none at the end and on errors. */
static size_t available(FILE *file)
{
    if (file->pos < file->end)
        return file->end - file->pos;
    if (lib_stream_read(file) != 0)
        return 0;
    if (file->pos < file->end)
        return file->end - file->pos;
    return lib_stream_fill(file);
}

int fgetc(FILE *file)
{
    if (available(file) == 0)
        return EOF;
    return (unsigned char)file->buffer[file->pos++];
}

int getc(FILE *file)
{
    return fgetc(file);
}

int getchar(void)
{
    return fgetc(stdin);
}

int ungetc(int c, FILE *file)
{
    if (c == EOF || lib_stream_read(file) != 0)
        return EOF;
    if (file->pos == 0 && file->end == 0)
        file->pos = file->end = 1;
    if (file->pos == 0)
        return EOF;
    file->buffer[--file->pos] = (char)c;
    file->flags &= ~(unsigned)STREAM_EOF;
    return (unsigned char)c;
}

/* Takes up to max bytes, but none after `stop` (-1: no such byte). */
static size_t take(FILE *file, char *to, size_t max, int stop)
{
    const char *from = file->buffer + file->pos;
    size_t len = file->end - file->pos;
    const char *found;

    if (len > max)
        len = max;
    found = stop >= 0 ? memchr(from, stop, len) : NULL;
    if (found != NULL)
        len = (size_t)(found - from) + 1;
    memcpy(to, from, len);
    file->pos += len;
    return len;
}

size_t fread(void *to, size_t size, size_t count, FILE *file)
{
    size_t wanted = size * count, got = 0;

    while (got < wanted && available(file) > 0)
        got += take(file, (char *)to + got, wanted - got, -1);
    return size > 0 ? got / size : 0;
}

char *fgets(char *line, int size, FILE *file)
{
    size_t room = size > 0 ? (size_t)size - 1 : 0, got = 0;

    while (got < room && available(file) > 0) {
        got += take(file, line + got, room - got, '\n');
        if (line[got - 1] == '\n')
            break;
    }
    if (got == 0 || ferror(file))
        return NULL;
    line[got] = '\0';
    return line;
}

/* Makes room for `more` bytes behind the `got` that *line has. 0 or -1. */
static int make_room(char **line, size_t *size, size_t got, size_t more)
{
    size_t room = *line != NULL ? *size : 0;
    char *bigger;

    if (room > got && more <= room - got)
        return 0;
    room = room < 64 ? 128 : 2 * room;
    if (room < got + more)
        room = got + more;
    bigger = realloc(*line, room);
    if (bigger == NULL)
        return -1;
    *line = bigger;
    *size = room;
    return 0;
}

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *file)
{
    size_t got = 0, more;

    do {
        more = available(file);
        if (make_room(line, size, got, more + 1) != 0)
            return -1;
        if (more == 0)
            break;
        got += take(file, *line + got, more, delimiter);
    } while ((*line)[got - 1] != (char)delimiter);
    (*line)[got] = '\0';
    return got > 0 ? (ssize_t)got : -1;
}

ssize_t getline(char **line, size_t *size, FILE *file)
{
    return getdelim(line, size, '\n', file);
}
