/* SPDX-License-Identifier: MIT */
/*
 * Uses something up, says how that ended, and gives it back.
 *
 *     exhaust touch    anonymous memory, in a child, until mmap or a signal
 *     exhaust brk      the heap, in a child, until sbrk or a signal
 *     exhaust copies   private copies of a file's pages, in a child
 *     exhaust fork     processes, under a limit
 *     exhaust bomb     the same, each child forking on
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1UL << 20)
#define PAGE 4096
#define PROCESSES 60
#define USER 1000

static void touch(char *at, size_t len)
{
    size_t i;

    for (i = 0; i < len; i += PAGE)
        at[i] = 1;
}

static int use_mmap(void)
{
    for (;;) {
        char *at = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (at == MAP_FAILED)
            return errno;
        touch(at, MIB);
    }
}

static int use_brk(void)
{
    for (;;) {
        char *at = sbrk(MIB);

        if (at == (char *)-1)
            return errno;
        touch(at, MIB);
    }
}

/* Each page takes two frames for a moment, the file's and the copy. */
static int use_copies(void)
{
    const int fd = open("/bin/sh", O_RDONLY);
    const off_t len = lseek(fd, 0, SEEK_END);

    for (;;) {
        char *at =
            mmap(NULL, (size_t)len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

        if (at == MAP_FAILED)
            return errno;
        touch(at, (size_t)len);
    }
}

/* In a child, so that its death is not ours. */
static int in_child(int (*use)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(use());
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 1;
    if (WIFSIGNALED(status))
        printf("killed by signal %d\n", WTERMSIG(status));
    else
        printf("ended with %s\n", strerror(WEXITSTATUS(status)));
    return 0;
}

static void limit_processes(void)
{
    struct rlimit limit = {PROCESSES, PROCESSES};

    if (setrlimit(RLIMIT_NPROC, &limit) != 0 || setuid(USER) != 0) {
        perror("limit");
        exit(1);
    }
}

static int use_fork(void)
{
    static pid_t child[PROCESSES + 1];
    int count = 0, ended = 0, why;

    limit_processes();
    while (count <= PROCESSES && (child[count] = fork()) >= 0) {
        if (child[count] == 0) {
            pause();
            _exit(0);
        }
        count++;
    }
    why = errno;
    while (ended < count) {
        kill(child[ended], SIGKILL);
        if (waitpid(child[ended], NULL, 0) != child[ended])
            return 1;
        ended++;
    }
    printf("%s after %s\n", strerror(why),
           count >= PROCESSES - 4 && count <= PROCESSES ? "enough" : "too few");
    return 0;
}

/* Every process forks until it cannot; then all are killed at one blow. */
static int use_bomb(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        setpgid(0, 0);
        limit_processes();
        for (;;)
            fork();
    }
    sleep(1);
    kill(-child, SIGKILL);
    if (waitpid(child, &status, 0) != child)
        return 1;
    printf("killed by signal %d\n", WTERMSIG(status));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "touch") == 0)
        return in_child(use_mmap);
    if (strcmp(what, "brk") == 0)
        return in_child(use_brk);
    if (strcmp(what, "copies") == 0)
        return in_child(use_copies);
    if (strcmp(what, "fork") == 0)
        return use_fork();
    if (strcmp(what, "bomb") == 0)
        return use_bomb();
    fprintf(stderr, "usage: exhaust touch|brk|copies|fork|bomb\n");
    return 2;
}
