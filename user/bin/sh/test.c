/* SPDX-License-Identifier: MIT */
/*
 * test and [: questions about files, texts and numbers.
 *
 *     or       and { -o and }
 *     and      not { -a not }
 *     not      ! not | primary
 *     primary  ( or ) | a = b ... | -f a ... | a
 *
 * An argument that an operator with two operands follows is its left operand,
 * whatever it looks like: so `[ "$x" = y ]` holds for any $x.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/builtin.h"
#include "user/bin/sh/sh.h"

struct question {
    char **p;
    char **end;
    bool bad;
};

static bool ask_or(struct question *q);

static size_t left(const struct question *q)
{
    return (size_t)(q->end - q->p);
}

static bool is(const struct question *q, const char *text)
{
    return left(q) > 0 && strcmp(*q->p, text) == 0;
}

static long number(struct question *q, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (*end != '\0' || end == text) {
        warnx("test: %s: not a number", text);
        q->bad = true;
    }
    return value;
}

static const char *const binary[] = { "=",   "!=",  "==",  "-eq", "-ne",
                                      "-lt", "-le", "-gt", "-ge", NULL };

static bool is_binary(const char *op)
{
    size_t i;

    for (i = 0; binary[i] != NULL; i++)
        if (strcmp(op, binary[i]) == 0)
            return true;
    return false;
}

static bool compare(struct question *q, const char *a, const char *op,
                    const char *b)
{
    long x, y;

    if (op[0] == '=')
        return strcmp(a, b) == 0;
    if (op[0] == '!')
        return strcmp(a, b) != 0;
    x = number(q, a);
    y = number(q, b);
    switch (op[1]) {
    case 'e': return x == y;
    case 'n': return x != y;
    case 'l': return op[2] == 't' ? x < y : x <= y;
    default: return op[2] == 't' ? x > y : x >= y;
    }
}

static bool has_type(const char *path, char op)
{
    struct stat st;

    if ((op == 'h' || op == 'L' ? lstat(path, &st) : stat(path, &st)) != 0)
        return false;
    switch (op) {
    case 'f': return S_ISREG(st.st_mode);
    case 'd': return S_ISDIR(st.st_mode);
    case 'c': return S_ISCHR(st.st_mode);
    case 'b': return S_ISBLK(st.st_mode);
    case 'p': return S_ISFIFO(st.st_mode);
    case 's': return st.st_size > 0;
    case 'e': return true;
    default: return S_ISLNK(st.st_mode);
    }
}

static bool ask_unary(char op, const char *operand)
{
    switch (op) {
    case 'n': return *operand != '\0';
    case 'z': return *operand == '\0';
    case 't': return isatty(atoi(operand));
    case 'r': return access(operand, R_OK) == 0;
    case 'w': return access(operand, W_OK) == 0;
    case 'x': return access(operand, X_OK) == 0;
    default: return has_type(operand, op);
    }
}

static bool ask_primary(struct question *q)
{
    char **p = q->p;
    bool result;

    if (left(q) >= 3 && is_binary(p[1])) {
        q->p += 3;
        return compare(q, p[0], p[1], p[2]);
    }
    if (left(q) >= 2 && p[0][0] == '-' && p[0][1] != '\0' && p[0][2] == '\0' &&
        strchr("nztrwxfdcbpsehL", p[0][1]) != NULL) {
        q->p += 2;
        return ask_unary(p[0][1], p[1]);
    }
    if (left(q) >= 3 && is(q, "(")) {
        q->p++;
        result = ask_or(q);
        q->bad |= !is(q, ")");
        q->p += left(q) > 0;
        return result;
    }
    q->bad |= left(q) == 0;
    q->p += left(q) > 0;
    return !q->bad && **p != '\0';
}

static bool ask_not(struct question *q)
{
    if (is(q, "!") && left(q) > 1 && !(left(q) >= 3 && is_binary(q->p[1]))) {
        q->p++;
        return !ask_not(q);
    }
    return ask_primary(q);
}

static bool ask_and(struct question *q)
{
    bool result = ask_not(q);

    while (!q->bad && is(q, "-a")) {
        q->p++;
        result = ask_not(q) && result;
    }
    return result;
}

static bool ask_or(struct question *q)
{
    bool result = ask_and(q);

    while (!q->bad && is(q, "-o")) {
        q->p++;
        result = ask_and(q) || result;
    }
    return result;
}

int builtin_test(int argc, char **argv)
{
    struct question q = { argv + 1, argv + argc, false };
    bool result = false;

    if (argv[0][0] == '[') {
        if (argc < 2 || strcmp(argv[argc - 1], "]") != 0) {
            warnx("[: the ] is missing");
            return 2;
        }
        q.end--;
    }
    if (left(&q) > 0)
        result = ask_or(&q);
    if (q.bad || left(&q) > 0) {
        warnx("%s: not a question that I understand", argv[0]);
        return 2;
    }
    return !result;
}
