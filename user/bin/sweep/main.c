/* SPDX-License-Identifier: MIT */
/*
 * sweep [NAME...]: fails the 1st, the 2nd, … the last allocation of one
 * operation after the other, by /proc/self/fail-nth.
 *
 *     child: prepare | arm N | run | how many are left? | check
 *
 * Each N is a run in a child of its own, a job by itself, so that vmck looks at
 * all frames when it ends. The run must end well (errno, or killed, as the
 * operation allows), and afterwards the machine's memory must be as before
 * (memory.c). When the N-th allocation is not reached any more the operation is
 * done: a line says how often it failed, died, or went on.
 *
 * NAME chooses operations: its own name, or what it begins with before a `-`.
 * The exit status is 0 if all went as it should.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bin/sweep/memory.h"
#include "user/bin/sweep/sweep.h"

#define LIMIT 5000U /* more allocations than any operation makes */
#define WARM_UPS 3

/* A child's exit codes. */
enum outcome {
    NOT_REACHED, /* and it succeeded */
    FAILED,      /* with an errno */
    WENT_ON,     /* reached, and it succeeded */
    KILLED,      /* of parents only */
    WRONG,       /* something did not hold */
};

static const struct operation *operation; /* that is being swept */
static unsigned complaints;               /* this process's */
static unsigned problems;                 /* of all children */

unsigned nth;
int fail_fd = -1;
char fail_nth_fd[12];

/* ---- for the operations ---- */

void complain(const char *file, int line, const char *text)
{
    printf("%s, N = %u: %s:%d: not so: %s (errno %d)\n", operation->name, nth,
           file, line, text, errno);
    fflush(stdout);
    complaints++;
}

long must(long result, const char *file, int line, const char *text)
{
    if (result < 0)
        err(WRONG, "%s:%d: %s", file, line, text);
    return result;
}

void fail_after(unsigned n)
{
    char text[12];
    int len = snprintf(text, sizeof(text), "%u", n);

    if (write(fail_fd, text, (size_t)len) != len)
        err(WRONG, "fail-nth");
}

unsigned fail_left(void)
{
    char text[12] = "";

    if (pread(fail_fd, text, sizeof(text) - 1, 0) <= 0)
        err(WRONG, "fail-nth");
    return (unsigned)strtoul(text, NULL, 10);
}

/* ---- the child ---- */

static int is_allowed(int result)
{
    return result == 0 || result == ENOMEM ||
           (result == EAGAIN && (operation->flags & MAY_AGAIN)) ||
           (result == ENOSPC && (operation->flags & MAY_NOSPC)) ||
           (result == EFAULT && (operation->flags & MAY_FAULT)) ||
           (result == CUT && (operation->flags & MAY_CUT));
}

static void open_countdown(void)
{
    fail_fd = open("/proc/self/fail-nth", O_RDWR);
    if (fail_fd < 0)
        err(WRONG, "/proc/self/fail-nth");
    snprintf(fail_nth_fd, sizeof(fail_nth_fd), "%d", fail_fd);
}

/* Caches have nothing to spare when it begins, so that objects need slabs. */
static void run_child(void)
{
    static char before[8192], after[8192];
    unsigned left;
    int result;

    setpgid(0, 0);
    open_countdown();
    if (operation->prepare != NULL)
        operation->prepare();
    areas_touch(areas_read(before, sizeof(before)));
    memory_drop_caches();
    fail_after(nth);
    result = operation->run();
    left = fail_left();
    fail_after(0);
    if (!is_allowed(result) || (left != 0 && result != 0)) {
        printf("%s, N = %u: errno %d (%s)%s\n", operation->name, nth, result,
               strerror(result), left != 0 ? ", but nothing was failed" : "");
        complaints++;
    }
    if (result != 0 && (operation->flags & UNCHANGED) &&
        strcmp(before, areas_read(after, sizeof(after))) != 0)
        complain(__FILE__, __LINE__, "areas are as before");
    if (operation->check != NULL)
        operation->check(result);
    fflush(stdout);
    if (complaints != 0)
        _exit(WRONG);
    _exit(left != 0 ? NOT_REACHED : result != 0 ? FAILED : WENT_ON);
}

/* This program anew, by execve. */
static int run_executed(const char *fd)
{
    unsigned left;

    fail_fd = atoi(fd);
    left = fail_left();
    fail_after(0);
    return left != 0 ? NOT_REACHED : WENT_ON;
}

/* ---- the parent ---- */

static enum outcome outcome_of(int status)
{
    const int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (signo == 0)
        return (enum outcome)WEXITSTATUS(status);
    if ((signo == SIGKILL && (operation->flags & (MAY_DIE | MAY_SEGV))) ||
        (signo == SIGSEGV && (operation->flags & MAY_SEGV)))
        return KILLED;
    printf("%s, N = %u: killed by signal %d\n", operation->name, nth, signo);
    return WRONG;
}

/* Fails the n-th allocation. */
static enum outcome run_once(unsigned n)
{
    int status;
    pid_t pid;

    nth = n;
    fflush(stdout);
    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0)
        run_child();
    if (waitpid(pid, &status, 0) != pid)
        err(1, "waitpid");
    return outcome_of(status);
}

static void sweep(void)
{
    unsigned counts[WRONG + 1] = { 0 };
    enum outcome outcome = WENT_ON;
    unsigned n, i;

    for (i = 0; i < WARM_UPS; i++)
        (void)run_once(LIMIT);
    memory_remember();
    for (n = 1; n < LIMIT && outcome != NOT_REACHED; n++) {
        outcome = run_once(n);
        if (outcome > WRONG)
            outcome = WRONG;
        counts[outcome]++;
        problems += outcome == WRONG;
        if ((operation->flags & KEEPS) == 0)
            problems += memory_compare(operation->name, n) != 0;
    }
    problems += outcome != NOT_REACHED;
    printf("%-20s %4u allocations: %u failed it, %u killed it, %u did not "
           "matter%s\n",
           operation->name, n - 2, counts[FAILED], counts[KILLED],
           counts[WENT_ON], outcome != NOT_REACHED ? " (no end)" : "");
    fflush(stdout);
}

static int is_asked_for(const char *name, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++) {
        size_t len = strlen(argv[i]);

        if (strncmp(name, argv[i], len) == 0 &&
            (name[len] == '\0' || name[len] == '-'))
            return 1;
    }
    return argc <= 1;
}

static unsigned sweep_all(const struct operation *ops, int argc, char **argv)
{
    unsigned n = 0;

    for (operation = ops; operation->name != NULL; operation++)
        if (is_asked_for(operation->name, argc, argv)) {
            sweep();
            n++;
        }
    return n;
}

int main(int argc, char **argv)
{
    static char maps[8192];
    unsigned n = 0;

    if (argc == 3 && strcmp(argv[1], EXEC_ARG) == 0)
        return run_executed(argv[2]);
    area_begin();
    areas_touch(areas_read(maps, sizeof(maps)));
    memory_begin();
    n += sweep_all(memory_operations, argc, argv);
    n += sweep_all(fault_operations, argc, argv);
    n += sweep_all(process_operations, argc, argv);
    n += sweep_all(file_operations, argc, argv);
    n += sweep_all(shared_operations, argc, argv);
    if (n == 0)
        errx(2, "no such operation");
    printf("%u operations, %u problems\n", n, problems);
    return problems != 0;
}
