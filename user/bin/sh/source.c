/* SPDX-License-Identifier: MIT */
/*
 * Where commands come from: see source.h.
 */
#include "user/bin/sh/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/edit.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/vars.h"

static const char *string_line(struct source *source, bool more)
{
    const char *all = source->string;

    (void)more;
    source->string = NULL;
    return all;
}

struct source source_string(const char *string)
{
    return (struct source){ .line = string_line, .string = string, .fd = -1 };
}

static const char *file_line(struct source *source, bool more)
{
    struct text *text = &source->text;
    char c = '\0';
    ssize_t n;

    (void)more;
    text->len = 0;
    while (c != '\n') {
        n = read(source->fd, &c, 1);
        if (n < 0 && errno == EINTR && !shell.interrupted)
            continue;
        if (n <= 0)
            break;
        if (c != '\0')
            text_add(text, c);
    }
    return text->len > 0 ? text->data : NULL;
}

struct source source_file(int fd)
{
    return (struct source){ .line = file_line, .fd = fd };
}

/* The prompt with \w and \$ replaced. */
static const char *prompt_text(const char *format, char *out, size_t size)
{
    size_t len = 0;

    for (; *format != '\0' && len + 1 < size; format++) {
        if (format[0] == '\\' && format[1] == 'w') {
            if (getcwd(out + len, size - len) == NULL)
                strlcpy(out + len, "?", size - len);
            len += strlen(out + len);
            format++;
        } else if (format[0] == '\\' && format[1] == '$') {
            out[len++] = geteuid() == 0 ? '#' : '$';
            format++;
        } else {
            out[len++] = *format;
        }
    }
    out[len] = '\0';
    return out;
}

static const char *terminal_line(struct source *source, bool more)
{
    const char *format = var_get(more ? "PS2" : "PS1");
    const char *line;
    char prompt[256];

    if (!more)
        jobs_report();
    fflush(stdout);
    prompt_text(format != NULL ? format : "", prompt, sizeof(prompt));
    if (edit_possible(source->fd)) {
        line = edit_line(source->fd, prompt, &source->text);
    } else {
        fputs(prompt, stderr);
        line = file_line(source, more);
    }
    if (shell.interrupted)
        sh_abandon(130);
    return line;
}

struct source source_terminal(int fd)
{
    return (struct source){ .line = terminal_line, .fd = fd };
}

void source_end(struct source *source)
{
    text_free(&source->text);
}
