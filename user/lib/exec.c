/* SPDX-License-Identifier: MIT */
/*
 * Running programs: execve, and the ways to it.
 *
 * None of these allocates, so a child of vfork may call them.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/lib/syscall.h"

#define DEFAULT_PATH "/bin:/usr/bin"
#define SHELL "/bin/sh"
#define SCRIPT_ARGS_MAX 256

int execve(const char *path, char *const argv[], char *const envp[])
{
    return (int)CALL(execve, path, argv, envp);
}

int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

/* A file that is executable but no program is a script of the shell's. */
static void exec_script(const char *path, char *const argv[],
                        char *const envp[])
{
    char *args[SCRIPT_ARGS_MAX + 3] = { (char *)SHELL, (char *)path };
    size_t i;

    for (i = 1; argv[0] != NULL && argv[i] != NULL; i++) {
        if (i > SCRIPT_ARGS_MAX) {
            errno = E2BIG;
            return;
        }
        args[i + 1] = argv[i];
    }
    execve(SHELL, args, envp);
}

static void exec_one(const char *path, char *const argv[], char *const envp[])
{
    execve(path, argv, envp);
    if (errno == ENOEXEC)
        exec_script(path, argv, envp);
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
    const char *dirs = getenv("PATH"), *dir;
    char path[PATH_MAX];
    int error = ENOENT;

    if (strchr(file, '/') != NULL) {
        exec_one(file, argv, envp);
        return -1;
    }
    for (dir = dirs != NULL ? dirs : DEFAULT_PATH; dir != NULL;) {
        size_t len = strcspn(dir, ":");

        if (*file != '\0' && len + strlen(file) + 2 <= sizeof(path)) {
            memcpy(path, dir, len);
            path[len] = '/';
            strcpy(path + len + (len > 0 ? 1 : 0), file);
            exec_one(path, argv, envp);
            if (errno != ENOENT && errno != ENOTDIR)
                error = errno; /* there, but it cannot be run */
        }
        dir = dir[len] == ':' ? dir + len + 1 : NULL;
    }
    errno = error;
    return -1;
}

int execvp(const char *file, char *const argv[])
{
    return execvpe(file, argv, environ);
}

#define ARGS_MAX 64

/* Collects the arguments up to NULL. 0, or -1 and E2BIG. */
static int collect(char *argv[ARGS_MAX], const char *first, va_list args)
{
    size_t argc = 0;

    argv[0] = (char *)first;
    while (argv[argc] != NULL && argc + 1 < ARGS_MAX)
        argv[++argc] = va_arg(args, char *);
    if (argv[argc] != NULL) {
        errno = E2BIG;
        return -1;
    }
    return 0;
}

int execl(const char *path, const char *arg, ...)
{
    char *argv[ARGS_MAX];
    va_list args;
    int result;

    va_start(args, arg);
    result = collect(argv, arg, args);
    va_end(args);
    return result == 0 ? execv(path, argv) : -1;
}

int execlp(const char *file, const char *arg, ...)
{
    char *argv[ARGS_MAX];
    va_list args;
    int result;

    va_start(args, arg);
    result = collect(argv, arg, args);
    va_end(args);
    return result == 0 ? execvp(file, argv) : -1;
}
