/* SPDX-License-Identifier: MIT */
/*
 * Commands as text, for people: node_text in node.h.
 */
#include <string.h>

#include "user/bin/sh/node.h"

static void add(struct text *out, const char *s)
{
    text_append(out, s, strlen(s));
}

static void add_words(struct text *out, const struct word *words)
{
    for (; words != NULL; words = words->next) {
        if (out->len > 0 && strchr(" (", out->data[out->len - 1]) == NULL)
            add(out, " ");
        add(out, words->text);
    }
}

static void add_redirects(struct text *out, const struct redirect *list)
{
    for (; list != NULL; list = list->next) {
        struct token op = { list->op, NULL };
        char fd = (char)('0' + list->fd);
        bool output = list->op == TOKEN_GREATER || list->op == TOKEN_APPEND ||
                      list->op == TOKEN_FORCE || list->op == TOKEN_GREATER_AND;

        add(out, " ");
        if (list->fd != output && list->fd < 10)
            text_add(out, fd);
        add(out, token_text(op));
        if (list->op < TOKEN_HERE)
            add(out, list->target);
    }
}

static void add_two(struct text *out, const struct node *node, const char *op)
{
    node_text(node->left, out);
    add(out, op);
    node_text(node->right, out);
}

static void add_around(struct text *out, const char *before,
                       const struct node *node, const char *after)
{
    add(out, before);
    node_text(node, out);
    add(out, after);
}

static void add_loop(struct text *out, const char *word,
                     const struct node *node)
{
    add_around(out, word, node->left, "; do ");
    add_around(out, "", node->right, "; done");
}

static void add_if(struct text *out, const struct node *node)
{
    add_around(out, "if ", node->left, "; then ");
    node_text(node->right, out);
    if (node->third != NULL)
        add_around(out, "; else ", node->third, "");
    add(out, "; fi");
}

static void add_for(struct text *out, const struct node *node)
{
    add(out, "for ");
    add(out, node->name);
    if (!node->no_words)
        add(out, " in");
    add_words(out, node->words);
    add_around(out, "; do ", node->right, "; done");
}

static void add_kind(struct text *out, const struct node *node)
{
    switch (node->kind) {
    case NODE_SIMPLE:
        add_words(out, node->assigns);
        add_words(out, node->words);
        break;
    case NODE_PIPE: add_two(out, node, " | "); break;
    case NODE_AND: add_two(out, node, " && "); break;
    case NODE_OR: add_two(out, node, " || "); break;
    case NODE_SEQ: add_two(out, node, "; "); break;
    case NODE_NOT: add_around(out, "! ", node->left, ""); break;
    case NODE_GROUP: add_around(out, "{ ", node->left, "; }"); break;
    case NODE_SUBSHELL: add_around(out, "(", node->left, ")"); break;
    case NODE_BACKGROUND: add_around(out, "", node->left, " &"); break;
    case NODE_IF: add_if(out, node); break;
    case NODE_WHILE: add_loop(out, "while ", node); break;
    case NODE_UNTIL: add_loop(out, "until ", node); break;
    case NODE_FOR: add_for(out, node); break;
    case NODE_CASE:
        add(out, "case");
        add_words(out, node->words);
        add(out, " in ... esac");
        break;
    }
}

void node_text(const struct node *node, struct text *out)
{
    if (node == NULL)
        return;
    add_kind(out, node);
    add_redirects(out, node->redirects);
}
