/* SPDX-License-Identifier: MIT */
/*
 * Streams: opening, closing, and the buffer. Reading from it is in
 * streamin.c, writing to it in streamout.c.
 */
#include "user/lib/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char stdin_buffer[BUFSIZ];
static char stdout_buffer[BUFSIZ];
static char stderr_buffer[256];

static struct stream stderr_stream = {
    .fd = 2,
    .flags = STREAM_CAN_WRITE | STREAM_UNBUFFERED,
    .buffer = stderr_buffer,
    .size = sizeof(stderr_buffer),
};
static struct stream stdout_stream = {
    .fd = 1,
    .flags = STREAM_CAN_WRITE | STREAM_ASK_TTY,
    .buffer = stdout_buffer,
    .size = sizeof(stdout_buffer),
    .next = &stderr_stream,
};
static struct stream stdin_stream = {
    .fd = 0,
    .flags = STREAM_CAN_READ | STREAM_ASK_TTY,
    .buffer = stdin_buffer,
    .size = sizeof(stdin_buffer),
    .next = &stdout_stream,
};

static FILE *streams = &stdin_stream;

FILE *const stdin = &stdin_stream;
FILE *const stdout = &stdout_stream;
FILE *const stderr = &stderr_stream;

static void flush_all(void)
{
    fflush(NULL);
}

/* Before a buffer is used for the first time since opening or fflush. */
static void settle(FILE *file)
{
    int error = errno;

    if ((file->flags & STREAM_ASK_TTY) && isatty(file->fd))
        file->flags |= STREAM_LINE;
    file->flags &= ~(unsigned)STREAM_ASK_TTY;
    lib_flush_streams = flush_all;
    errno = error;
}

/* Gives back what was read ahead, so that the descriptor stands where the
 * program thinks it does. Pipes and terminals keep it. */
static void drop_read_ahead(FILE *file)
{
    int error = errno;

    if (file->end > file->pos &&
        lseek(file->fd, (off_t)file->pos - (off_t)file->end, SEEK_CUR) < 0) {
        errno = error;
        return;
    }
    file->pos = file->end = 0;
}

int lib_stream_read(FILE *file)
{
    if (!(file->flags & STREAM_CAN_READ)) {
        errno = EBADF;
        file->flags |= STREAM_ERROR;
        return EOF;
    }
    if ((file->flags & STREAM_WRITING) && fflush(file) != 0)
        return EOF;
    settle(file);
    return 0;
}

int lib_stream_write(FILE *file)
{
    if (!(file->flags & STREAM_CAN_WRITE)) {
        errno = EBADF;
        file->flags |= STREAM_ERROR;
        return EOF;
    }
    if (!(file->flags & STREAM_WRITING)) {
        settle(file);
        drop_read_ahead(file);
        file->pos = file->end = 0;
        file->flags |= STREAM_WRITING;
    }
    return 0;
}

size_t lib_stream_fill(FILE *file)
{
    ssize_t n;

    if ((file->flags & (STREAM_LINE | STREAM_UNBUFFERED)) &&
        (stdout_stream.flags & STREAM_LINE))
        fflush(stdout); /* a question is seen before its answer is read */
    n = read(file->fd, file->buffer,
             (file->flags & STREAM_UNBUFFERED) ? 1 : file->size);
    if (n <= 0)
        file->flags |= n == 0 ? STREAM_EOF : STREAM_ERROR;
    file->pos = 0;
    file->end = n > 0 ? (size_t)n : 0;
    return file->end;
}

/* All of it, or EOF and the error mark. */
static int write_out(FILE *file, const char *from, size_t len)
{
    while (len > 0) {
        ssize_t n = write(file->fd, from, len);

        if (n < 0) {
            file->flags |= STREAM_ERROR;
            return EOF;
        }
        from += n;
        len -= (size_t)n;
    }
    return 0;
}

int lib_stream_put(FILE *file, const char *from, size_t len)
{
    while (len > 0) {
        size_t room = file->size - file->pos;
        size_t part = len < room ? len : room;

        memcpy(file->buffer + file->pos, from, part);
        file->pos += part;
        from += part;
        len -= part;
        if (file->pos == file->size) {
            file->pos = 0;
            if (write_out(file, file->buffer, file->size) != 0)
                return EOF;
        }
    }
    return 0;
}

int lib_stream_end(FILE *file, int newline)
{
    if (!(file->flags & STREAM_UNBUFFERED) &&
        !((file->flags & STREAM_LINE) && newline))
        return 0;
    return fflush(file);
}

int fflush(FILE *file)
{
    size_t len;
    int result = 0;

    if (file == NULL) {
        for (file = streams; file != NULL; file = file->next)
            if (fflush(file) != 0)
                result = EOF;
        return result;
    }
    if (!(file->flags & STREAM_WRITING)) {
        drop_read_ahead(file);
        return 0;
    }
    len = file->pos;
    file->pos = 0;
    file->flags &= ~(unsigned)STREAM_WRITING;
    return write_out(file, file->buffer, len);
}

/* open's flags for fopen's mode; -1 and EINVAL if it is none. */
static int open_flags(const char *mode)
{
    int flags;

    switch (mode[0]) {
    case 'r': flags = O_RDONLY; break;
    case 'w': flags = O_WRONLY | O_CREAT | O_TRUNC; break;
    case 'a': flags = O_WRONLY | O_CREAT | O_APPEND; break;
    default: errno = EINVAL; return -1;
    }
    if (strchr(mode, '+') != NULL)
        flags = (flags & ~O_ACCMODE) | O_RDWR;
    if (strchr(mode, 'e') != NULL)
        flags |= O_CLOEXEC;
    if (strchr(mode, 'x') != NULL)
        flags |= O_EXCL;
    return flags;
}

FILE *fdopen(int fd, const char *mode)
{
    int flags = open_flags(mode);
    FILE *file;

    if (flags < 0)
        return NULL;
    file = malloc(sizeof(*file) + BUFSIZ);
    if (file == NULL)
        return NULL;
    memset(file, 0, sizeof(*file));
    file->fd = fd;
    file->flags = STREAM_FREE | STREAM_ASK_TTY;
    if ((flags & O_ACCMODE) != O_WRONLY)
        file->flags |= STREAM_CAN_READ;
    if ((flags & O_ACCMODE) != O_RDONLY)
        file->flags |= STREAM_CAN_WRITE;
    file->buffer = (char *)(file + 1);
    file->size = BUFSIZ;
    file->next = streams;
    streams = file;
    return file;
}

FILE *fopen(const char *path, const char *mode)
{
    int flags = open_flags(mode);
    int fd = flags < 0 ? -1 : open(path, flags, 0666);
    FILE *file;

    if (fd < 0)
        return NULL;
    file = fdopen(fd, mode);
    if (file == NULL)
        close(fd);
    return file;
}

int fclose(FILE *file)
{
    int result = fflush(file);
    FILE **link;

    for (link = &streams; *link != file; link = &(*link)->next)
        ;
    *link = file->next;
    if (close(file->fd) != 0)
        result = EOF;
    if (file->flags & STREAM_FREE)
        free(file);
    return result;
}
