/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions as in C's <string.h>. The compiler may call
 * the first four by itself.
 */
#ifndef KERNEL_LIB_STRING_H
#define KERNEL_LIB_STRING_H

#include "kernel/lib/types.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int byte, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/* Copies at most size - 1 bytes and always terminates. Returns strlen(src):
 * a result >= size means that the text was cut. */
size_t strlcpy(char *dst, const char *src, size_t size);

/* Digits of `base` (2..36; 0: by prefix 0x or 0) at the start of s. Returns
 * how many bytes were used, 0 if there is no number or it overflows. */
size_t parse_u64(const char *s, unsigned base, uint64_t *out);

#endif
