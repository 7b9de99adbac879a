/* SPDX-License-Identifier: MIT */
/*
 * Streams: writing bytes and strings. Formatted writing is in printf.c.
 */
#include "user/lib/stream.h"

#include <errno.h>
#include <string.h>

/* Writes the bytes. 0 or EOF. */
static int put_bytes(FILE *file, const char *from, size_t len)
{
    if (lib_stream_write(file) != 0 || lib_stream_put(file, from, len) != 0)
        return EOF;
    return lib_stream_end(file, (file->flags & STREAM_LINE) &&
                                    memchr(from, '\n', len) != NULL);
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    if (size == 0 || put_bytes(file, from, size * count) != 0)
        return 0;
    return count;
}

int fputc(int c, FILE *file)
{
    char byte = (char)c;

    return put_bytes(file, &byte, 1) == 0 ? (unsigned char)byte : EOF;
}

int putc(int c, FILE *file)
{
    return fputc(c, file);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int fputs(const char *s, FILE *file)
{
    return put_bytes(file, s, strlen(s));
}

int puts(const char *s)
{
    if (lib_stream_write(stdout) != 0 ||
        lib_stream_put(stdout, s, strlen(s)) != 0 ||
        lib_stream_put(stdout, "\n", 1) != 0)
        return EOF;
    return lib_stream_end(stdout, 1);
}

void perror(const char *prefix)
{
    const char *text = strerror(errno);

    if (prefix != NULL && *prefix != '\0')
        fprintf(stderr, "%s: %s\n", prefix, text);
    else
        fprintf(stderr, "%s\n", text);
}
