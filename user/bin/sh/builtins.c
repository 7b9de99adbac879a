/* SPDX-License-Identifier: MIT */
/*
 * The table of builtins, and those that change how the shell itself goes on.
 */
#include "user/bin/sh/builtin.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/exec.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/source.h"
#include "user/bin/sh/vars.h"

static int builtin_true(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static int builtin_false(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 1;
}

static int builtin_echo(int argc, char **argv)
{
    bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;
    int i;

    for (i = newline ? 1 : 2; i < argc; i++)
        printf("%s%s", argv[i], i + 1 < argc ? " " : "");
    if (newline)
        putchar('\n');
    return 0;
}

static int builtin_pwd(int argc, char **argv)
{
    static char path[PATH_MAX];

    (void)argc;
    (void)argv;
    if (getcwd(path, sizeof(path)) == NULL) {
        warn("pwd");
        return 1;
    }
    puts(path);
    return 0;
}

static int builtin_help(int argc, char **argv)
{
    const struct builtin *b;

    (void)argc;
    (void)argv;
    puts("The shell's own commands:");
    for (b = builtins; b->name != NULL; b++)
        printf("  %-9s %s\n", b->name, b->usage);
    puts("Programs are in the folders of $PATH: try `ls /bin`.");
    return 0;
}

const struct builtin builtins[] = {
    { ".", builtin_dot, "FILE: run the commands in a file here", false },
    { ":", builtin_true, "do nothing", false },
    { "[", builtin_test, "EXPRESSION ]: see test", false },
    { "bg", builtin_fg, "[%JOB]: let a stopped job go on", false },
    { "break", builtin_break, "[N]: leave N loops", false },
    { "cd", builtin_cd, "[FOLDER | -]: change the current folder", false },
    { "continue", builtin_break, "[N]: go on with the next turn", false },
    { "echo", builtin_echo, "[-n] TEXT...: print", false },
    { "eval", builtin_eval, "TEXT...: run a text as a command", false },
    { "exec", builtin_exec, "[COMMAND]: become a program", true },
    { "exit", builtin_exit, "[STATUS]: end the shell", false },
    { "export", builtin_export, "[NAME[=VALUE]]: to the environment", false },
    { "false", builtin_false, "fail", false },
    { "fg", builtin_fg, "[%JOB]: bring a job to the foreground", false },
    { "help", builtin_help, "this list", false },
    { "jobs", builtin_jobs, "what runs in the background", false },
    { "kill", builtin_kill, "[-SIGNAL] PID | %JOB...: send a signal", false },
    { "pwd", builtin_pwd, "print the current folder", false },
    { "read", builtin_read, "[-r] NAME...: a line into variables", false },
    { "return", builtin_return, "[STATUS]: end a file run with .", false },
    { "set", builtin_set, "[-e] [-x] [--] [ARG...]: options, $1...", false },
    { "shift", builtin_shift, "[N]: drop the first arguments", false },
    { "test", builtin_test, "EXPRESSION: true or false?", false },
    { "true", builtin_true, "succeed", false },
    { "ulimit", builtin_ulimit, "[-HS] [-a | -v -d -s ... [LIMIT]]", false },
    { "umask", builtin_umask, "[MODE]: what new files do not permit", false },
    { "unset", builtin_unset, "NAME...: forget variables", false },
    { "wait", builtin_wait, "[PID | %JOB]...: wait for the background", false },
    { NULL, NULL, NULL, false },
};

const struct builtin *builtin_find(const char *name)
{
    const struct builtin *b;

    for (b = builtins; b->name != NULL; b++)
        if (strcmp(b->name, name) == 0)
            return b;
    return NULL;
}

/* ---- folders, modes ---- */

int builtin_cd(int argc, char **argv)
{
    static char path[PATH_MAX];
    const char *to = argc > 1 ? argv[1] : var_get("HOME");
    bool back = argc > 1 && strcmp(argv[1], "-") == 0;

    if (back)
        to = var_get("OLDPWD");
    if (to == NULL) {
        warnx("cd: %s is not set", back ? "OLDPWD" : "HOME");
        return 1;
    }
    to = mem_copy(to, strlen(to));
    if (getcwd(path, sizeof(path)) == NULL)
        path[0] = '\0';
    if (chdir(to) != 0) {
        warn("cd: %s", to);
        return 1;
    }
    var_set("OLDPWD", path);
    if (getcwd(path, sizeof(path)) != NULL)
        var_set("PWD", path);
    if (back)
        puts(path);
    return 0;
}

int builtin_umask(int argc, char **argv)
{
    mode_t mask;
    char *end;

    if (argc < 2) {
        mask = umask(0);
        umask(mask);
        printf("%04o\n", mask);
        return 0;
    }
    mask = (mode_t)strtoul(argv[1], &end, 8);
    if (*end != '\0' || end == argv[1] || mask > 0777) {
        warnx("umask: %s: not a mode such as 022", argv[1]);
        return 1;
    }
    umask(mask);
    return 0;
}

/* ---- commands from elsewhere ---- */

int builtin_eval(int argc, char **argv)
{
    struct text text = { NULL, 0, 0 };
    int i;

    for (i = 1; i < argc; i++) {
        if (i > 1)
            text_add(&text, ' ');
        text_append(&text, argv[i], strlen(argv[i]));
    }
    return sh_run_text(text_finish(&text));
}

int builtin_dot(int argc, char **argv)
{
    struct source source;
    int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1, status;

    if (argc < 2) {
        warnx(".: which file?");
        return 2;
    }
    if (fd < 0) {
        warn("%s", argv[1]);
        return 1;
    }
    fd = redirect_own(fd);
    source = source_file(fd);
    status = sh_run(&source);
    shell.returning = false;
    source_end(&source);
    close(fd);
    return status;
}

int builtin_exec(int argc, char **argv)
{
    int status;

    if (argc < 2)
        return 0;
    if (shell.interactive) {
        signal(SIGTSTP, SIG_DFL);
        signal(SIGTTIN, SIG_DFL);
        signal(SIGTTOU, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
    }
    status = exec_program(argv + 1);
    if (!shell.interactive)
        sh_exit(status);
    sh_signals();
    return status;
}

/* ---- the end ---- */

/* argv[1] as a number; `missing` if there is none. */
static int number_arg(int argc, char **argv, int missing)
{
    char *end;
    long n;

    if (argc < 2)
        return missing;
    n = strtol(argv[1], &end, 10);
    if (*end != '\0' || end == argv[1] || n < 0 || n > INT_MAX)
        sh_fail(2, "%s: %s: not a number", argv[0], argv[1]);
    return (int)n;
}

int builtin_exit(int argc, char **argv)
{
    sh_exit(number_arg(argc, argv, shell.status) & 255);
}

int builtin_return(int argc, char **argv)
{
    shell.returning = true;
    return number_arg(argc, argv, shell.status) & 255;
}

int builtin_break(int argc, char **argv)
{
    int n = number_arg(argc, argv, 1);

    shell.breaking = n < shell.loops ? n : shell.loops;
    shell.continuing = argv[0][0] == 'c' && shell.breaking > 0;
    return 0;
}
