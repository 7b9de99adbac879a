/* SPDX-License-Identifier: MIT */
/* Lines to tokens. */
#ifndef SH_LEXER_H
#define SH_LEXER_H

#include <stdbool.h>

#include "user/bin/sh/sh.h"
#include "user/bin/sh/source.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_WORD,     /* text: as written, quotes and all */
    TOKEN_NUMBER,   /* digits right before a < or > */
    TOKEN_AND,      /* && */
    TOKEN_OR,       /* || */
    TOKEN_CASE_END, /* ;; */
    TOKEN_SEMICOLON,
    TOKEN_BACKGROUND, /* & */
    TOKEN_PIPE,
    TOKEN_OPEN,  /* ( */
    TOKEN_CLOSE, /* ) */
    TOKEN_LESS,  /* from here on: redirections */
    TOKEN_GREATER,
    TOKEN_APPEND,      /* >> */
    TOKEN_FORCE,       /* >| */
    TOKEN_LESS_AND,    /* <& */
    TOKEN_GREATER_AND, /* >& */
    TOKEN_BOTH,        /* <> */
    TOKEN_HERE,        /* << */
    TOKEN_HERE_TABS,   /* <<- */
};

struct token {
    enum token_kind kind;
    const char *text;
};

struct redirect;

struct lexer {
    struct source *source;
    struct text buffer; /* lines that have been read */
    size_t pos;         /* the next character of it */
    struct token token; /* looked at, not yet taken: if have_token */
    bool have_token;
    bool inside;            /* a command has begun: prompt with PS2 */
    struct redirect *heres; /* here-documents that the next newline starts */
};

/* The next token, which stays. */
struct token lexer_peek(struct lexer *lexer);
/* The next token, taken. */
struct token lexer_take(struct lexer *lexer);

/* How a token looks, for messages. */
const char *token_text(struct token token);

#endif
