/* SPDX-License-Identifier: MIT */
/*
 * The value of an expression in $(( )): C's operators on 64-bit integers,
 * without ++, -- and the comma. A name stands for its variable's value, 0 if
 * it has none; NAME = expression sets it, as do += and its like.
 *
 * By precedence climbing: `binary` reads an operand, then operators that bind
 * at least as tightly as it is asked for. Overflow wraps around.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/expand.h"
#include "user/bin/sh/scan.h"
#include "user/bin/sh/vars.h"

/* Longer ones before their beginnings; level: how tightly it binds. */
static const struct operator
{
    const char *text;
    int level;
}
operators[] = {
    { "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<=", 7 },
    { ">=", 7 }, { "<<", 8 }, { ">>", 8 }, { "|", 3 },  { "^", 4 },
    { "&", 5 },  { "<", 7 },  { ">", 7 },  { "+", 9 },  { "-", 9 },
    { "*", 10 }, { "/", 10 }, { "%", 10 },
};

#define NOPERATORS (sizeof(operators) / sizeof(operators[0]))

struct arith {
    const char *p;
    const char *all;
    int skip; /* more than 0: the value is not needed, nothing is set */
};

static long ternary(struct arith *a);

static void __attribute__((noreturn)) bad(const struct arith *a)
{
    sh_fail(2, "bad expression: $((%s))", a->all);
}

static void skip_blanks(struct arith *a)
{
    a->p += strspn(a->p, " \t\n");
}

static bool take(struct arith *a, const char *text)
{
    skip_blanks(a);
    if (strncmp(a->p, text, strlen(text)) != 0)
        return false;
    a->p += strlen(text);
    return true;
}

static long apply(const struct arith *a, const char *op, long x, long y)
{
    unsigned long ux = (unsigned long)x, uy = (unsigned long)y;

    switch (op[0]) {
    case '=': return x == y;
    case '!': return x != y;
    case '|': return op[1] == '|' ? x != 0 || y != 0 : x | y;
    case '&': return op[1] == '&' ? x != 0 && y != 0 : (x & y);
    case '^': return x ^ y;
    case '+': return (long)(ux + uy);
    case '-': return (long)(ux - uy);
    case '*': return (long)(ux * uy);
    case '<':
        if (op[1] == '<')
            return (long)(ux << (uy & 63));
        return op[1] == '=' ? x <= y : x < y;
    case '>':
        if (op[1] == '>')
            return x >> (uy & 63);
        return op[1] == '=' ? x >= y : x > y;
    default: break;
    }
    if (a->skip > 0)
        return 0;
    if (y == 0)
        sh_fail(2, "division by zero: $((%s))", a->all);
    if (y == -1)
        return op[0] == '/' ? (long)-ux : 0; /* LONG_MIN / -1 traps */
    return op[0] == '/' ? x / y : x % y;
}

static long variable(const char *name)
{
    const char *value = var_get(name);

    return value != NULL ? strtol(value, NULL, 0) : 0;
}

/* = or an operator and =, and what follows; or just the variable's value. */
static long named(struct arith *a)
{
    size_t len = scan_name_length(a->p), i;
    char *name = mem_copy(a->p, len), digits[24];
    char op[3] = "";
    long value;

    a->p += len;
    skip_blanks(a);
    for (i = 0; i < NOPERATORS; i++) {
        size_t n = strlen(operators[i].text);

        if (operators[i].level >= 3 && operators[i].level != 6 &&
            operators[i].level != 7 && a->p[n] == '=' &&
            strncmp(a->p, operators[i].text, n) == 0)
            strcpy(op, operators[i].text);
    }
    if (op[0] == '\0' && (a->p[0] != '=' || a->p[1] == '='))
        return variable(name);
    a->p += strlen(op) + 1;
    value = ternary(a);
    if (op[0] != '\0')
        value = apply(a, op, variable(name), value);
    snprintf(digits, sizeof(digits), "%ld", value);
    if (a->skip == 0)
        var_set(name, digits);
    return value;
}

static long operand(struct arith *a)
{
    long value;
    char *end;

    skip_blanks(a);
    if (scan_name_length(a->p) > 0)
        return named(a);
    if (isdigit((unsigned char)*a->p)) {
        value = (long)strtoul(a->p, &end, 0);
        a->p = end;
        return value;
    }
    if (take(a, "("))
        value = ternary(a);
    else if (take(a, "-"))
        return (long)-(unsigned long)operand(a);
    else if (take(a, "+"))
        return operand(a);
    else if (take(a, "~"))
        return ~operand(a);
    else if (take(a, "!"))
        return !operand(a);
    else
        bad(a);
    if (!take(a, ")"))
        bad(a);
    return value;
}

/* The operator here, if it binds at least so tightly. */
static const struct operator* operator_here(struct arith *a, int level)
{
    size_t i;

    skip_blanks(a);
    for (i = 0; i < NOPERATORS; i++)
        if (strncmp(a->p, operators[i].text, strlen(operators[i].text)) == 0)
            return operators[i].level >= level ? &operators[i] : NULL;
    return NULL;
}

static long binary(struct arith *a, int level)
{
    const struct operator* op;
    long value = operand(a);

    while ((op = operator_here(a, level)) != NULL) {
        bool decided =
            (op->level == 1 && value != 0) || (op->level == 2 && value == 0);
        long right;

        a->p += strlen(op->text);
        a->skip += decided;
        right = binary(a, op->level + 1);
        a->skip -= decided;
        value = apply(a, op->text, value, right);
    }
    return value;
}

static long ternary(struct arith *a)
{
    long value = binary(a, 1), yes, no;

    if (!take(a, "?"))
        return value;
    a->skip += value == 0;
    yes = ternary(a);
    a->skip -= value == 0;
    if (!take(a, ":"))
        bad(a);
    a->skip += value != 0;
    no = ternary(a);
    a->skip -= value != 0;
    return value != 0 ? yes : no;
}

long arith_value(const char *expression)
{
    struct arith a = { expression, expression, 0 };
    long value = 0;

    skip_blanks(&a);
    if (*a.p != '\0')
        value = ternary(&a);
    skip_blanks(&a);
    if (*a.p != '\0')
        bad(&a);
    return value;
}
