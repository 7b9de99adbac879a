/* SPDX-License-Identifier: MIT */
/*
 * printf-style formatting (C11, 7.21.6.1).
 */
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"

/* Where text goes: stored while there is room, always counted. */
struct sink {
    char *buf;
    size_t size; /* room, the NUL included */
    size_t len;
};

/* One conversion specification. */
struct spec {
    bool left, plus, space, alternate, zero;
    int width;
    int precision; /* < 0: none given */
    char length;   /* as written; 'H' for hh, 'q' for ll; 0: none */
};

#define DIGITS_MAX 22 /* 64 bits in octal */

static void put(struct sink *out, char c)
{
    if (out->len + 1 < out->size)
        out->buf[out->len] = c;
    out->len++;
}

static void put_repeated(struct sink *out, char c, int n)
{
    while (n-- > 0)
        put(out, c);
}

static void put_text(struct sink *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(out, text[i]);
}

/* prefix (sign, 0x), zeros, body; padded to the width. */
static void put_field(struct sink *out, const struct spec *spec,
                      const char *prefix, int zeros, const char *body,
                      size_t len)
{
    int pad = spec->width - (int)strlen(prefix) - zeros - (int)len;

    if (!spec->left)
        put_repeated(out, ' ', pad);
    put_text(out, prefix, strlen(prefix));
    put_repeated(out, '0', zeros);
    put_text(out, body, len);
    if (spec->left)
        put_repeated(out, ' ', pad);
}

/* An integer's magnitude, with the prefix that goes before it. */
static void put_number(struct sink *out, const struct spec *spec,
                       uint64_t value, unsigned base, bool upper,
                       const char *prefix)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[DIGITS_MAX];
    int start = DIGITS_MAX, len, zeros;

    while (value != 0) {
        text[--start] = digits[value % base];
        value /= base;
    }
    len = DIGITS_MAX - start;
    if (spec->precision >= 0)
        zeros = spec->precision - len;
    else if (spec->zero && !spec->left)
        zeros = spec->width - (int)strlen(prefix) - len;
    else
        zeros = 0;
    if (zeros < 1 && len == 0 && spec->precision < 0)
        zeros = 1;
    if (zeros < 1 && base == 8 && spec->alternate)
        zeros = 1;
    put_field(out, spec, prefix, MAX(zeros, 0), text + start, (size_t)len);
}

static int64_t signed_arg(const struct spec *spec, va_list *args)
{
    switch (spec->length) {
    case 'H': return (signed char)va_arg(*args, int);
    case 'h': return (short)va_arg(*args, int);
    case 'l':
    case 'q':
    case 'j':
    case 'z':
    case 't': return va_arg(*args, int64_t);
    default: return va_arg(*args, int);
    }
}

static uint64_t unsigned_arg(const struct spec *spec, va_list *args)
{
    switch (spec->length) {
    case 'H': return (unsigned char)va_arg(*args, unsigned);
    case 'h': return (unsigned short)va_arg(*args, unsigned);
    case 'l':
    case 'q':
    case 'j':
    case 'z':
    case 't': return va_arg(*args, uint64_t);
    default: return va_arg(*args, unsigned);
    }
}

static void put_signed(struct sink *out, const struct spec *spec, int64_t value)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    const char *sign = spec->plus ? "+" : spec->space ? " " : "";

    put_number(out, spec, magnitude, 10, false, value < 0 ? "-" : sign);
}

static void put_hex(struct sink *out, const struct spec *spec, uint64_t value,
                    bool upper)
{
    const char *prefix = upper ? "0X" : "0x";

    put_number(out, spec, value, 16, upper,
               spec->alternate && value != 0 ? prefix : "");
}

static void put_string(struct sink *out, const struct spec *spec, const char *s)
{
    size_t max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;

    if (s == NULL)
        s = "(null)";
    put_field(out, spec, "", 0, s, strnlen(s, max));
}

/* Does the conversion; false if there is none of that name. */
static bool convert(struct sink *out, struct spec *spec, char conversion,
                    va_list *args)
{
    char c;

    switch (conversion) {
    case 'd':
    case 'i': put_signed(out, spec, signed_arg(spec, args)); return true;
    case 'u':
        put_number(out, spec, unsigned_arg(spec, args), 10, false, "");
        return true;
    case 'o':
        put_number(out, spec, unsigned_arg(spec, args), 8, false, "");
        return true;
    case 'x':
    case 'X':
        put_hex(out, spec, unsigned_arg(spec, args), conversion == 'X');
        return true;
    case 'p':
        put_number(out, spec, (uintptr_t)va_arg(*args, void *), 16, false,
                   "0x");
        return true;
    case 'c':
        c = (char)va_arg(*args, int);
        put_field(out, spec, "", 0, &c, 1);
        return true;
    case 's': put_string(out, spec, va_arg(*args, const char *)); return true;
    case '%': put(out, '%'); return true;
    default: return false;
    }
}

/* Reads flags; returns where they end. */
static const char *parse_flags(const char *p, struct spec *spec)
{
    for (;; p++) {
        switch (*p) {
        case '-': spec->left = true; break;
        case '+': spec->plus = true; break;
        case ' ': spec->space = true; break;
        case '#': spec->alternate = true; break;
        case '0': spec->zero = true; break;
        default: return p;
        }
    }
}

/* A decimal number or `*`; returns where it ends. */
static const char *parse_int(const char *p, int *value, va_list *args)
{
    if (*p == '*') {
        *value = va_arg(*args, int);
        return p + 1;
    }
    for (*value = 0; *p >= '0' && *p <= '9'; p++)
        *value = *value * 10 + (*p - '0');
    return p;
}

static const char *parse_length(const char *p, struct spec *spec)
{
    if (*p != '\0' && strchr("hlzjt", *p) != NULL)
        spec->length = *p++;
    if (spec->length == 'h' && *p == 'h') {
        spec->length = 'H';
        p++;
    } else if (spec->length == 'l' && *p == 'l') {
        spec->length = 'q';
        p++;
    }
    return p;
}

/* What stands between % and the conversion's letter, which is returned. */
static const char *parse_spec(const char *p, struct spec *spec, va_list *args)
{
    *spec = (struct spec){.precision = -1};
    p = parse_flags(p, spec);
    p = parse_int(p, &spec->width, args);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    if (*p == '.')
        p = parse_int(p + 1, &spec->precision, args);
    return parse_length(p, spec);
}

static void format(struct sink *out, const char *p, va_list *args)
{
    struct spec spec;

    for (; *p != '\0'; p++) {
        const char *start = p;

        if (*p != '%') {
            put(out, *p);
            continue;
        }
        p = parse_spec(p + 1, &spec, args);
        if (convert(out, &spec, *p, args))
            continue;
        /* Shown as it stands: whoever wrote it will see. */
        put_text(out, start, (size_t)(p - start));
        if (*p == '\0')
            return;
        put(out, *p);
    }
}

int kvsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    struct sink out = {buf, size, 0};
    va_list copy; /* va_list may be an array type: a copy can be pointed to */

    va_copy(copy, args);
    format(&out, fmt, &copy);
    va_end(copy);
    if (size > 0)
        buf[MIN(out.len, size - 1)] = '\0';
    return (int)out.len;
}

int ksnprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = kvsnprintf(buf, size, fmt, args);
    va_end(args);
    return len;
}

int kscnprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    size_t len;

    va_start(args, fmt);
    len = (size_t)kvsnprintf(buf, size, fmt, args);
    va_end(args);
    if (size == 0)
        return 0;
    return (int)MIN(len, size - 1);
}
