/* SPDX-License-Identifier: MIT */
/*
 * $(command): a child that runs the commands with a pipe as standard output.
 * It stays in the shell's process group, so that ^C reaches it.
 */
#include "user/bin/sh/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bin/sh/redirect.h"
#include "user/bin/sh/sh.h"

static void run_child(int output, const char *commands)
{
    if (shell.interactive) {
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
    }
    shell.interactive = shell.job_control = false;
    shell.subshell = true;
    if (output != 1)
        dup2(output, 1);
    else
        fcntl(1, F_SETFD, 0);
    sh_exit(sh_run_text(commands));
}

static void read_all(int fd, struct text *text)
{
    char buffer[512];
    ssize_t n, i;

    while ((n = read(fd, buffer, sizeof(buffer))) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        for (i = 0; i < n; i++)
            if (buffer[i] != '\0')
                text_add(text, buffer[i]);
    }
    while (text->len > 0 && text->data[text->len - 1] == '\n')
        text->len--;
}

char *capture_output(const char *commands)
{
    struct text text = { NULL, 0, 0 };
    int ends[2], status = 0;
    pid_t pid;

    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        sh_fail(2, "no pipe for $(...)");
    pid = fork();
    if (pid == 0)
        run_child(ends[1], commands);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        sh_fail(2, "no new process for $(...)");
    }
    read_all(ends[0], &text);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    shell.captured =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return text_finish(&text);
}
