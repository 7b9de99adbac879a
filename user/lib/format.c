/* SPDX-License-Identifier: MIT */
/*
 * The engine of the printf family.
 *
 *     %[flags][width][.precision][length]conversion
 *
 * is parsed into a struct spec; then one function a kind of conversion lays
 * out a field: blanks, prefix (sign or 0x), zeros, body, blanks.
 */
#include "user/lib/format.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

enum {
    FLAG_LEFT = 1,
    FLAG_PLUS = 2,
    FLAG_SPACE = 4,
    FLAG_ALT = 8,
    FLAG_ZERO = 16,
};

enum length {
    LENGTH_INT,
    LENGTH_CHAR,
    LENGTH_SHORT,
    LENGTH_LONG, /* also ll, j, z, t: all are 64 bits */
};

struct spec {
    unsigned flags;
    int width;
    int precision; /* -1: none given */
    enum length length;
    char conversion;
};

struct output {
    struct format_sink *sink;
    size_t total;
};

/* The arguments, in a struct so that they can be passed by address. */
struct arguments {
    va_list list;
};

struct field {
    const char *prefix;
    size_t zeros;
    const char *body;
    size_t len; /* of body */
};

#define DIGITS_MAX 22 /* of 64 bits in octal */

static void put(struct output *out, const char *text, size_t len)
{
    if (len > 0)
        out->sink->put(out->sink, text, len);
    out->total += len;
}

static void put_repeated(struct output *out, const char *sixteen, size_t count)
{
    for (; count > 16; count -= 16)
        put(out, sixteen, 16);
    put(out, sixteen, count);
}

static void put_field(struct output *out, const struct spec *spec,
                      const struct field *field)
{
    size_t prefix_len = strlen(field->prefix);
    size_t len = prefix_len + field->zeros + field->len;
    size_t blanks = (size_t)spec->width > len ? (size_t)spec->width - len : 0;

    if (!(spec->flags & FLAG_LEFT))
        put_repeated(out, "                ", blanks);
    put(out, field->prefix, prefix_len);
    put_repeated(out, "0000000000000000", field->zeros);
    put(out, field->body, field->len);
    if (spec->flags & FLAG_LEFT)
        put_repeated(out, "                ", blanks);
}

/* ---- numbers ---- */

static uint64_t argument_unsigned(struct arguments *args,
                                  const struct spec *spec)
{
    switch (spec->length) {
    case LENGTH_CHAR: return (unsigned char)va_arg(args->list, unsigned);
    case LENGTH_SHORT: return (unsigned short)va_arg(args->list, unsigned);
    case LENGTH_LONG: return va_arg(args->list, uint64_t);
    case LENGTH_INT: break;
    }
    return va_arg(args->list, unsigned);
}

static int64_t argument_signed(struct arguments *args, const struct spec *spec)
{
    switch (spec->length) {
    case LENGTH_CHAR: return (signed char)va_arg(args->list, int);
    case LENGTH_SHORT: return (short)va_arg(args->list, int);
    case LENGTH_LONG: return va_arg(args->list, int64_t);
    case LENGTH_INT: break;
    }
    return va_arg(args->list, int);
}

/* Writes the digits so that they end at `end`; where they start. */
static char *digits(char *end, uint64_t value, const struct spec *spec)
{
    const char *alphabet =
        spec->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = 10;

    if (tolower(spec->conversion) == 'x')
        base = 16;
    else if (spec->conversion == 'o')
        base = 8;
    for (; value != 0; value /= base)
        *--end = alphabet[value % base];
    return end;
}

static void put_number(struct output *out, const struct spec *spec,
                       const char *prefix, uint64_t value)
{
    char buffer[DIGITS_MAX];
    struct field field = { prefix, 0, NULL, 0 };
    size_t wanted = spec->precision < 0 ? 1 : (size_t)spec->precision;
    size_t len;

    field.body = digits(buffer + DIGITS_MAX, value, spec);
    field.len = (size_t)(buffer + DIGITS_MAX - field.body);
    if (spec->conversion == 'o' && (spec->flags & FLAG_ALT) &&
        wanted <= field.len)
        wanted = field.len + 1;
    if (wanted > field.len)
        field.zeros = wanted - field.len;
    len = strlen(prefix) + field.zeros + field.len;
    if ((spec->flags & (FLAG_ZERO | FLAG_LEFT)) == FLAG_ZERO &&
        spec->precision < 0 && (size_t)spec->width > len)
        field.zeros += (size_t)spec->width - len;
    put_field(out, spec, &field);
}

static void put_signed(struct output *out, const struct spec *spec,
                       int64_t value)
{
    const char *sign = "";

    if (value < 0)
        sign = "-";
    else if (spec->flags & FLAG_PLUS)
        sign = "+";
    else if (spec->flags & FLAG_SPACE)
        sign = " ";
    put_number(out, spec, sign, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void put_unsigned(struct output *out, const struct spec *spec,
                         uint64_t value)
{
    const char *prefix = "";

    if ((spec->flags & FLAG_ALT) && value != 0 && spec->conversion == 'x')
        prefix = "0x";
    else if ((spec->flags & FLAG_ALT) && value != 0 && spec->conversion == 'X')
        prefix = "0X";
    put_number(out, spec, prefix, value);
}

/* ---- text ---- */

static void put_string(struct output *out, const struct spec *spec,
                       const char *s)
{
    struct field field = { "", 0, s, 0 };

    if (s == NULL)
        field.body = (unsigned)spec->precision >= 6 ? "(null)" : "";
    field.len = spec->precision < 0
                    ? strlen(field.body)
                    : strnlen(field.body, (size_t)spec->precision);
    put_field(out, spec, &field);
}

static void put_char(struct output *out, const struct spec *spec, char c)
{
    put_field(out, spec, &(struct field){ "", 0, &c, 1 });
}

static void put_pointer(struct output *out, struct spec *spec, uint64_t value)
{
    spec->flags |= FLAG_ALT;
    spec->conversion = 'x';
    if (value != 0)
        put_unsigned(out, spec, value);
    else
        put_field(out, spec, &(struct field){ "", 0, "(nil)", 5 });
}

/* ---- parsing ---- */

static const char *parse_flags(const char *s, struct spec *spec)
{
    static const char letters[] = "-+ #0"; /* FLAG_* in the order of bits */
    const char *letter;

    while (*s != '\0' && (letter = strchr(letters, *s)) != NULL) {
        spec->flags |= 1U << (letter - letters);
        s++;
    }
    return s;
}

/* A number, or * for an argument. */
static const char *parse_number(const char *s, struct arguments *args,
                                int *number)
{
    *number = 0;
    if (*s == '*') {
        *number = va_arg(args->list, int);
        return s + 1;
    }
    for (; isdigit(*s); s++)
        if (__builtin_smul_overflow(*number, 10, number) ||
            __builtin_sadd_overflow(*number, *s - '0', number))
            *number = INT_MAX;
    return s;
}

static const char *parse_length(const char *s, struct spec *spec)
{
    if (*s == 'h') {
        spec->length = s[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
        return s + (s[1] == 'h' ? 2 : 1);
    }
    if (*s != '\0' && strchr("ljzt", *s) != NULL) {
        spec->length = LENGTH_LONG;
        return s + (s[0] == 'l' && s[1] == 'l' ? 2 : 1);
    }
    return s;
}

/* Parses what follows the %; where the conversion's letter is. */
static const char *parse_spec(const char *s, struct arguments *args,
                              struct spec *spec)
{
    *spec = (struct spec){ 0, 0, -1, LENGTH_INT, '\0' };
    s = parse_flags(s, spec);
    s = parse_number(s, args, &spec->width);
    if (spec->width < 0) {
        spec->flags |= FLAG_LEFT;
        spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
    }
    if (*s == '.') {
        s = parse_number(s + 1, args, &spec->precision);
        if (spec->precision < 0)
            spec->precision = -1;
    }
    s = parse_length(s, spec);
    spec->conversion = *s;
    return s;
}

/* One conversion; 0 if there is none of that letter. */
static int convert(struct output *out, struct spec *spec,
                   struct arguments *args)
{
    switch (spec->conversion) {
    case 'd':
    case 'i': put_signed(out, spec, argument_signed(args, spec)); return 1;
    case 'u':
    case 'o':
    case 'x':
    case 'X': put_unsigned(out, spec, argument_unsigned(args, spec)); return 1;
    case 'c': put_char(out, spec, (char)va_arg(args->list, int)); return 1;
    case 's': put_string(out, spec, va_arg(args->list, const char *)); return 1;
    case 'p':
        put_pointer(out, spec, (uintptr_t)va_arg(args->list, void *));
        return 1;
    case '%': put(out, "%", 1); return 1;
    default: return 0;
    }
}

int lib_format(struct format_sink *sink, const char *format, va_list list)
{
    struct output out = { sink, 0 };
    struct arguments args;
    struct spec spec;
    const char *s = format;

    va_copy(args.list, list);
    while (*s != '\0') {
        const char *percent = strchrnul(s, '%');

        put(&out, s, (size_t)(percent - s));
        if (*percent == '\0')
            break;
        s = parse_spec(percent + 1, &args, &spec);
        if (*s != '\0')
            s++;
        if (!convert(&out, &spec, &args))
            put(&out, percent, (size_t)(s - percent));
    }
    va_end(args.list);
    if (out.total > INT_MAX) {
        errno = EOVERFLOW;
        return -1;
    }
    return (int)out.total;
}
