/* SPDX-License-Identifier: MIT */
/*
 * Lines to tokens: blanks and comments go, operators are told by the longest
 * match, all else is words. When a quote is still open at the end of what has
 * been read, more lines are read and the word is scanned again.
 *
 * A here-document's lines follow the newline that ends the line with its <<:
 * they are taken out of the stream when that newline is.
 */
#include "user/bin/sh/lexer.h"

#include <ctype.h>
#include <string.h>

#include "user/bin/sh/expand.h"
#include "user/bin/sh/node.h"
#include "user/bin/sh/scan.h"

/* Longer ones before their beginnings. */
static const struct {
    const char *text;
    enum token_kind kind;
} operators[] = {
    { "<<-", TOKEN_HERE_TABS },  { "<<", TOKEN_HERE },
    { "<&", TOKEN_LESS_AND },    { "<>", TOKEN_BOTH },
    { "<", TOKEN_LESS },         { ">>", TOKEN_APPEND },
    { ">&", TOKEN_GREATER_AND }, { ">|", TOKEN_FORCE },
    { ">", TOKEN_GREATER },      { "&&", TOKEN_AND },
    { "&", TOKEN_BACKGROUND },   { "||", TOKEN_OR },
    { "|", TOKEN_PIPE },         { ";;", TOKEN_CASE_END },
    { ";", TOKEN_SEMICOLON },    { "(", TOKEN_OPEN },
    { ")", TOKEN_CLOSE },        { "\n", TOKEN_NEWLINE },
};

#define NOPERATORS (sizeof(operators) / sizeof(operators[0]))

const char *token_text(struct token token)
{
    size_t i;

    if (token.kind == TOKEN_END)
        return "end of input";
    if (token.kind == TOKEN_NEWLINE)
        return "newline";
    if (token.text != NULL)
        return token.text;
    for (i = 0; operators[i].kind != token.kind; i++)
        ;
    return operators[i].text;
}

/* ---- lines ---- */

/* Reads on. false at the end of the source. */
static bool fetch(struct lexer *lexer)
{
    const char *line = lexer->source->line(lexer->source, lexer->inside);

    if (line == NULL)
        return false;
    if (lexer->pos == lexer->buffer.len)
        lexer->pos = lexer->buffer.len = 0;
    text_append(&lexer->buffer, line, strlen(line));
    return true;
}

static const char *here(const struct lexer *lexer)
{
    return lexer->buffer.len > 0 ? lexer->buffer.data + lexer->pos : "";
}

/* ---- here-documents ---- */

/* The next line without its newline, on the stack of memory; NULL: none. */
static char *take_line(struct lexer *lexer)
{
    const char *start = here(lexer), *end;
    char *line;

    if (*start == '\0') {
        if (!fetch(lexer))
            return NULL;
        start = here(lexer);
    }
    end = strchrnul(start, '\n');
    line = mem_copy(start, (size_t)(end - start));
    lexer->pos += (size_t)(end - start) + (*end == '\n');
    return line;
}

static void read_here(struct lexer *lexer, struct redirect *redirect)
{
    const char *end = expand_quotes_removed(redirect->target);
    struct text body = { NULL, 0, 0 };
    char *line;

    redirect->quoted = strpbrk(redirect->target, "'\"\\") != NULL;
    while ((line = take_line(lexer)) != NULL) {
        if (redirect->op == TOKEN_HERE_TABS)
            line += strspn(line, "\t");
        if (strcmp(line, end) == 0)
            break;
        text_append(&body, line, strlen(line));
        text_add(&body, '\n');
    }
    redirect->target = text_finish(&body);
}

static void read_heres(struct lexer *lexer)
{
    struct redirect *redirect = lexer->heres;

    lexer->heres = NULL;
    for (; redirect != NULL; redirect = redirect->next_here)
        read_here(lexer, redirect);
}

/* ---- tokens ---- */

/* Skips blanks, comments and joined lines. false at the end. */
static bool skip_blanks(struct lexer *lexer)
{
    for (;;) {
        const char *p = here(lexer);

        if (*p == '\0' && !fetch(lexer))
            return false;
        p = here(lexer);
        if (*p == ' ' || *p == '\t')
            lexer->pos += strspn(p, " \t");
        else if (p[0] == '\\' && p[1] == '\n')
            lexer->pos += 2;
        else if (*p == '#')
            lexer->pos += strcspn(p, "\n");
        else if (*p != '\0')
            return true;
    }
}

static struct token operator_token(struct lexer *lexer)
{
    const char *p = here(lexer);
    struct token token = { TOKEN_END, NULL };
    size_t i;

    for (i = 0; i < NOPERATORS; i++)
        if (strncmp(p, operators[i].text, strlen(operators[i].text)) == 0)
            break;
    if (i == NOPERATORS)
        return token;
    lexer->pos += strlen(operators[i].text);
    token.kind = operators[i].kind;
    if (token.kind == TOKEN_NEWLINE)
        read_heres(lexer);
    return token;
}

static struct token word_token(struct lexer *lexer)
{
    const char *end, *start;
    struct token token;
    size_t len;

    lexer->inside = true;
    while ((end = scan_word(here(lexer))) == NULL)
        if (!fetch(lexer))
            sh_fail(2, "a quote, bracket or backslash is left open");
    start = here(lexer);
    len = (size_t)(end - start);
    token.kind = TOKEN_WORD;
    if ((*end == '<' || *end == '>') && strspn(start, "0123456789") == len)
        token.kind = TOKEN_NUMBER;
    token.text = mem_copy(start, len);
    lexer->pos += len;
    return token;
}

struct token lexer_peek(struct lexer *lexer)
{
    if (lexer->have_token)
        return lexer->token;
    lexer->token = (struct token){ TOKEN_END, NULL };
    if (skip_blanks(lexer)) {
        lexer->token = operator_token(lexer);
        if (lexer->token.kind == TOKEN_END)
            lexer->token = word_token(lexer);
    }
    lexer->have_token = true;
    return lexer->token;
}

struct token lexer_take(struct lexer *lexer)
{
    struct token token = lexer_peek(lexer);

    lexer->have_token = false;
    return token;
}
