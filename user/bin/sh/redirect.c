/* SPDX-License-Identifier: MIT */
/*
 * Redirections: see redirect.h. What a redirection in the shell replaces is
 * kept as a copy with a high number, on a stack.
 */
#include "user/bin/sh/redirect.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/expand.h"

#define KEPT_MAX 64

static struct kept {
    int fd;
    int copy; /* -1: it was closed */
} kept[KEPT_MAX];

static unsigned nkept;

int redirect_own(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, SHELL_FD);

    if (copy >= 0)
        close(fd);
    return copy;
}

static bool keep_fd(int fd)
{
    if (nkept == KEPT_MAX) {
        warnx("redirections are nested too deeply");
        return false;
    }
    kept[nkept].fd = fd;
    kept[nkept].copy = fcntl(fd, F_DUPFD_CLOEXEC, SHELL_FD);
    if (kept[nkept].copy < 0 && errno != EBADF) {
        warn("%d", fd);
        return false;
    }
    nkept++;
    return true;
}

unsigned redirect_depth(void)
{
    return nkept;
}

void redirect_undo(unsigned depth)
{
    fflush(stdout);
    while (nkept > depth) {
        struct kept *last = &kept[--nkept];

        if (last->copy >= 0)
            dup2(last->copy, last->fd);
        else
            close(last->fd);
        if (last->copy >= 0)
            close(last->copy);
    }
}

void redirect_settle(unsigned depth)
{
    while (nkept > depth)
        if (kept[--nkept].copy >= 0)
            close(kept[nkept].copy);
}

/* A descriptor from which the text can be read: a file without a name, as a
 * pipe would hold only so much. -1 on failure. */
static int here_document(const char *body)
{
    char name[] = "/tmp/sh-here-XXXXXX";
    size_t len = strlen(body);
    int fd = mkstemp(name);

    if (fd < 0)
        return -1;
    unlink(name);
    if (write(fd, body, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int open_target(enum token_kind op, const char *target)
{
    switch (op) {
    case TOKEN_LESS: return open(target, O_RDONLY);
    case TOKEN_BOTH: return open(target, O_RDWR | O_CREAT, 0666);
    case TOKEN_APPEND: return open(target, O_WRONLY | O_CREAT | O_APPEND, 0666);
    case TOKEN_HERE:
    case TOKEN_HERE_TABS: return here_document(target);
    default: return open(target, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    }
}

/* N>&M and N>&-. */
static bool copy_fd(int fd, const char *target)
{
    int from = atoi(target);

    if (strcmp(target, "-") == 0) {
        close(fd);
        return true;
    }
    if (target[strspn(target, "0123456789")] != '\0' || *target == '\0') {
        warnx("%s: not a descriptor's number", target);
        return false;
    }
    /* The shell's own descriptors are out of reach, as if they were closed. */
    if ((fcntl(from, F_GETFD) & FD_CLOEXEC) != 0 || dup2(from, fd) < 0) {
        warnx("%d: %s", from, strerror(EBADF));
        return false;
    }
    return true;
}

static bool apply(const struct redirect *redirect)
{
    const char *target = redirect->target;
    int fd;

    if (redirect->op != TOKEN_HERE && redirect->op != TOKEN_HERE_TABS)
        target = expand_one(target);
    else if (!redirect->quoted)
        target = expand_body(target);
    if (redirect->op == TOKEN_LESS_AND || redirect->op == TOKEN_GREATER_AND)
        return copy_fd(redirect->fd, target);
    fd = open_target(redirect->op, target);
    if (fd < 0) {
        if (redirect->op == TOKEN_HERE || redirect->op == TOKEN_HERE_TABS)
            target = "here-document";
        warn("%s", target);
        return false;
    }
    if (fd != redirect->fd) {
        dup2(fd, redirect->fd);
        close(fd);
    }
    return true;
}

bool redirect_apply(const struct redirect *list, bool keep)
{
    fflush(stdout);
    for (; list != NULL; list = list->next)
        if ((keep && !keep_fd(list->fd)) || !apply(list))
            return false;
    return true;
}
