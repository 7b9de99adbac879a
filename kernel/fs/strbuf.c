/* SPDX-License-Identifier: MIT */
/*
 * Text that grows by doubling. The contract stands in strbuf.h.
 *
 *   I1  len <= capacity; capacity 0: text is NULL
 *   I2  once failed, nothing more is added: what is there is a prefix of what
 *       was asked for
 */
#include "kernel/fs/strbuf.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define STRBUF_FIRST 512
#define STRBUF_MAX (4UL << 20) /* kmalloc's largest */

void strbuf_init(struct strbuf *sb)
{
    *sb = (struct strbuf){0};
}

void strbuf_destroy(struct strbuf *sb)
{
    kfree(sb->text);
    strbuf_init(sb);
}

void strbuf_clear(struct strbuf *sb)
{
    sb->len = 0;
    sb->failed = false;
}

/* Makes room for n more bytes; false, and failed, if there is none. */
static bool strbuf_reserve(struct strbuf *sb, size_t n)
{
    size_t capacity = sb->capacity != 0 ? sb->capacity : STRBUF_FIRST;
    char *text;

    if (sb->failed)
        return false;
    if (n <= sb->capacity - sb->len)
        return true;
    while (capacity <= STRBUF_MAX && capacity - sb->len < n)
        capacity *= 2;
    text = capacity <= STRBUF_MAX ? kmalloc(capacity) : NULL;
    if (text == NULL) {
        sb->failed = true;
        return false;
    }
    if (sb->len > 0)
        memcpy(text, sb->text, sb->len);
    kfree(sb->text);
    sb->text = text;
    sb->capacity = capacity;
    return true;
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
    if (len == 0 || !strbuf_reserve(sb, len))
        return;
    memcpy(sb->text + sb->len, data, len);
    sb->len += len;
}

/* Formats into the room that is left; the length it needs. */
__printf(2, 0) static size_t
    strbuf_try(struct strbuf *sb, const char *fmt, va_list args)
{
    return (size_t)kvsnprintf(sb->text + sb->len, sb->capacity - sb->len, fmt,
                              args);
}

void strbuf_printf(struct strbuf *sb, const char *fmt, ...)
{
    va_list args;
    size_t need;

    if (!strbuf_reserve(sb, 1))
        return;
    va_start(args, fmt);
    need = strbuf_try(sb, fmt, args);
    va_end(args);
    if (need >= sb->capacity - sb->len) { /* its NUL needs room too */
        if (!strbuf_reserve(sb, need + 1))
            return;
        va_start(args, fmt);
        need = strbuf_try(sb, fmt, args);
        va_end(args);
    }
    sb->len += need;
}

void strbuf_pad(struct strbuf *sb, size_t from, size_t width)
{
    while (!sb->failed && sb->len - from < width)
        strbuf_add(sb, " ", 1);
}

int strbuf_error(const struct strbuf *sb)
{
    return sb->failed ? -ENOMEM : 0;
}
