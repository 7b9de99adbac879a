/* SPDX-License-Identifier: MIT */
/*
 * Words to a tree, by recursive descent; a function for each rule of the
 * grammar (POSIX Shell & Utilities 2.10):
 *
 *     list      and_or { (; | & | newline) and_or }
 *     and_or    pipeline { (&& | ||) pipeline }
 *     pipeline  [!] command { '|' command }
 *     command   simple | compound { redirect }
 *
 * A reserved word is one only where a command's name may stand. compound.c has
 * the compound commands.
 */
#include "user/bin/sh/parser.h"

#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/scan.h"

struct node *parse_node(enum node_kind kind, struct node *left,
                        struct node *right)
{
    struct node *node = mem_get(sizeof(*node));

    memset(node, 0, sizeof(*node));
    node->kind = kind;
    node->left = left;
    node->right = right;
    return node;
}

void parse_unexpected(struct lexer *lexer)
{
    sh_fail(2, "syntax error: unexpected `%s'", token_text(lexer_peek(lexer)));
}

bool parse_is(struct lexer *lexer, enum token_kind kind)
{
    return lexer_peek(lexer).kind == kind;
}

bool parse_is_word(struct lexer *lexer, const char *word)
{
    struct token token = lexer_peek(lexer);

    return token.kind == TOKEN_WORD && strcmp(token.text, word) == 0;
}

void parse_expect_word(struct lexer *lexer, const char *word)
{
    if (!parse_is_word(lexer, word))
        parse_unexpected(lexer);
    lexer_take(lexer);
}

void parse_newlines(struct lexer *lexer)
{
    while (parse_is(lexer, TOKEN_NEWLINE))
        lexer_take(lexer);
}

struct word *parse_word(struct lexer *lexer)
{
    struct word *word;

    if (!parse_is(lexer, TOKEN_WORD))
        parse_unexpected(lexer);
    word = mem_get(sizeof(*word));
    word->next = NULL;
    word->text = lexer_take(lexer).text;
    return word;
}

/* ---- redirections ---- */

static void add_here(struct lexer *lexer, struct redirect *redirect)
{
    struct redirect **link = &lexer->heres;

    while (*link != NULL)
        link = &(*link)->next_here;
    *link = redirect;
}

/* One redirection, if the next token starts one. */
static bool parse_redirect(struct lexer *lexer, struct node *node)
{
    struct redirect *redirect, **link = &node->redirects;
    struct token token = lexer_peek(lexer);
    int fd = -1;

    if (token.kind == TOKEN_NUMBER)
        fd = atoi(lexer_take(lexer).text);
    else if (token.kind < TOKEN_LESS)
        return false;
    redirect = mem_get(sizeof(*redirect));
    memset(redirect, 0, sizeof(*redirect));
    redirect->op = lexer_take(lexer).kind;
    if (fd >= 0)
        redirect->fd = fd;
    else if (redirect->op == TOKEN_GREATER || redirect->op == TOKEN_APPEND ||
             redirect->op == TOKEN_FORCE || redirect->op == TOKEN_GREATER_AND)
        redirect->fd = 1;
    redirect->target = parse_word(lexer)->text;
    if (redirect->op == TOKEN_HERE || redirect->op == TOKEN_HERE_TABS)
        add_here(lexer, redirect);
    while (*link != NULL)
        link = &(*link)->next;
    *link = redirect;
    return true;
}

/* ---- commands ---- */

static bool is_assignment(const char *text)
{
    unsigned long len = scan_name_length(text);

    return len > 0 && text[len] == '=';
}

static struct node *parse_simple(struct lexer *lexer)
{
    struct node *node = parse_node(NODE_SIMPLE, NULL, NULL);
    struct word **words = &node->words, **assigns = &node->assigns;

    for (;;) {
        if (parse_redirect(lexer, node))
            continue;
        if (!parse_is(lexer, TOKEN_WORD))
            break;
        if (node->words == NULL && is_assignment(lexer_peek(lexer).text)) {
            *assigns = parse_word(lexer);
            assigns = &(*assigns)->next;
        } else {
            *words = parse_word(lexer);
            words = &(*words)->next;
        }
    }
    if (node->words == NULL && node->assigns == NULL && node->redirects == NULL)
        parse_unexpected(lexer);
    return node;
}

/* Whether what stands here ends a list in a compound command. */
static bool at_list_end(struct lexer *lexer)
{
    static const char *const words[] = { "then", "else", "elif", "fi",
                                         "do",   "done", "esac", "}" };
    size_t i;

    switch (lexer_peek(lexer).kind) {
    case TOKEN_END:
    case TOKEN_CLOSE:
    case TOKEN_CASE_END: return true;
    default: break;
    }
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (parse_is_word(lexer, words[i]))
            return true;
    return false;
}

static struct node *parse_one(struct lexer *lexer)
{
    struct node *node;

    if (at_list_end(lexer))
        parse_unexpected(lexer);
    node = parse_compound(lexer);
    if (node == NULL)
        return parse_simple(lexer);
    while (parse_redirect(lexer, node))
        ;
    return node;
}

static struct node *parse_pipeline(struct lexer *lexer)
{
    bool negated = false;
    struct node *node;

    while (parse_is_word(lexer, "!")) {
        lexer_take(lexer);
        negated = !negated;
    }
    node = parse_one(lexer);
    if (parse_is(lexer, TOKEN_PIPE)) {
        struct node **last = &node;

        while (parse_is(lexer, TOKEN_PIPE)) {
            lexer_take(lexer);
            parse_newlines(lexer);
            *last = parse_node(NODE_PIPE, *last, parse_one(lexer));
            last = &(*last)->right;
        }
    }
    return negated ? parse_node(NODE_NOT, node, NULL) : node;
}

static struct node *parse_and_or(struct lexer *lexer)
{
    struct node *node = parse_pipeline(lexer);

    for (;;) {
        enum node_kind kind = NODE_AND;

        if (parse_is(lexer, TOKEN_OR))
            kind = NODE_OR;
        else if (!parse_is(lexer, TOKEN_AND))
            return node;
        lexer_take(lexer);
        parse_newlines(lexer);
        node = parse_node(kind, node, parse_pipeline(lexer));
    }
}

/* The separator behind a command of a list, which & turns into one in the
 * background. false: there is none, so the list ends. */
static bool parse_separator(struct lexer *lexer, struct node **command)
{
    if (parse_is(lexer, TOKEN_BACKGROUND))
        *command = parse_node(NODE_BACKGROUND, *command, NULL);
    else if (!parse_is(lexer, TOKEN_SEMICOLON))
        return false;
    lexer_take(lexer);
    return true;
}

struct node *parse_list(struct lexer *lexer)
{
    struct node *list = NULL, *command;
    bool more = true;

    parse_newlines(lexer);
    while (more && !at_list_end(lexer)) {
        command = parse_and_or(lexer);
        more = parse_separator(lexer, &command);
        if (parse_is(lexer, TOKEN_NEWLINE))
            more = true;
        parse_newlines(lexer);
        list = list != NULL ? parse_node(NODE_SEQ, list, command) : command;
    }
    return list;
}

struct node *parse_command(struct lexer *lexer, bool *end)
{
    struct node *list = NULL, *command;
    bool more = true;

    lexer->inside = false;
    *end = parse_is(lexer, TOKEN_END);
    while (more && !parse_is(lexer, TOKEN_END) &&
           !parse_is(lexer, TOKEN_NEWLINE)) {
        command = parse_and_or(lexer);
        more = parse_separator(lexer, &command);
        list = list != NULL ? parse_node(NODE_SEQ, list, command) : command;
    }
    if (!parse_is(lexer, TOKEN_END) && !parse_is(lexer, TOKEN_NEWLINE))
        parse_unexpected(lexer);
    lexer_take(lexer);
    return list;
}
