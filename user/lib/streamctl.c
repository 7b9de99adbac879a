/* SPDX-License-Identifier: MIT */
/*
 * Streams: their state, their position and how they are buffered.
 */
#include "user/lib/stream.h"

#include <unistd.h>

int fileno(FILE *file)
{
    return file->fd;
}

int feof(FILE *file)
{
    return (file->flags & STREAM_EOF) != 0;
}

int ferror(FILE *file)
{
    return (file->flags & STREAM_ERROR) != 0;
}

void clearerr(FILE *file)
{
    file->flags &= ~(unsigned)(STREAM_EOF | STREAM_ERROR);
}

int setvbuf(FILE *file, char *buffer, int mode, size_t size)
{
    if ((mode != _IOFBF && mode != _IOLBF && mode != _IONBF) ||
        fflush(file) != 0)
        return EOF;
    file->flags &=
        ~(unsigned)(STREAM_LINE | STREAM_UNBUFFERED | STREAM_ASK_TTY);
    if (mode == _IOLBF)
        file->flags |= STREAM_LINE;
    if (mode == _IONBF)
        file->flags |= STREAM_UNBUFFERED;
    if (buffer != NULL && size > 0 && mode != _IONBF) {
        file->buffer = buffer;
        file->size = size;
    }
    return 0;
}

void setbuf(FILE *file, char *buffer)
{
    setvbuf(file, buffer, buffer != NULL ? _IOFBF : _IONBF, BUFSIZ);
}

void setlinebuf(FILE *file)
{
    setvbuf(file, NULL, _IOLBF, 0);
}

int fseek(FILE *file, long offset, int whence)
{
    if (fflush(file) != 0 || lseek(file->fd, offset, whence) < 0)
        return -1;
    file->pos = file->end = 0;
    file->flags &= ~(unsigned)STREAM_EOF;
    return 0;
}

long ftell(FILE *file)
{
    long at = lseek(file->fd, 0, SEEK_CUR);

    if (at < 0)
        return -1;
    if (file->flags & STREAM_WRITING)
        return at + (long)file->pos;
    return at - (long)(file->end - file->pos);
}

void rewind(FILE *file)
{
    fseek(file, 0, SEEK_SET);
    clearerr(file);
}
