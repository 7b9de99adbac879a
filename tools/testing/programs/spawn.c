/* SPDX-License-Identifier: MIT */
/*
 * Other programs started in the ways that C libraries have: posix_spawn with
 * actions and attributes, system, popen, fork and exec; from threads too.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define EACH 10

extern char **environ;
static const char *self;

static char *word(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* This program, as `self child TEXT`: says it, and ends with its length. */
static int child(const char *text)
{
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    printf("child: %s%s\n", text,
           sigismember(&mask, SIGUSR2) ? ", SIGUSR2 blocked" : "");
    return (int)strlen(text);
}

static int status_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) != pid)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static int spawn(const char *text, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr)
{
    char *argv[] = {word(self), word("child"), word(text), NULL};
    pid_t pid;
    int result = posix_spawn(&pid, self, actions, attr, argv, environ);

    return result != 0 ? -result : status_of(pid);
}

static void try_spawn(void)
{
    char *argv[] = {word("nothing"), NULL};
    pid_t pid;

    printf("plain: %d\n", spawn("hello", NULL, NULL));
    printf("missing: %d\n", posix_spawn(&pid, "/no/such/program", NULL, NULL,
                                        argv, environ) == ENOENT);
}

static void try_actions(void)
{
    posix_spawn_file_actions_t actions;
    char text[100] = "";
    int fds[2], status;
    ssize_t n;

    if (pipe(fds) != 0)
        exit(1);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
    posix_spawn_file_actions_addclose(&actions, fds[0]);
    posix_spawn_file_actions_addclose(&actions, fds[1]);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    status = spawn("through a pipe", &actions, NULL);
    close(fds[1]);
    n = read(fds[0], text, sizeof(text) - 1);
    close(fds[0]);
    printf("actions: %d, %zd bytes: %s", status, n, text);
    posix_spawn_file_actions_destroy(&actions);
}

static void try_attributes(void)
{
    posix_spawnattr_t attr;
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &mask);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
                                        POSIX_SPAWN_SETPGROUP |
                                        POSIX_SPAWN_SETSIGDEF);
    printf("attributes: %d\n", spawn("masked", NULL, &attr));
    posix_spawnattr_destroy(&attr);
}

static void try_shell(void)
{
    char line[100] = "";
    FILE *pipe = popen("echo from popen", "r");
    int status;

    if (pipe == NULL || fgets(line, sizeof(line), pipe) == NULL)
        printf("popen failed\n");
    status = pipe != NULL ? pclose(pipe) : -1;
    printf("popen: %d, %s", WEXITSTATUS(status), line);
    status = system("exit 9");
    printf("system: %d\n", WEXITSTATUS(status));
}

static void *spawns(void *arg)
{
    posix_spawn_file_actions_t actions;
    long sum = 0;
    int i;

    (void)arg;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (i = 0; i < EACH; i++)
        sum += spawn("thread", &actions, NULL);
    posix_spawn_file_actions_destroy(&actions);
    return (void *)sum;
}

static void try_threads(void)
{
    pthread_t threads[THREADS];
    long sum = 0;
    void *result;
    int i;

    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, spawns, NULL);
    for (i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        sum += (long)(intptr_t)result;
    }
    printf("by threads: %ld\n", sum);
}

static int atfork_calls;

static void counts_fork(void)
{
    atfork_calls++;
}

static void try_fork(void)
{
    char *argv[] = {word(self), word("child"), word("forked"), NULL};
    pid_t pid;

    pthread_atfork(counts_fork, counts_fork, NULL);
    pid = fork();
    if (pid == 0) {
        execv(self, argv);
        _exit(1);
    }
    printf("fork: %d, atfork: %d\n", status_of(pid), atfork_calls);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    self = argv[0];
    if (argc == 3 && strcmp(argv[1], "child") == 0)
        return child(argv[2]);
    try_spawn();
    try_actions();
    try_attributes();
    try_shell();
    try_threads();
    try_fork();
    return 0;
}
