/* SPDX-License-Identifier: MIT */
/*
 * Verifies how threads and their process end: exit ends one thread,
 * exit_group and fatal signals end all, and the parent hears of it once, when
 * the last one is gone.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define THREADS 4

static volatile int word, never;
static struct test_thread threads[THREADS];

static int sleeps_for_ever(void *unused)
{
    (void)unused;
    word_add(&word, 1);
    while (word_get(&never) == 0)
        futex(&never, FUTEX_WAIT, 0, NULL);
    return 1;
}

static int spins_for_ever(void *unused)
{
    (void)unused;
    word_add(&word, 1);
    while (word_get(&never) == 0)
        continue;
    return 1;
}

static void start_all(int (*fn)(void *))
{
    int i;

    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], fn, NULL);
    while (word_get(&word) < THREADS)
        sched_yield();
}

static int returns(void *code)
{
    return (int)(long)code;
}

/* A thread's end is no business of the process's parent, nor its own code. */
static int threads_come_and_go(void *unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 50; i++) {
        thread_start(&threads[0], returns, (void *)(long)i);
        thread_join(&threads[0]);
    }
    return 12;
}

static void one_thread(void)
{
    catch_signal(SIGCHLD, 0);
    CHECK_EXIT(run_child(threads_come_and_go, NULL), 12);
    CHECK_EQ(seen[SIGCHLD].count, 1);
}

static int ends_group_beside_sleepers(void *fn)
{
    start_all((int (*)(void *))fn);
    return 13;
}

/* _exit is exit_group. */
static void exit_group_ends_all(void)
{
    CHECK_EXIT(run_child(ends_group_beside_sleepers, sleeps_for_ever), 13);
    CHECK_EXIT(run_child(ends_group_beside_sleepers, spins_for_ever), 13);
}

static int calls_exit_group(void *unused)
{
    (void)unused;
    ASK(exit_group, 14);
    return 0;
}

static int waits_beside_exit_group(void *unused)
{
    start_all(sleeps_for_ever);
    thread_start(&threads[0], calls_exit_group, NULL);
    return sleeps_for_ever(unused);
}

static void exit_group_of_another_thread(void)
{
    CHECK_EXIT(run_child(waits_beside_exit_group, NULL), 14);
}

static volatile int leader_alive; /* the kernel clears it */

static int outlives_leader(void *baton)
{
    char byte;

    while (ASK(read, ((int *)baton)[0], &byte, 1) != 1)
        continue;
    while (word_get(&leader_alive))
        sleep_ms(1);
    sleep_ms(20); /* for what is left of its way out */
    return 16;
}

static int leader_leaves(void *baton)
{
    leader_alive = 1;
    ASK(set_tid_address, &leader_alive);
    thread_start(&threads[0], outlives_leader, baton);
    ASK(exit, 15);
    return 1;
}

/* The first thread may go before the others: the process lives, and its exit
 * code is that of the thread which goes last. */
static void leader_goes_first(void)
{
    int baton[2], status;
    pid_t child;

    baton_make(baton);
    child = start_child(leader_leaves, baton);
    sleep_ms(5);
    CHECK_EQ(waitpid(child, &status, WNOHANG), 0);
    CHECK_OK(kill(child, 0));
    baton_pass(baton);
    CHECK_EXIT(wait_child(child), 16);
}

static int leader_leaves_then_group(void *unused)
{
    (void)unused;
    thread_start(&threads[0], calls_exit_group, NULL);
    ASK(exit, 15);
    return 1;
}

static void code_of_the_group_wins(void)
{
    CHECK_EXIT(run_child(leader_leaves_then_group, NULL), 14);
}

/* ---- fatal signals ---- */

static int faults(void *unused)
{
    (void)unused;
    poke((void *)8, 1);
    return 0;
}

static int thread_faults(void *unused)
{
    start_all(sleeps_for_ever);
    thread_start(&threads[0], faults, NULL);
    return sleeps_for_ever(unused);
}

static void fault_of_a_thread_ends_all(void)
{
    CHECK_SIGNAL(run_child(thread_faults, NULL), SIGSEGV);
}

static int sends_to_thread(void *fn)
{
    start_all((int (*)(void *))fn);
    REQUIRE_OK(tgkill(getpid(), threads[1].tid, SIGTERM));
    return sleeps_for_ever(NULL);
}

static void signal_to_a_thread_ends_all(void)
{
    CHECK_SIGNAL(run_child(sends_to_thread, sleeps_for_ever), SIGTERM);
    CHECK_SIGNAL(run_child(sends_to_thread, spins_for_ever), SIGTERM);
}

static int all_spin(void *baton)
{
    start_all(spins_for_ever);
    baton_pass(baton);
    return spins_for_ever(NULL);
}

static void sigkill_ends_all(void)
{
    int baton[2];
    pid_t child;

    baton_make(baton);
    child = start_child(all_spin, baton);
    baton_wait(baton);
    CHECK_OK(kill(child, SIGKILL));
    CHECK_SIGNAL(wait_child(child), SIGKILL);
}

/* Threads blocked on a pipe and in wait4 are no harder to end. */
static int fds[2];

static int reads_for_ever(void *unused)
{
    char byte;

    (void)unused;
    word_add(&word, 1);
    ASK(read, fds[0], &byte, 1);
    return 0;
}

static int has_blocked_threads(void *unused)
{
    (void)unused;
    REQUIRE_OK(pipe(fds));
    start_all(reads_for_ever);
    return 16;
}

static void blocked_threads_end(void)
{
    CHECK_EXIT(run_child(has_blocked_threads, NULL), 16);
}

static const struct test_case cases[] = {
    CASE(one_thread),
    CASE(exit_group_ends_all),
    CASE(exit_group_of_another_thread),
    CASE(leader_goes_first),
    CASE(code_of_the_group_wins),
    CASE(fault_of_a_thread_ends_all),
    CASE(signal_to_a_thread_ends_all),
    CASE(sigkill_ends_all),
    CASE(blocked_threads_end),
};

TEST_MAIN(cases)
