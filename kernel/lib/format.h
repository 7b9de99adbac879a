/* SPDX-License-Identifier: MIT */
/*
 * printf-style formatting into memory: %d %i %u %x %X %o %c %s %p %%, flags
 * `-0+ #`, width, precision (also `*`), lengths hh h l ll z t j. No floating
 * point, no %n.
 */
#ifndef KERNEL_LIB_FORMAT_H
#define KERNEL_LIB_FORMAT_H

#include "kernel/lib/types.h"
#include <stdarg.h>

/* As C99's vsnprintf and snprintf: always terminates if size > 0, returns
 * the length that the whole text would have. */
int kvsnprintf(char *buf, size_t size, const char *fmt, va_list args);
__printf(3, 4) int ksnprintf(char *buf, size_t size, const char *fmt, ...);

/* As ksnprintf, but returns the length in fact stored, without the NUL. */
__printf(3, 4) int kscnprintf(char *buf, size_t size, const char *fmt, ...);

#endif
