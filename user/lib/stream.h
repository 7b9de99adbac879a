/* SPDX-License-Identifier: MIT */
/*
 * What a FILE is, for the files that implement <stdio.h>.
 *
 * One buffer serves reading or writing, one at a time:
 *
 *     reading   [0, pos) taken   [pos, end) read ahead
 *     writing   [0, pos) not yet written; end is 0, STREAM_WRITING is set
 */
#ifndef LIB_STREAM_H
#define LIB_STREAM_H

#include <stdio.h>

enum {
    STREAM_CAN_READ = 1,
    STREAM_CAN_WRITE = 2,
    STREAM_WRITING = 4,
    STREAM_EOF = 8,
    STREAM_ERROR = 16,
    STREAM_LINE = 32,       /* flushed at each newline */
    STREAM_UNBUFFERED = 64, /* flushed at the end of each call */
    STREAM_ASK_TTY = 128,   /* STREAM_LINE if a terminal: not known yet */
    STREAM_FREE = 256,      /* made by fopen */
};

struct stream {
    int fd;
    unsigned flags;
    char *buffer;
    size_t size;
    size_t pos;
    size_t end;
    FILE *next; /* of all streams in use */
};

/* Makes the stream ready to be read or written. 0, or EOF and errno. */
int lib_stream_read(FILE *file);
int lib_stream_write(FILE *file);

/* Fills an empty buffer. The bytes read: 0 at the end and on errors. */
size_t lib_stream_fill(FILE *file);
/* Adds bytes, writing whole buffers out. 0 or EOF. => ready to be written */
int lib_stream_put(FILE *file, const char *from, size_t len);
/* Ends a call that added bytes: writes out what must not stay. 0 or EOF. */
int lib_stream_end(FILE *file, int newline);

/* Called by exit, if not NULL. */
extern void (*lib_flush_streams)(void);

#endif
