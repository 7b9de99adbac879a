/* SPDX-License-Identifier: MIT */
/*
 * Words as written to what they mean. All results are on the stack of memory.
 * What is malformed, or asked for with ${x?}, is sh_fail.
 */
#ifndef SH_EXPAND_H
#define SH_EXPAND_H

#include <stdbool.h>

#include "user/bin/sh/node.h"
#include "user/bin/sh/sh.h"

/* A command's arguments: $ and `, then fields split at $IFS, then file names,
 * then quotes removed. */
struct strings expand_words(const struct word *words);

/* One argument: no splitting, no file names. */
char *expand_one(const char *word);
/* The same as a pattern: what was quoted is preceded by \. */
char *expand_pattern(const char *word);
/* A text in which only $, ` and \ mean something: here-documents, $(( )). */
char *expand_body(const char *body);
/* Only the quotes are removed. */
char *expand_quotes_removed(const char *word);

/* ---- between expand.c and param.c ---- */

/* A word on its way. */
struct expansion {
    struct text chars;   /* of the field so far */
    struct text marks;   /* 'q' for each one that was quoted, else ' ' */
    bool exists;         /* the field is one even if it is empty */
    bool split;          /* unquoted values are split into fields */
    unsigned braces;     /* within a word in ${...} */
    bool after_blank;    /* the last field was ended by a blank of $IFS */
    struct strings *out; /* finished fields, if split */
};

void expansion_char(struct expansion *x, char c, bool quoted);
/* A variable's value. */
void expansion_value(struct expansion *x, const char *value, bool quoted);
/* Text as written, [from, to). */
void expansion_text(struct expansion *x, const char *from, const char *to,
                    bool quoted);
void expansion_end_field(struct expansion *x);

/* At a $: what it stands for is added. The place behind it. */
const char *expansion_dollar(struct expansion *x, const char *p, bool quoted);

/* ---- arith.c ---- */

/* The value of an expression, as in $(( )). */
long arith_value(const char *expression);

#endif
