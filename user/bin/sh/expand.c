/* SPDX-License-Identifier: MIT */
/*
 * Words to arguments.
 *
 * A word is read from left to right; each character of the result carries a
 * mark that says whether it was quoted. Values of variables are split as they
 * are added, so that only they are; file names are looked for when a field is
 * complete, and only characters without the mark are special in them.
 */
#include "user/bin/sh/expand.h"

#include <string.h>

#include "user/bin/sh/capture.h"
#include "user/bin/sh/glob.h"
#include "user/bin/sh/scan.h"
#include "user/bin/sh/vars.h"

#define SPECIAL_IN_QUOTES "$`\"\\" /* what \ quotes between "" */

void expansion_char(struct expansion *x, char c, bool quoted)
{
    text_add(&x->chars, c);
    text_add(&x->marks, quoted ? 'q' : ' ');
    x->after_blank = false;
}

/* The field as a pattern in which quoted characters are preceded by \. */
static char *field_pattern(const struct expansion *x)
{
    struct text pattern = { NULL, 0, 0 };
    size_t i;

    for (i = 0; i < x->chars.len; i++) {
        char c = x->chars.data[i];

        if (x->marks.data[i] == 'q' && strchr("*?[]!^-\\", c) != NULL)
            text_add(&pattern, '\\');
        text_add(&pattern, c);
    }
    return text_finish(&pattern);
}

void expansion_end_field(struct expansion *x)
{
    char *pattern;

    if (x->chars.len == 0 && !x->exists)
        return;
    pattern = field_pattern(x);
    if (glob_add_files(pattern, x->out) == 0)
        strings_add(x->out, mem_copy(x->chars.len > 0 ? x->chars.data : "",
                                     x->chars.len));
    x->chars.len = x->marks.len = 0;
    x->exists = false;
}

/* A character of a value that is to be split. */
static void split_char(struct expansion *x, char c, const char *ifs)
{
    if (strchr(ifs, c) == NULL) {
        expansion_char(x, c, false);
        return;
    }
    if (strchr(" \t\n", c) != NULL) {
        bool ends = x->chars.len > 0 || x->exists;

        expansion_end_field(x);
        x->after_blank = ends || x->after_blank;
        return;
    }
    if (!x->after_blank) /* else " : " would be two separators */
        x->exists = true;
    expansion_end_field(x);
    x->after_blank = false;
}

static const char *separators(void)
{
    const char *ifs = var_get("IFS");

    return ifs != NULL ? ifs : " \t\n";
}

void expansion_value(struct expansion *x, const char *value, bool quoted)
{
    const char *ifs = separators();

    for (; *value != '\0'; value++) {
        if (x->split && !quoted)
            split_char(x, *value, ifs);
        else
            expansion_char(x, *value, quoted);
    }
}

/* ---- quotes ---- */

/* From one " to the other. The place behind it. */
static const char *add_double_quotes(struct expansion *x, const char *p)
{
    const char *end = scan_unit(p) - 1;
    bool only_args = end - p == 3 && strncmp(p + 1, "$@", 2) == 0;

    if (!only_args || shell.nargs > 0)
        x->exists = true; /* "$@" without arguments is no field at all */
    expansion_text(x, p + 1, end, true);
    return end + 1;
}

static const char *add_backslash(struct expansion *x, const char *p,
                                 bool quoted)
{
    if (p[1] == '\n')
        return p + 2;
    if (quoted && strchr(SPECIAL_IN_QUOTES, p[1]) == NULL) {
        expansion_char(x, '\\', true);
        return p + 1;
    }
    expansion_char(x, p[1], true);
    return p + 2;
}

/* `command`: the old way to write $(command). */
static const char *add_backquotes(struct expansion *x, const char *p,
                                  bool quoted)
{
    const char *end = scan_unit(p);
    struct text command = { NULL, 0, 0 };

    for (p++; p < end - 1; p++) {
        if (*p == '\\' && strchr("$`\\", p[1]) != NULL)
            p++;
        text_add(&command, *p);
    }
    expansion_value(x, capture_output(text_finish(&command)), quoted);
    return end;
}

/* A plain character of a word in ${...}: that word is split like a value, and
 * in "${x-"y"}" the inner quotes do not count. */
static void add_in_braces(struct expansion *x, char c, bool quoted)
{
    if (x->split && !quoted)
        split_char(x, c, separators());
    else if (!quoted || c != '"')
        expansion_char(x, c, quoted);
}

void expansion_text(struct expansion *x, const char *from, const char *to,
                    bool quoted)
{
    while (from < to) {
        if (*from == '\\' && from + 1 < to) {
            from = add_backslash(x, from, quoted);
        } else if (*from == '$') {
            from = expansion_dollar(x, from, quoted);
        } else if (*from == '`') {
            from = add_backquotes(x, from, quoted);
        } else if (*from == '"' && !quoted) {
            from = add_double_quotes(x, from);
        } else if (*from == '\'' && !quoted) {
            x->exists = true;
            for (from++; *from != '\''; from++)
                expansion_char(x, *from, true);
            from++;
        } else if (x->braces > 0) {
            add_in_braces(x, *from++, quoted);
        } else {
            expansion_char(x, *from++, quoted);
        }
    }
}

/* A leading ~ is the home folder. The place behind it. */
static const char *add_tilde(struct expansion *x, const char *word)
{
    const char *home = var_get("HOME");

    if (word[0] != '~' || (word[1] != '/' && word[1] != '\0') || home == NULL)
        return word;
    for (; *home != '\0'; home++)
        expansion_char(x, *home, true);
    return word + 1;
}

/* ---- whole words ---- */

static void discard(struct expansion *x)
{
    text_free(&x->chars);
    text_free(&x->marks);
}

struct strings expand_words(const struct word *words)
{
    struct strings out = { NULL, 0, 0 };
    struct expansion x = { .split = true, .out = &out };

    for (; words != NULL; words = words->next) {
        const char *rest = add_tilde(&x, words->text);

        expansion_text(&x, rest, rest + strlen(rest), false);
        expansion_end_field(&x);
        x.after_blank = false;
    }
    discard(&x);
    return out;
}

static char *finish(struct expansion *x)
{
    char *result =
        mem_copy(x->chars.len > 0 ? x->chars.data : "", x->chars.len);

    discard(x);
    return result;
}

char *expand_one(const char *word)
{
    struct expansion x = { .split = false };
    const char *rest = add_tilde(&x, word);

    expansion_text(&x, rest, rest + strlen(rest), false);
    return finish(&x);
}

char *expand_pattern(const char *word)
{
    struct expansion x = { .split = false };
    char *pattern;

    expansion_text(&x, word, word + strlen(word), false);
    pattern = field_pattern(&x);
    discard(&x);
    return pattern;
}

char *expand_body(const char *body)
{
    struct expansion x = { .split = false };

    expansion_text(&x, body, body + strlen(body), true);
    return finish(&x);
}

char *expand_quotes_removed(const char *word)
{
    struct text out = { NULL, 0, 0 };
    char quote = '\0';

    for (; *word != '\0'; word++) {
        if (*word == quote) {
            quote = '\0';
        } else if (quote == '\0' && (*word == '\'' || *word == '"')) {
            quote = *word;
        } else {
            if (*word == '\\' && quote != '\'' && word[1] != '\0')
                word++;
            text_add(&out, *word);
        }
    }
    return text_finish(&out);
}
