/* SPDX-License-Identifier: MIT */
/*
 * Buffered streams over descriptors, and formatted output: stdio(3).
 *
 * A FILE is read or written through one buffer. Standard output is flushed at
 * each newline when it is a terminal, else when the buffer is full; standard
 * error at the end of each call. exit flushes all, _exit none.
 *
 * Formats: flags - + space # 0, width, precision (either may be *), lengths
 * hh h l ll j z t, conversions d i u o x X c s p %.
 */
#ifndef LIB_STDIO_H
#define LIB_STDIO_H

#include <stdarg.h>
#include <stddef.h>

#include "kernel/abi/types.h"

#define EOF (-1)
#define BUFSIZ 4096
#define FILENAME_MAX 4096

#define _IOFBF 0 /* flush when full */
#define _IOLBF 1 /* and at each newline */
#define _IONBF 2 /* and after each call */

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

typedef struct stream FILE;

extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;

/* ---- stream.c ---- */
FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
int fclose(FILE *file);
int fflush(FILE *file); /* NULL: all of them */
int setvbuf(FILE *file, char *buffer, int mode, size_t size);
void setbuf(FILE *file, char *buffer);
void setlinebuf(FILE *file);
int fileno(FILE *file);
int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);
int fseek(FILE *file, long offset, int whence);
long ftell(FILE *file);
void rewind(FILE *file);

/* ---- streamin.c ---- */
int fgetc(FILE *file);
int getc(FILE *file);
int getchar(void);
int ungetc(int c, FILE *file);
char *fgets(char *line, int size, FILE *file);
size_t fread(void *to, size_t size, size_t count, FILE *file);
ssize_t getline(char **line, size_t *size, FILE *file);
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *file);

/* ---- streamout.c ---- */
int fputc(int c, FILE *file);
int putc(int c, FILE *file);
int putchar(int c);
int fputs(const char *s, FILE *file);
int puts(const char *s);
size_t fwrite(const void *from, size_t size, size_t count, FILE *file);
void perror(const char *prefix);

/* ---- printf.c ---- */
#define LIB_PRINTF(format_at, args_at)                                         \
    __attribute__((format(printf, format_at, args_at)))
int printf(const char *format, ...) LIB_PRINTF(1, 2);
int fprintf(FILE *file, const char *format, ...) LIB_PRINTF(2, 3);
int dprintf(int fd, const char *format, ...) LIB_PRINTF(2, 3);
int sprintf(char *to, const char *format, ...) LIB_PRINTF(2, 3);
int snprintf(char *to, size_t size, const char *format, ...) LIB_PRINTF(3, 4);
int asprintf(char **out, const char *format, ...) LIB_PRINTF(2, 3);
int vprintf(const char *format, va_list args) LIB_PRINTF(1, 0);
int vfprintf(FILE *file, const char *format, va_list args) LIB_PRINTF(2, 0);
int vdprintf(int fd, const char *format, va_list args) LIB_PRINTF(2, 0);
int vsprintf(char *to, const char *format, va_list args) LIB_PRINTF(2, 0);
int vsnprintf(char *to, size_t size, const char *format, va_list args)
    LIB_PRINTF(3, 0);
int vasprintf(char **out, const char *format, va_list args) LIB_PRINTF(2, 0);

/* ---- names in the file system ---- */
int remove(const char *path);
int rename(const char *from, const char *to);

#endif
