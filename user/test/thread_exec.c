/* SPDX-License-Identifier: MIT */
/*
 * Verifies execve, fork and vfork in a process of several threads: the
 * program that a thread executes has the process's number and is alone; a
 * forked child has the calling thread only.
 */
#include <stdio.h>
#include <stdlib.h>

#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define THREADS 3

static volatile int ready, never;
static struct test_thread threads[THREADS], thread;
static char *volatile pid_text;

static int sleeps_for_ever(void *unused)
{
    (void)unused;
    word_add(&ready, 1);
    while (word_get(&never) == 0)
        futex(&never, FUTEX_WAIT, 0, NULL);
    return 1;
}

static int spins_for_ever(void *unused)
{
    (void)unused;
    word_add(&ready, 1);
    while (word_get(&never) == 0)
        continue;
    return 1;
}

static void start_others(int (*fn)(void *))
{
    int i;

    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], fn, NULL);
    while (word_get(&ready) < THREADS)
        sched_yield();
}

/* ---- execve; this program, as `PROGRAM executed PID` ---- */

static int executed(const char *pid)
{
    CHECK_EQ(getpid(), atol(pid));
    CHECK_EQ(gettid(), getpid());
    CHECK_EQ(syscall(SYS_set_tid_address, &never), getpid());
    thread_start(&thread, sleeps_for_ever, NULL); /* all still works */
    CHECK(thread.tid != getpid());
    return test_result() == 0 ? 40 : 41;
}

static int executes(void *unused)
{
    char *argv[] = { (char *)(uintptr_t)test_self(),
                     (char *)(uintptr_t) "executed", pid_text, NULL };

    (void)unused;
    ASK(execve, argv[0], argv, argv + 3);
    return 1;
}

static int executes_beside(void *fn)
{
    static char text[16];

    snprintf(text, sizeof(text), "%d", (int)getpid());
    pid_text = text;
    start_others((int (*)(void *))fn);
    return executes(NULL);
}

static void by_the_first_thread(void)
{
    CHECK_EXIT(run_child(executes_beside, sleeps_for_ever), 40);
    CHECK_EXIT(run_child(executes_beside, spins_for_ever), 40);
}

static int another_executes(void *fn)
{
    static char text[16];

    snprintf(text, sizeof(text), "%d", (int)getpid());
    pid_text = text;
    start_others((int (*)(void *))fn);
    thread_start(&thread, executes, NULL);
    return sleeps_for_ever(NULL);
}

static void by_another_thread(void)
{
    CHECK_EXIT(run_child(another_executes, sleeps_for_ever), 40);
    CHECK_EXIT(run_child(another_executes, spins_for_ever), 40);
}

static int leader_left(void *unused)
{
    static char text[16];

    (void)unused;
    snprintf(text, sizeof(text), "%d", (int)getpid());
    pid_text = text;
    thread_start(&thread, executes, NULL);
    ASK(exit, 77);
    return 1;
}

static void after_the_first_has_left(void)
{
    CHECK_EXIT(run_child(leader_left, NULL), 40);
}

/* Two at the same time: one of them wins. */
static int all_execute(void *unused)
{
    static char text[16];
    int i;

    (void)unused;
    snprintf(text, sizeof(text), "%d", (int)getpid());
    pid_text = text;
    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], executes, NULL);
    return executes(NULL);
}

static void all_at_once(void)
{
    int i;

    for (i = 0; i < 5; i++)
        CHECK_EXIT(run_child(all_execute, NULL), 40);
}

static int fails_to_execute(void *unused)
{
    char *argv[] = { NULL };

    (void)unused;
    start_others(sleeps_for_ever);
    CHECK_ERRNO(execve("/no/such/program", argv, argv), ENOENT);
    CHECK_ERRNO(execve("/dev/null", argv, argv), EACCES);
    CHECK_OK(tgkill(getpid(), threads[1].tid, 0)); /* nobody was harmed */
    return 0;
}

static void failure_ends_nobody(void)
{
    CHECK_CHILD(fails_to_execute, NULL);
}

/* ---- fork ---- */

static int is_alone(void *unused)
{
    (void)unused;
    CHECK_EQ(gettid(), getpid());
    CHECK_ERRNO(tgkill(getpid(), threads[0].tid, 0), ESRCH);
    ready = 0;
    start_others(sleeps_for_ever);
    return 44;
}

static int thread_forks(void *result)
{
    pid_t child = (pid_t)ASK(fork);
    int status = -1;

    if (child == 0)
        ASK(exit_group, is_alone(NULL));
    ASK(wait4, child, &status, 0, NULL);
    word_set(result, status);
    return 0;
}

static void fork_copies_one_thread(void)
{
    static volatile int status;

    start_others(spins_for_ever);
    CHECK_EXIT(run_child(is_alone, NULL), 44);
    thread_start(&thread, thread_forks, (void *)(uintptr_t)&status);
    thread_join(&thread);
    CHECK_EXIT(status, 44);
}

static int thread_vforks(void *result)
{
    static char *argv[] = { NULL, NULL, NULL, NULL };
    pid_t child;
    int status = -1;

    argv[0] = (char *)(uintptr_t)test_self();
    argv[1] = (char *)(uintptr_t) "exits";
    child = vfork();
    if (child == 0) {
        ASK(execve, argv[0], argv, argv + 3);
        _exit(1);
    }
    ASK(wait4, child, &status, 0, NULL);
    word_set(result, status);
    return 0;
}

/* Only the thread that calls vfork waits. */
static void vfork_in_a_thread(void)
{
    static volatile int status;

    start_others(spins_for_ever);
    thread_start(&thread, thread_vforks, (void *)(uintptr_t)&status);
    thread_join(&thread);
    CHECK_EXIT(status, 45);
    CHECK_OK(tgkill(getpid(), threads[0].tid, 0));
}

static const struct test_case cases[] = {
    CASE(by_the_first_thread),      CASE(by_another_thread),
    CASE(after_the_first_has_left), CASE(all_at_once),
    CASE(failure_ends_nobody),      CASE(fork_copies_one_thread),
    CASE(vfork_in_a_thread),
};

int main(int argc, char **argv, char **envp)
{
    if (argc == 3 && strcmp(argv[1], "executed") == 0) {
        test_start(argv, envp);
        return executed(argv[2]);
    }
    if (argc == 2 && strcmp(argv[1], "exits") == 0)
        return 45;
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
