/* SPDX-License-Identifier: MIT */
/*
 * Messages to standard error, in one form: `program: text: strerror`; the x
 * ones leave strerror out; the err ones exit. See err(3).
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdarg.h>

void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vwarn(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));
void vwarnx(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));
void err(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
void errx(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#endif
