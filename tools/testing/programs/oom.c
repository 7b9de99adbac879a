/* SPDX-License-Identifier: MIT */
/*
 * Lets memory run out with several processes there, and says who had to go.
 *
 *     oom SMALL LARGE MORE [ADJ [MORE_ADJ [kill]]]
 *
 * A child holds SMALL MiB and another one LARGE; then a third touches MORE.
 * ADJ: the oom_score_adj of the large one; MORE_ADJ: of the third. kill: it
 * first kills the large one, which is slow to end.
 */
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
#define TRIES 50

static void touch(size_t len)
{
    char *at = mmap(NULL, len, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t i;

    if (at == MAP_FAILED)
        _exit(1);
    for (i = 0; i < len; i += PAGE)
        at[i] = 1;
}

static void adjust(const char *adj)
{
    FILE *file = fopen("/proc/self/oom_score_adj", "w");

    if (file == NULL || fputs(adj, file) < 0 || fclose(file) != 0)
        printf("no adjustment\n");
}

/* A child that has touched so much and waits. */
static pid_t holder(const char *mib, const char *adj)
{
    int ready[2];
    char byte;
    pid_t child;

    if (pipe(ready) != 0)
        exit(1);
    child = fork();
    if (child == 0) {
        adjust(adj);
        touch(strtoul(mib, NULL, 10) * MIB);
        if (write(ready[1], "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        printf("no word of a child\n");
    close(ready[0]);
    return child;
}

/* Whoever is being killed gets the time to end. */
static void say_state(const char *what, pid_t child)
{
    int status, tries = 0;

    while (waitpid(child, &status, WNOHANG) != child) {
        if (++tries == TRIES) {
            printf("%s lives\n", what);
            return;
        }
        usleep(10000);
    }
    if (WIFSIGNALED(status))
        printf("%s killed by signal %d\n", what, WTERMSIG(status));
    else
        printf("%s exited with %d\n", what, WEXITSTATUS(status));
}

/* The third child. */
static void use_more(char **argv, int argc, pid_t large)
{
    if (argc > 5)
        adjust(argv[5]);
    if (argc > 6) {
        setpriority(PRIO_PROCESS, (id_t)large, 19);
        kill(large, SIGKILL);
    }
    touch(strtoul(argv[3], NULL, 10) * MIB);
    _exit(0);
}

int main(int argc, char **argv)
{
    pid_t small, large, more;
    siginfo_t info;

    if (argc < 4)
        return 2;
    setvbuf(stdout, NULL, _IONBF, 0);
    small = holder(argv[1], "0");
    large = holder(argv[2], argc > 4 ? argv[4] : "0");
    more = fork();
    if (more == 0)
        use_more(argv, argc, large);
    waitid(P_PID, (id_t)more, &info, WEXITED | WNOWAIT);
    say_state("more", more);
    say_state("large", large);
    say_state("small", small);
    kill(small, SIGKILL);
    kill(large, SIGKILL);
    return 0;
}
