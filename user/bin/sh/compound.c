/* SPDX-License-Identifier: MIT */
/*
 * The compound commands: ( ) { } if while until for case.
 */
#include <string.h>

#include "user/bin/sh/parser.h"
#include "user/bin/sh/scan.h"

/* A list that must not be empty. */
static struct node *parse_body(struct lexer *lexer)
{
    struct node *list = parse_list(lexer);

    if (list == NULL)
        parse_unexpected(lexer);
    return list;
}

static struct node *parse_subshell(struct lexer *lexer)
{
    struct node *node;

    lexer->inside = true;
    lexer_take(lexer);
    node = parse_node(NODE_SUBSHELL, parse_body(lexer), NULL);
    if (!parse_is(lexer, TOKEN_CLOSE))
        parse_unexpected(lexer);
    lexer_take(lexer);
    return node;
}

static struct node *parse_group(struct lexer *lexer)
{
    struct node *node;

    lexer_take(lexer);
    node = parse_node(NODE_GROUP, parse_body(lexer), NULL);
    parse_expect_word(lexer, "}");
    return node;
}

/* From `if` or `elif` on. */
static struct node *parse_if(struct lexer *lexer)
{
    struct node *node = parse_node(NODE_IF, NULL, NULL);

    lexer_take(lexer);
    node->left = parse_body(lexer);
    parse_expect_word(lexer, "then");
    node->right = parse_body(lexer);
    if (parse_is_word(lexer, "elif")) {
        node->third = parse_if(lexer); /* which takes the `fi` */
        return node;
    }
    if (parse_is_word(lexer, "else")) {
        lexer_take(lexer);
        node->third = parse_body(lexer);
    }
    parse_expect_word(lexer, "fi");
    return node;
}

static struct node *parse_do(struct lexer *lexer)
{
    struct node *body;

    parse_expect_word(lexer, "do");
    body = parse_body(lexer);
    parse_expect_word(lexer, "done");
    return body;
}

static struct node *parse_loop(struct lexer *lexer, enum node_kind kind)
{
    struct node *node = parse_node(kind, NULL, NULL);

    lexer_take(lexer);
    node->left = parse_body(lexer);
    node->right = parse_do(lexer);
    return node;
}

static struct node *parse_for(struct lexer *lexer)
{
    struct node *node = parse_node(NODE_FOR, NULL, NULL);
    struct word **words = &node->words;

    lexer_take(lexer);
    node->name = parse_word(lexer)->text;
    if (node->name[scan_name_length(node->name)] != '\0')
        sh_fail(2, "syntax error: `%s' is no name", node->name);
    node->no_words = true;
    parse_newlines(lexer);
    if (parse_is_word(lexer, "in")) {
        node->no_words = false;
        lexer_take(lexer);
        while (parse_is(lexer, TOKEN_WORD)) {
            *words = parse_word(lexer);
            words = &(*words)->next;
        }
    }
    if (parse_is(lexer, TOKEN_SEMICOLON))
        lexer_take(lexer);
    parse_newlines(lexer);
    node->right = parse_do(lexer);
    return node;
}

static struct arm *parse_arm(struct lexer *lexer)
{
    struct arm *arm = mem_get(sizeof(*arm));
    struct word **patterns = &arm->patterns;

    memset(arm, 0, sizeof(*arm));
    if (parse_is(lexer, TOKEN_OPEN))
        lexer_take(lexer);
    *patterns = parse_word(lexer);
    while (parse_is(lexer, TOKEN_PIPE)) {
        patterns = &(*patterns)->next;
        lexer_take(lexer);
        *patterns = parse_word(lexer);
    }
    if (!parse_is(lexer, TOKEN_CLOSE))
        parse_unexpected(lexer);
    lexer_take(lexer);
    arm->body = parse_list(lexer);
    if (parse_is(lexer, TOKEN_CASE_END))
        lexer_take(lexer);
    else if (!parse_is_word(lexer, "esac"))
        parse_unexpected(lexer);
    parse_newlines(lexer);
    return arm;
}

static struct node *parse_case(struct lexer *lexer)
{
    struct node *node = parse_node(NODE_CASE, NULL, NULL);
    struct arm **arms = &node->arms;

    lexer_take(lexer);
    node->words = parse_word(lexer);
    parse_newlines(lexer);
    parse_expect_word(lexer, "in");
    parse_newlines(lexer);
    while (!parse_is_word(lexer, "esac")) {
        *arms = parse_arm(lexer);
        arms = &(*arms)->next;
    }
    lexer_take(lexer);
    return node;
}

struct node *parse_compound(struct lexer *lexer)
{
    if (parse_is(lexer, TOKEN_OPEN))
        return parse_subshell(lexer);
    if (parse_is_word(lexer, "{"))
        return parse_group(lexer);
    if (parse_is_word(lexer, "if"))
        return parse_if(lexer);
    if (parse_is_word(lexer, "while"))
        return parse_loop(lexer, NODE_WHILE);
    if (parse_is_word(lexer, "until"))
        return parse_loop(lexer, NODE_UNTIL);
    if (parse_is_word(lexer, "for"))
        return parse_for(lexer);
    if (parse_is_word(lexer, "case"))
        return parse_case(lexer);
    return NULL;
}
