/* SPDX-License-Identifier: MIT */
/*
 * Builtins about variables and arguments.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/builtin.h"
#include "user/bin/sh/scan.h"
#include "user/bin/sh/vars.h"

/* Prints NAME=value so that the shell can read it again. */
static void print_all(bool exported_only, const char *prefix)
{
    struct strings list = vars_list(exported_only);
    size_t i;
    char *c;

    for (i = 0; i < list.count; i++) {
        size_t len = strcspn(list.list[i], "=") + 1;

        printf("%s%.*s'", prefix, (int)len, list.list[i]);
        for (c = list.list[i] + len; *c != '\0'; c++) {
            if (*c == '\'')
                fputs("'\\'", stdout);
            putchar(*c);
        }
        puts("'");
    }
}

/* Whether all of the text up to `end` is a name; a message if it is not. */
static bool check_name(const char *command, const char *text, char end)
{
    size_t len = scan_name_length(text);

    if (len > 0 && (text[len] == '\0' || text[len] == end))
        return true;
    warnx("%s: %s: not a name", command, text);
    return false;
}

int builtin_export(int argc, char **argv)
{
    int i, status = 0;

    if (argc < 2 || strcmp(argv[1], "-p") == 0)
        print_all(true, "export ");
    for (i = 1; i < argc && argv[i][0] != '-'; i++) {
        if (!check_name("export", argv[i], '=')) {
            status = 1;
            continue;
        }
        if (strchr(argv[i], '=') != NULL)
            var_assign(argv[i]);
        var_export(mem_copy(argv[i], scan_name_length(argv[i])));
    }
    return status;
}

int builtin_unset(int argc, char **argv)
{
    int i, status = 0;

    for (i = 1; i < argc; i++) {
        if (i == 1 && strcmp(argv[i], "-v") == 0)
            continue;
        if (check_name("unset", argv[i], '\0'))
            var_unset(argv[i]);
        else
            status = 1;
    }
    return status;
}

/* ---- arguments ---- */

/* The first of shell.args that malloc gave for `set`; NULL: none did. */
static char **set_args;

static int replace_args(int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof(*copy));
    int i;

    for (i = 0; copy != NULL && i < argc; i++) {
        copy[i] = strdup(argv[i]);
        if (copy[i] == NULL)
            sh_fail(2, "out of memory");
    }
    if (copy == NULL)
        sh_fail(2, "out of memory");
    for (i = 0; set_args != NULL && set_args[i] != NULL; i++)
        free(set_args[i]);
    free(set_args);
    set_args = copy;
    shell.args = copy;
    shell.nargs = argc;
    return 0;
}

static bool set_option(const char *option)
{
    bool on = option[0] == '-';

    for (option++; *option != '\0'; option++) {
        if (*option == 'e')
            shell.exit_on_error = on;
        else if (*option == 'x')
            shell.trace = on;
        else
            return false;
    }
    return true;
}

int builtin_set(int argc, char **argv)
{
    int i = 1;

    if (argc < 2)
        print_all(false, "");
    for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+'); i++) {
        if (strcmp(argv[i], "--") == 0)
            return replace_args(argc - i - 1, argv + i + 1);
        if (!set_option(argv[i])) {
            warnx("set: %s: options are e and x", argv[i]);
            return 2;
        }
    }
    return i < argc ? replace_args(argc - i, argv + i) : 0;
}

int builtin_shift(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1;

    if (n < 0 || n > shell.nargs) {
        warnx("shift: there are only %d", shell.nargs);
        return 1;
    }
    shell.args += n;
    shell.nargs -= n;
    return 0;
}

/* ---- read ---- */

/* A line from standard input, byte by byte, as what follows is not ours.
 * Characters behind a \ are marked 'q'. false: the end came first. */
static bool read_line(struct text *line, struct text *marks, bool raw)
{
    bool quoted = false;
    ssize_t n;
    char c;

    for (;;) {
        n = read(0, &c, 1);
        if (n < 0 && errno == EINTR && !shell.interrupted)
            continue;
        if (n <= 0)
            return false;
        if (c == '\n' && !quoted)
            return true;
        if (c == '\\' && !raw && !quoted) {
            quoted = true;
        } else {
            if (c != '\n' && c != '\0') {
                text_add(line, c);
                text_add(marks, quoted ? 'q' : ' ');
            }
            quoted = false;
        }
    }
}

static bool separates(const struct text *line, const struct text *marks,
                      size_t at, const char *ifs)
{
    return marks->data[at] != 'q' && strchr(ifs, line->data[at]) != NULL;
}

/* Fields to the names, the rest of the line to the last name. */
static void set_fields(const struct text *line, const struct text *marks,
                       char **names)
{
    const char *ifs = var_get("IFS");
    size_t at = 0, end;

    if (ifs == NULL)
        ifs = " \t\n";
    for (; *names != NULL; names++) {
        while (at < line->len && separates(line, marks, at, ifs) &&
               strchr(" \t", line->data[at]) != NULL)
            at++;
        end = at;
        while (end < line->len &&
               (names[1] == NULL || !separates(line, marks, end, ifs)))
            end++;
        while (names[1] == NULL && end > at &&
               separates(line, marks, end - 1, ifs) &&
               strchr(" \t", line->data[end - 1]) != NULL)
            end--;
        var_set(*names,
                mem_copy(line->len > 0 ? line->data + at : "", end - at));
        at = end < line->len ? end + 1 : end;
    }
}

int builtin_read(int argc, char **argv)
{
    static char reply[] = "REPLY";
    char *all[] = { reply, NULL };
    bool raw = argc > 1 && strcmp(argv[1], "-r") == 0, complete;
    struct text line = { NULL, 0, 0 }, marks = { NULL, 0, 0 };
    char **names = argv + (raw ? 2 : 1);
    int i;

    for (i = 0; names[i] != NULL; i++)
        if (!check_name("read", names[i], '\0'))
            return 2;
    complete = read_line(&line, &marks, raw);
    set_fields(&line, &marks, names[0] != NULL ? names : all);
    text_free(&line);
    text_free(&marks);
    return complete ? 0 : 1;
}
