/* SPDX-License-Identifier: MIT */
/*
 * The tree of a command. All of it lies on the stack of memory.
 *
 *     SIMPLE      words, assigns
 *     PIPE        left | right, left | right ... : a chain by `right`
 *     AND OR SEQ  left, right
 *     NOT GROUP SUBSHELL BACKGROUND   left
 *     IF          left: condition, right: then, third: else
 *     WHILE UNTIL left: condition, right: body
 *     FOR         name, words (no_words: "$@"), right: body
 *     CASE        words: what is looked at; arms
 */
#ifndef SH_NODE_H
#define SH_NODE_H

#include <stdbool.h>

#include "user/bin/sh/lexer.h"

struct word {
    struct word *next;
    const char *text; /* as written */
};

struct redirect {
    struct redirect *next;
    struct redirect *next_here;
    enum token_kind op; /* TOKEN_LESS ... */
    int fd;             /* the one that is changed */
    const char *target; /* a word; here-documents: the body */
    bool quoted;        /* the body is not expanded */
};

struct arm {
    struct arm *next;
    struct word *patterns;
    struct node *body;
};

enum node_kind {
    NODE_SIMPLE,
    NODE_PIPE,
    NODE_AND,
    NODE_OR,
    NODE_SEQ,
    NODE_NOT,
    NODE_GROUP,
    NODE_SUBSHELL,
    NODE_BACKGROUND,
    NODE_IF,
    NODE_WHILE,
    NODE_UNTIL,
    NODE_FOR,
    NODE_CASE,
};

struct node {
    enum node_kind kind;
    struct node *left, *right, *third;
    struct word *words;
    struct word *assigns; /* NAME=value, before the command's name */
    struct redirect *redirects;
    struct arm *arms;
    const char *name;
    bool no_words;
};

/* ---- parser.c ---- */

/* One complete command, up to a newline. NULL: an empty line, or the end of
 * the input, which sets *end. sh_fail if it is not well-formed. */
struct node *parse_command(struct lexer *lexer, bool *end);

/* ---- text.c ---- */

/* The command as text, for `jobs`: as it was written, more or less. */
void node_text(const struct node *node, struct text *out);

#endif
