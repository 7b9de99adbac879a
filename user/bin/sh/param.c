/* SPDX-License-Identifier: MIT */
/*
 * What a $ stands for:
 *
 *     $name ${name} $1 ${10} $# $? $$ $! $@ $* $- $0
 *     ${#name}                  its length
 *     ${name-word} ${name=word} ${name?word} ${name+word}: if it is not set;
 *                               with a : also if it is empty
 *     ${name#pat} ${name##pat}  without the shortest, longest start like pat
 *     ${name%pat} ${name%%pat}  the same with the end
 *     $(command)                its output, without the last newlines
 *     $((expression))           its value
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/capture.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/glob.h"
#include "user/bin/sh/scan.h"
#include "user/bin/sh/vars.h"

/* The length of the parameter's name here; 0: none. */
static size_t name_length(const char *p, bool braces)
{
    size_t len = scan_name_length(p);

    if (len > 0)
        return len;
    if (isdigit((unsigned char)*p))
        return braces ? strspn(p, "0123456789") : 1;
    return *p != '\0' && strchr("#?$!@*-", *p) != NULL ? 1 : 0;
}

static char *number_text(long number)
{
    char digits[24];

    return mem_copy(digits,
                    (size_t)snprintf(digits, sizeof(digits), "%ld", number));
}

/* $@ and $* as one text. */
static const char *joined_args(void)
{
    struct text text = { NULL, 0, 0 };
    int i;

    for (i = 0; i < shell.nargs; i++) {
        if (i > 0)
            text_add(&text, ' ');
        text_append(&text, shell.args[i], strlen(shell.args[i]));
    }
    return text_finish(&text);
}

static const char *numbered(long n)
{
    if (n == 0)
        return shell.name;
    return n <= shell.nargs ? shell.args[n - 1] : NULL;
}

/* Of a parameter other than a variable. */
static const char *special_value(const char *name)
{
    switch (*name) {
    case '#': return number_text(shell.nargs);
    case '?': return number_text(shell.status);
    case '$': return number_text(shell.pid);
    case '!':
        return shell.last_background != 0 ? number_text(shell.last_background)
                                          : NULL;
    case '-': return shell.interactive ? "i" : "";
    case '@':
    case '*': return shell.nargs > 0 ? joined_args() : NULL;
    default: return numbered(strtol(name, NULL, 10));
    }
}

/* NULL: not set. */
static const char *value_of(const char *name)
{
    return scan_name_length(name) > 0 ? var_get(name) : special_value(name);
}

/* $@, or $* without quotes: each argument a field of its own. */
static void add_args(struct expansion *x, bool quoted)
{
    int i;

    for (i = 0; i < shell.nargs; i++) {
        if (i > 0)
            expansion_end_field(x);
        x->exists = x->exists || quoted;
        expansion_value(x, shell.args[i], quoted);
    }
}

static void add_named(struct expansion *x, const char *name, bool quoted)
{
    const char *value;

    if (x->split && (*name == '@' || (*name == '*' && !quoted))) {
        add_args(x, quoted);
        return;
    }
    value = value_of(name);
    if (value != NULL)
        expansion_value(x, value, quoted);
}

/* ---- ${...} ---- */

struct braces {
    const char *name;
    const char *value; /* NULL: not set, or empty and a : was there */
    const char *word;  /* behind the operator */
    const char *end;   /* the } */
};

static void add_default(struct expansion *x, const struct braces *b, char op,
                        bool quoted)
{
    const char *word = mem_copy(b->word, (size_t)(b->end - b->word));

    if (op == '+' && b->value == NULL)
        return;
    if (op != '+' && b->value != NULL) {
        add_named(x, b->name, quoted);
        return;
    }
    if (op == '-' || op == '+') {
        x->braces++;
        expansion_text(x, b->word, b->end, quoted);
        x->braces--;
    } else if (op == '?') {
        word = *word != '\0' ? expand_one(word) : "not set";
        sh_fail(1, "%s: %s", b->name, word);
    } else {
        if (scan_name_length(b->name) == 0)
            sh_fail(1, "%s: cannot be set", b->name);
        var_set(b->name, expand_one(word));
        add_named(x, b->name, quoted);
    }
}

/* How much of the value's start the pattern takes; -1: it does not match. */
static long matching_start(const char *value, const char *pattern, bool most)
{
    size_t len = strlen(value), i;

    for (i = 0; i <= len; i++) {
        size_t n = most ? len - i : i;
        struct mem_mark mark = mem_mark();
        bool matches = glob_matches(pattern, mem_copy(value, n));

        mem_release(mark);
        if (matches)
            return (long)n;
    }
    return -1;
}

/* Where the end that the pattern takes starts; -1: it does not match. */
static long matching_end(const char *value, const char *pattern, bool most)
{
    size_t len = strlen(value), i;

    for (i = 0; i <= len; i++) {
        size_t at = most ? i : len - i;

        if (glob_matches(pattern, value + at))
            return (long)at;
    }
    return -1;
}

static void add_trimmed(struct expansion *x, const struct braces *b, char op,
                        bool quoted)
{
    const char *word = b->word + (*b->word == op), *value = b->value;
    bool most = word != b->word;
    const char *pattern;
    long n;

    if (value == NULL)
        return;
    pattern = expand_pattern(mem_copy(word, (size_t)(b->end - word)));
    if (op == '#') {
        n = matching_start(value, pattern, most);
        value += n > 0 ? n : 0;
    } else {
        n = matching_end(value, pattern, most);
        value = n >= 0 ? mem_copy(value, (size_t)n) : value;
    }
    expansion_value(x, value, quoted);
}

/* At the {. */
static void add_braces(struct expansion *x, const char *p, const char *end,
                       bool quoted)
{
    bool length = p[1] == '#' && p[2] != '}';
    size_t len = name_length(p + 1 + length, true);
    struct braces b = { mem_copy(p + 1 + length, len), NULL, NULL, end };
    const char *op = p + 1 + length + len;

    b.value = len > 0 ? value_of(b.name) : NULL;
    if (length && op == end && len > 0) {
        expansion_value(
            x, number_text(b.value != NULL ? (long)strlen(b.value) : 0),
            quoted);
        return;
    }
    if (len > 0 && op == end) {
        add_named(x, b.name, quoted);
        return;
    }
    if (*op == ':' && op[1] != '\0' && strchr("-=?+", op[1]) != NULL) {
        op++;
        if (b.value != NULL && *b.value == '\0')
            b.value = NULL;
    }
    b.word = op + 1;
    if (len > 0 && !length && strchr("-=?+", *op) != NULL)
        add_default(x, &b, *op, quoted);
    else if (len > 0 && !length && (*op == '#' || *op == '%'))
        add_trimmed(x, &b, *op, quoted);
    else
        sh_fail(2, "bad substitution: $%.*s", (int)(end + 1 - p), p);
}

/* ---- $(...) ---- */

static void add_parens(struct expansion *x, const char *p, const char *end,
                       bool quoted)
{
    if (p[1] == '(' && end - p >= 4 && end[-2] == ')') {
        char *inner = mem_copy(p + 2, (size_t)(end - p) - 4);

        expansion_value(x, number_text(arith_value(expand_body(inner))),
                        quoted);
    } else {
        char *command = mem_copy(p + 1, (size_t)(end - p) - 2);

        expansion_value(x, capture_output(command), quoted);
    }
}

const char *expansion_dollar(struct expansion *x, const char *p, bool quoted)
{
    const char *end;
    size_t len;

    if (p[1] == '{' || p[1] == '(') {
        end = scan_unit(p);
        if (end == NULL) /* can be so in a here-document only */
            sh_fail(2, "a bracket is left open");
        if (p[1] == '{')
            add_braces(x, p + 1, end - 1, quoted);
        else
            add_parens(x, p + 1, end, quoted);
        return end;
    }
    len = name_length(p + 1, false);
    if (len == 0)
        expansion_char(x, '$', quoted);
    else
        add_named(x, mem_copy(p + 1, len), quoted);
    return p + 1 + len;
}
