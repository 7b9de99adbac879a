/* SPDX-License-Identifier: MIT */
/*
 * Text that grows, for files whose contents are made when they are read.
 * kernel/fs/strbuf.c.
 */
#ifndef KERNEL_FS_STRBUF_H
#define KERNEL_FS_STRBUF_H

#include "kernel/lib/types.h"

struct strbuf {
    char *text; /* kmalloc'ed; not terminated */
    size_t len, capacity;
    bool failed; /* memory ran out: later additions are dropped */
};

void strbuf_init(struct strbuf *sb);
/* Empty again, its memory kept. */
void strbuf_clear(struct strbuf *sb);
void strbuf_destroy(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *data, size_t len);
__printf(2, 3) void strbuf_printf(struct strbuf *sb, const char *fmt, ...);
/* Spaces until the text from `from` on is `width` bytes long. */
void strbuf_pad(struct strbuf *sb, size_t from, size_t width);
/* 0, or -ENOMEM if anything was dropped. */
int strbuf_error(const struct strbuf *sb);

#endif
