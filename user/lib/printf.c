/* SPDX-License-Identifier: MIT */
/*
 * The printf family: each is a sink for lib_format.
 */
#include "user/lib/format.h"
#include "user/lib/stream.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- to a stream ---- */

struct stream_sink {
    struct format_sink sink; /* first */
    FILE *file;
    int newline;
    int result;
};

static void stream_put(struct format_sink *sink, const char *text, size_t len)
{
    struct stream_sink *s = (struct stream_sink *)sink;

    if (s->result != 0)
        return;
    s->result = lib_stream_put(s->file, text, len);
    if ((s->file->flags & STREAM_LINE) && memchr(text, '\n', len) != NULL)
        s->newline = 1;
}

int vfprintf(FILE *file, const char *format, va_list args)
{
    struct stream_sink s = { { stream_put }, file, 0, 0 };
    int total;

    if (lib_stream_write(file) != 0)
        return -1;
    total = lib_format(&s.sink, format, args);
    if (s.result != 0 || lib_stream_end(file, s.newline) != 0)
        return -1;
    return total;
}

int vprintf(const char *format, va_list args)
{
    return vfprintf(stdout, format, args);
}

/* ---- to memory ---- */

struct memory_sink {
    struct format_sink sink; /* first */
    char *to;
    size_t room; /* bytes left, without the NUL */
};

static void memory_put(struct format_sink *sink, const char *text, size_t len)
{
    struct memory_sink *m = (struct memory_sink *)sink;

    if (len > m->room)
        len = m->room;
    memcpy(m->to, text, len);
    m->to += len;
    m->room -= len;
}

int vsnprintf(char *to, size_t size, const char *format, va_list args)
{
    struct memory_sink m = { { memory_put }, to, size > 0 ? size - 1 : 0 };
    int total = lib_format(&m.sink, format, args);

    if (size > 0)
        *m.to = '\0';
    return total;
}

int vsprintf(char *to, const char *format, va_list args)
{
    return vsnprintf(to, INT_MAX, format, args);
}

int vasprintf(char **out, const char *format, va_list args)
{
    int len = vsnprintf(NULL, 0, format, args);

    *out = len >= 0 ? malloc((size_t)len + 1) : NULL;
    if (*out == NULL)
        return -1;
    return vsnprintf(*out, (size_t)len + 1, format, args);
}

/* ---- to a descriptor ---- */

struct fd_sink {
    struct format_sink sink; /* first */
    int fd;
    int result;
    size_t used;
    char buffer[256];
};

static void fd_flush(struct fd_sink *f)
{
    size_t done = 0;

    while (f->result == 0 && done < f->used) {
        ssize_t n = write(f->fd, f->buffer + done, f->used - done);

        if (n < 0)
            f->result = -1;
        else
            done += (size_t)n;
    }
    f->used = 0;
}

static void fd_put(struct format_sink *sink, const char *text, size_t len)
{
    struct fd_sink *f = (struct fd_sink *)sink;

    while (len > 0) {
        size_t room = sizeof(f->buffer) - f->used;
        size_t part = len < room ? len : room;

        memcpy(f->buffer + f->used, text, part);
        f->used += part;
        text += part;
        len -= part;
        if (f->used == sizeof(f->buffer))
            fd_flush(f);
    }
}

int vdprintf(int fd, const char *format, va_list args)
{
    struct fd_sink f;
    int total;

    f.sink.put = fd_put;
    f.fd = fd;
    f.result = 0;
    f.used = 0;
    total = lib_format(&f.sink, format, args);
    fd_flush(&f);
    return f.result == 0 ? total : -1;
}

/* ---- with arguments of their own ---- */

int printf(const char *format, ...)
{
    va_list args;
    int total;

    va_start(args, format);
    total = vfprintf(stdout, format, args);
    va_end(args);
    return total;
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list args;
    int total;

    va_start(args, format);
    total = vfprintf(file, format, args);
    va_end(args);
    return total;
}

int dprintf(int fd, const char *format, ...)
{
    va_list args;
    int total;

    va_start(args, format);
    total = vdprintf(fd, format, args);
    va_end(args);
    return total;
}

int sprintf(char *to, const char *format, ...)
{
    va_list args;
    int total;

    va_start(args, format);
    total = vsprintf(to, format, args);
    va_end(args);
    return total;
}

int snprintf(char *to, size_t size, const char *format, ...)
{
    va_list args;
    int total;

    va_start(args, format);
    total = vsnprintf(to, size, format, args);
    va_end(args);
    return total;
}

int asprintf(char **out, const char *format, ...)
{
    va_list args;
    int total;

    va_start(args, format);
    total = vasprintf(out, format, args);
    va_end(args);
    return total;
}
