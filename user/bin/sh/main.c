/* SPDX-License-Identifier: MIT */
/*
 * The shell's start, its main loop, and its ends.
 *
 *     sh                    commands from standard input; prompts if that is a
 *                           terminal
 *     sh -c COMMANDS [NAME [ARG...]]
 *     sh FILE [ARG...]      a script
 *     options before these: -i (prompt all the same), -e, -x: see set
 *
 * An error in a command's form is sh_fail's: a shell with a prompt goes back
 * to it, another one ends.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/exec.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/source.h"
#include "user/bin/sh/vars.h"

struct shell shell = { .name = "sh" };

/* Where sh_fail goes in a shell with a prompt. */
static jmp_buf prompt;
static bool prompt_valid;

void sh_exit(int status)
{
    fflush(stdout);
    _exit(status);
}

void sh_abandon(int status)
{
    shell.status = status;
    if (shell.interactive && prompt_valid)
        longjmp(prompt, 1);
    sh_exit(status);
}

void sh_fail(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vwarnx(format, args);
    va_end(args);
    sh_abandon(status);
}

bool sh_unwinding(void)
{
    return shell.interrupted || shell.breaking > 0 || shell.returning;
}

/* ---- running a source ---- */

int sh_run(struct source *source)
{
    struct lexer lexer = { .source = source };
    struct mem_mark mark = mem_mark();
    bool end = false;
    int status = 0;

    while (!end && !sh_unwinding()) {
        const struct node *node = parse_command(&lexer, &end);

        if (node != NULL)
            status = exec_node(node, 0);
        mem_release(mark);
    }
    text_free(&lexer.buffer);
    return status;
}

int sh_run_text(const char *text)
{
    struct source source = source_string(text);

    return sh_run(&source);
}

/* The loop of a shell with a prompt: sh_run, with a way back from errors. */
static void run_prompts(struct source *source)
{
    static struct lexer lexer; /* static: both survive a longjmp */
    static bool end;
    struct mem_mark mark = mem_mark();

    while (!end) {
        if (setjmp(prompt) == 0) {
            const struct node *node;

            prompt_valid = true;
            lexer = (struct lexer){ .source = source };
            node = parse_command(&lexer, &end);
            /* Lines are prompted for one at a time, so the lexer has nothing
             * that the next command needs. */
            if (node != NULL)
                exec_node(node, 0);
        }
        text_free(&lexer.buffer);
        redirect_undo(0);
        mem_release(mark);
        if (shell.interrupted)
            shell.status = 130;
        if (shell.interrupted == INTERRUPTED_UNSAID)
            fputs("\n", stderr); /* behind the ^C that the terminal echoed */
        shell.interrupted = 0;
        shell.loops = shell.breaking = shell.tested = 0;
        shell.continuing = shell.returning = false;
    }
}

/* ---- signals ---- */

static void note_interrupt(int sig)
{
    (void)sig;
    shell.interrupted = INTERRUPTED_UNSAID;
}

void sh_signals(void)
{
    struct sigaction action = { .sa_handler = note_interrupt };

    sigaction(SIGINT, &action, NULL); /* no SA_RESTART: `read` and `wait` end */
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    if (shell.job_control) {
        signal(SIGTSTP, SIG_IGN);
        signal(SIGTTIN, SIG_IGN);
        signal(SIGTTOU, SIG_IGN);
    }
}

/* ---- the start ---- */

static void start_interactive(void)
{
    struct source source = source_terminal(0);

    shell.interactive = true;
    jobs_init();
    sh_signals();
    if (var_get("PS1") == NULL)
        var_set("PS1", "\\w \\$ ");
    if (var_get("PS2") == NULL)
        var_set("PS2", "> ");
    run_prompts(&source);
    source_end(&source);
}

static int run_file(int fd)
{
    struct source source = source_file(fd);
    int status = sh_run(&source);

    source_end(&source);
    return status;
}

static int run_script(const char *path)
{
    int fd = open(path, O_RDONLY);

    if (fd < 0) {
        warn("%s", path);
        return errno == ENOENT ? 127 : 126;
    }
    shell.name = path;
    return run_file(redirect_own(fd));
}

static int usage(void)
{
    fputs("usage: sh [-iex] [-c COMMANDS [NAME [ARG...]] | FILE [ARG...]]\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *commands = NULL;
    bool interactive = false;
    int option;

    shell.pid = getpid();
    while ((option = getopt(argc, argv, "c:iex")) != -1) {
        if (option == 'c')
            commands = optarg;
        else if (option == 'i')
            interactive = true;
        else if (option == 'e')
            shell.exit_on_error = true;
        else if (option == 'x')
            shell.trace = true;
        else
            return usage();
    }
    vars_init(environ);
    shell.args = argv + optind;
    if (commands != NULL && optind < argc)
        shell.name = *shell.args++;
    else if (commands == NULL && optind < argc)
        shell.args++;
    shell.nargs = (int)(argv + argc - shell.args);
    if (commands != NULL)
        sh_exit(sh_run_text(commands));
    if (optind < argc)
        sh_exit(run_script(argv[optind]));
    if (interactive || (isatty(0) && isatty(2)))
        start_interactive();
    else
        sh_exit(run_file(0));
    sh_exit(shell.status);
}
