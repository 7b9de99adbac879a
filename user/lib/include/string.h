/* SPDX-License-Identifier: MIT */
/* Bytes and strings: string(3). */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>
#include <strings.h>

/* ---- mem.asm ---- */
void *memcpy(void *restrict to, const void *restrict from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);

/* ---- memory.c ---- */
void *memchr(const void *in, int byte, size_t len);
void *memrchr(const void *in, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memmem(const void *in, size_t in_len, const void *what, size_t len);
void *mempcpy(void *restrict to, const void *restrict from, size_t len);

/* ---- string.c: copying and comparing ---- */
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
char *strcpy(char *restrict to, const char *restrict from);
char *strncpy(char *restrict to, const char *restrict from, size_t len);
char *stpcpy(char *restrict to, const char *restrict from);
char *strcat(char *restrict to, const char *restrict from);
char *strncat(char *restrict to, const char *restrict from, size_t len);
/* BSD: at most size - 1 bytes and a NUL; return what it would take. */
size_t strlcpy(char *restrict to, const char *restrict from, size_t size);
size_t strlcat(char *restrict to, const char *restrict from, size_t size);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);
int strcoll(const char *a, const char *b);
char *strdup(const char *s);
char *strndup(const char *s, size_t max);

/* ---- strsearch.c: looking for something ---- */
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strstr(const char *in, const char *what);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strtok(char *s, const char *separators);
char *strtok_r(char *s, const char *separators, char **rest);
char *strsep(char **rest, const char *separators);

/* ---- strerror.c, strsignal.c: never NULL; "Unknown ..." ---- */
char *strerror(int error);
char *strsignal(int sig);
/* Without the SIG, as in "SEGV"; NULL if there is no such signal (GNU). */
const char *sigabbrev_np(int sig);

#endif
