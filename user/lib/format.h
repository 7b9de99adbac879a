/* SPDX-License-Identifier: MIT */
/*
 * The engine of the printf family: turns a format and its arguments into
 * pieces of text, and hands each to a sink.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Where the text goes; embedded in what `put` needs to know. */
struct format_sink {
    void (*put)(struct format_sink *sink, const char *text, size_t len);
};

/* The number of bytes put, as printf(3) returns it; -1 and EOVERFLOW if that
 * is no int. */
int lib_format(struct format_sink *sink, const char *format, va_list args);

#endif
