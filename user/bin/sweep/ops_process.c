/* SPDX-License-Identifier: MIT */
/*
 * Processes, threads, programs, signals.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel/abi/futex.h"
#include "user/bin/sweep/sweep.h"
#include "user/lib/syscall.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* ---- fork ---- */

static int reap(pid_t pid)
{
    int status = -1;

    EXPECT(waitpid(pid, &status, 0) == pid && status == 0);
    return 0;
}

/* A new thread's countdown does not run. */
static int is_armed(void)
{
    char digit = '1';
    int fd = open("/proc/self/fail-nth", O_RDONLY);

    return fd < 0 || read(fd, &digit, 1) != 1 || digit != '0';
}

/* The child has what the parent has. */
static int fork_and_look(void)
{
    pid_t pid = fork();

    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(!area_is_filled(0, AREA_PAGES) || is_armed());
    return reap(pid);
}

static void check_area(int result)
{
    (void)result;
    EXPECT(area_is_filled(0, AREA_PAGES));
    EXPECT(waitpid(-1, NULL, 0) < 0 && errno == ECHILD);
}

/* Several kinds of areas, pages in several tables. */
static void map_some(void)
{
    area_map();
    MUST(mmap((void *)FAR, AREA_LEN, RW, MAP_PRIVATE | MAP_FIXED, file_make(),
              0));
    *(volatile char *)FAR = 7;
    MUST(mprotect((void *)(FAR + PAGE), PAGE, PROT_READ));
}

static void map_huge(void)
{
    area_map();
    MUST(mmap((void *)FAR, 2 * HUGE, RW, ANON | MAP_FIXED, -1, 0));
    MUST(madvise((void *)FAR, 2 * HUGE, MADV_HUGEPAGE));
    *(volatile char *)FAR = 7;
}

static void map_hugetlb(void)
{
    area_map();
    MUST(mmap((void *)FAR, HUGE, RW, ANON | MAP_FIXED | MAP_HUGETLB, -1, 0));
    *(volatile char *)FAR = 7;
}

static int vfork_once(void)
{
    pid_t pid = vfork();

    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(0);
    return reap(pid);
}

/* ---- threads ---- */

#define THREAD_FLAGS                                                           \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |        \
     CLONE_SYSVSEM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

static char stack[4 * PAGE] __attribute__((aligned(PAGE)));
static volatile int alive, ran;

static int thread(void *arg)
{
    ran = arg != NULL;
    return 0;
}

static int thread_once(void)
{
    int tid = clone(thread, stack + sizeof(stack), THREAD_FLAGS, stack, &alive,
                    NULL, &alive);
    int seen;

    if (tid < 0)
        return errno;
    while ((seen = alive) != 0)
        ASK(futex, &alive, FUTEX_WAIT, seen, NULL, NULL, 0);
    EXPECT(ran);
    return 0;
}

static int futex_timed(void)
{
    const struct timespec soon = { 0, 1000 };
    static int word;
    long result = ASK(futex, &word, FUTEX_WAIT, 0, &soon, NULL, 0);

    return result == -ETIMEDOUT ? 0 : (int)-result;
}

/* ---- exec ---- */

static int execute(const char *name)
{
    char *const words[] = { "sweep", EXEC_ARG, fail_nth_fd, NULL };
    char *const environment[] = { "A=1", "B=2", NULL };

    execve(name, words, environment);
    return errno;
}

static int exec_program(void)
{
    return execute("/proc/self/exe");
}

static char big[24 * PAGE];

static void make_big(void)
{
    memset(big, 'x', sizeof(big) - 1);
}

/* Strings of many pages. */
static int exec_strings(void)
{
    char *const words[] = { "sweep", EXEC_ARG, fail_nth_fd, NULL };
    char *const environment[] = { big, NULL };

    execve("/bin/sweep", words, environment);
    return errno;
}

/* The script's own name comes third: the descriptor. */
static void make_script(void)
{
    static const char text[] = "#!/bin/sweep -x\n";
    int fd;

    MUST(chdir("/tmp"));
    fd = (int)MUST(open(fail_nth_fd, O_WRONLY | O_CREAT | O_TRUNC, 0700));
    MUST(write(fd, text, sizeof(text) - 1));
    MUST(close(fd));
}

static int exec_script(void)
{
    char *const words[] = { "sweep", NULL };

    execve(fail_nth_fd, words, words);
    return errno;
}

/* ---- signals ---- */

static volatile int caught;

static void catch (int signo)
{
    caught = signo;
    if (signo == SIGSEGV)
        ASK(mprotect, AREA, PAGE, RW);
}

/* Handlers on a stack that is not touched yet. */
static void catch_far(int signo)
{
    stack_t far = { .ss_sp = (void *)FAR, .ss_size = AREA_LEN };
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = catch;
    action.sa_flags = SA_ONSTACK;
    MUST(mmap((void *)FAR, AREA_LEN, RW, ANON | MAP_FIXED, -1, 0));
    MUST(sigaltstack(&far, NULL));
    MUST(sigaction(signo, &action, NULL));
}

static void catch_user(void)
{
    catch_far(SIGUSR1);
}

static int signal_handler(void)
{
    TRY(raise(SIGUSR1));
    EXPECT(caught == SIGUSR1);
    return 0;
}

static void catch_fault(void)
{
    catch_far(SIGSEGV);
    area_map();
    MUST(mprotect((void *)AREA, PAGE, PROT_READ));
}

static int signal_fault(void)
{
    *(volatile char *)AREA = 1;
    EXPECT(caught == SIGSEGV);
    return 0;
}

static sigset_t all_signals;

static void block(void)
{
    sigfillset(&all_signals);
    MUST(sigprocmask(SIG_BLOCK, &all_signals, NULL));
}

/* kill(2) needs no memory: the signal comes, if without its siginfo. */
static int signal_kill(void)
{
    sigset_t pending;

    TRY(kill(getpid(), SIGUSR1));
    TRY(sigpending(&pending));
    EXPECT(sigismember(&pending, SIGUSR1) == 1);
    return 0;
}

static int signal_queue(void)
{
    const union sigval value = { .sival_int = 5 };
    siginfo_t info;
    int i;

    for (i = 0; i < 3; i++)
        TRY(sigqueue(getpid(), SIGRTMIN, value));
    for (i = 0; i < 3; i++)
        EXPECT(sigtimedwait(&all_signals, &info, NULL) == SIGRTMIN &&
               info.si_value.sival_int == 5);
    return 0;
}

/* An alarm comes whatever there is of memory. */
static int signal_alarm(void)
{
    const struct itimerval soon = { .it_value = { 0, 1000 } };

    TRY(setitimer(ITIMER_REAL, &soon, NULL));
    EXPECT(sigtimedwait(&all_signals, NULL, NULL) == SIGALRM);
    return 0;
}

static int signal_child(void)
{
    pid_t pid = fork();

    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(0);
    EXPECT(sigtimedwait(&all_signals, NULL, NULL) == SIGCHLD);
    return reap(pid);
}

static int set_session(void)
{
    pid_t pid = fork();

    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(setsid() != getpid());
    return reap(pid);
}

const struct operation process_operations[] = {
    { "fork", MAY_AGAIN | MAY_DIE, area_map, fork_and_look, check_area },
    { "fork-areas", MAY_AGAIN | MAY_DIE, map_some, fork_and_look, check_area },
    { "fork-huge", MAY_AGAIN | MAY_DIE, map_huge, fork_and_look, check_area },
    { "fork-hugetlb", MAY_AGAIN | MAY_DIE, map_hugetlb, fork_and_look,
      check_area },
    { "fork-session", MAY_AGAIN | MAY_DIE, NULL, set_session, NULL },
    { "vfork", MAY_AGAIN, area_map, vfork_once, check_area },
    { "thread", MAY_AGAIN, NULL, thread_once, NULL },
    { "futex", 0, NULL, futex_timed, NULL },
    { "exec", MAY_SEGV, NULL, exec_program, NULL },
    { "exec-strings", MAY_SEGV, make_big, exec_strings, NULL },
    { "exec-script", MAY_SEGV, make_script, exec_script, NULL },
    { "signal-handler", MAY_SEGV, catch_user, signal_handler, NULL },
    { "signal-fault", MAY_SEGV, catch_fault, signal_fault, NULL },
    { "signal-kill", 0, block, signal_kill, NULL },
    { "signal-queue", MAY_AGAIN, block, signal_queue, NULL },
    { "signal-alarm", MAY_AGAIN, block, signal_alarm, NULL },
    { "signal-child", MAY_AGAIN | MAY_DIE, block, signal_child, NULL },
    { NULL, 0, NULL, NULL, NULL },
};
