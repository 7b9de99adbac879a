/* SPDX-License-Identifier: MIT */
/* What parser.c and compound.c share; the rest calls parse_command. */
#ifndef SH_PARSER_H
#define SH_PARSER_H

#include "user/bin/sh/node.h"

struct node *parse_node(enum node_kind kind, struct node *left,
                        struct node *right);
/* Commands up to a word or token that ends them; NULL: there are none. */
struct node *parse_list(struct lexer *lexer);
/* A compound command without redirections; NULL: none starts here. */
struct node *parse_compound(struct lexer *lexer);

bool parse_is(struct lexer *lexer, enum token_kind kind);
bool parse_is_word(struct lexer *lexer, const char *word);
void parse_expect_word(struct lexer *lexer, const char *word);
void parse_newlines(struct lexer *lexer);
struct word *parse_word(struct lexer *lexer);
void parse_unexpected(struct lexer *lexer) __attribute__((noreturn));

#endif
