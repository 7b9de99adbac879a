/* SPDX-License-Identifier: MIT */
/*
 * Verifies signals in a process of several threads: each has its mask, its
 * pending signals and its alternate stack; what is sent to the process goes
 * to one that does not block it; stopping stops all.
 */
#include <setjmp.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define SET_SIZE 8
#define THREADS 4

static volatile int ready, done, go, taker, handled;
static volatile long results[8];
static struct test_thread thread, threads[THREADS];

static void notes_taker(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    word_set(&taker, (int)ASK(gettid));
    word_add(&handled, 1);
}

static void mask(int how, int signo)
{
    sigset_t set = set_of(signo);

    ASK(rt_sigprocmask, how, &set, NULL, SET_SIZE);
}

static int pending(int signo)
{
    sigset_t set = 0;

    ASK(rt_sigpending, &set, SET_SIZE);
    return sigismember(&set, signo);
}

/* Threads here wait without sleeping, so that they are there for signals. */
static void spin_until(const volatile int *word)
{
    while (word_get(word) == 0)
        ASK(sched_yield);
}

static int spins(void *unused)
{
    (void)unused;
    word_add(&ready, 1);
    spin_until(&done);
    return 0;
}

static void finish(struct test_thread *which)
{
    word_set(&done, 1);
    thread_join(which);
    word_set(&done, 0);
}

/* ---- who takes it ---- */

static void to_the_one_that_does_not_block(void)
{
    catch_with(SIGUSR1, notes_taker, 0);
    thread_start(&thread, spins, NULL); /* does not block it */
    spin_until(&ready);
    block_signal(SIGUSR1);
    CHECK_OK(kill(getpid(), SIGUSR1));
    wait_until(&handled);
    CHECK_EQ(taker, thread.tid);
    CHECK_EQ(is_pending(SIGUSR1), 0);
    finish(&thread);
}

static int sleeps_in_kernel(void *unused)
{
    (void)unused;
    word_set(&ready, 1);
    while (word_get(&handled) == 0)
        results[0] = futex(&go, FUTEX_WAIT, 0, NULL);
    return 0;
}

/* Also if that one sleeps. */
static void wakes_the_one_that_does_not_block(void)
{
    catch_with(SIGUSR1, notes_taker, 0);
    thread_start(&thread, sleeps_in_kernel, NULL);
    block_signal(SIGUSR1);
    spin_until(&ready);
    sleep_ms(2);
    CHECK_OK(kill(getpid(), SIGUSR1));
    thread_join(&thread);
    CHECK_EQ(taker, thread.tid);
    CHECK(results[0] == -EINTR || results[0] == 0);
}

/* All block it: it waits for the first that does not. */
static int unblocks_when_told(void *unused)
{
    (void)unused;
    word_set(&ready, 1);
    spin_until(&go);
    results[0] = pending(SIGUSR1);
    mask(SIG_UNBLOCK, SIGUSR1);
    results[1] = word_get(&handled);
    return 0;
}

static void to_the_first_that_unblocks(void)
{
    catch_with(SIGUSR1, notes_taker, 0);
    block_signal(SIGUSR1);
    thread_start(&thread, unblocks_when_told, NULL);
    spin_until(&ready);
    CHECK_OK(kill(getpid(), SIGUSR1));
    CHECK_EQ(is_pending(SIGUSR1), 1);
    word_set(&go, 1);
    thread_join(&thread);
    CHECK_EQ(results[0], 1);
    CHECK_EQ(results[1], 1);
    CHECK_EQ(taker, thread.tid);
    CHECK_EQ(is_pending(SIGUSR1), 0);
}

/* ---- to one thread ---- */

static int takes_its_own(void *unused)
{
    (void)unused;
    mask(SIG_BLOCK, SIGUSR1);
    word_set(&ready, 1);
    spin_until(&go);
    results[0] = pending(SIGUSR1);
    mask(SIG_UNBLOCK, SIGUSR1);
    return 0;
}

static void to_that_thread_alone(void)
{
    catch_with(SIGUSR1, notes_taker, 0);
    thread_start(&thread, takes_its_own, NULL);
    spin_until(&ready);
    CHECK_OK(tgkill(getpid(), thread.tid, SIGUSR1));
    CHECK_EQ(is_pending(SIGUSR1), 0); /* it is not ours */
    CHECK_EQ(word_get(&handled), 0);
    word_set(&go, 1);
    thread_join(&thread);
    CHECK_EQ(results[0], 1);
    CHECK_EQ(taker, thread.tid);
    CHECK_EQ(handled, 1);
}

/* A thread's end takes its own signals along. */
static int ends_with_pending(void *unused)
{
    long self = ASK(gettid);

    (void)unused;
    mask(SIG_BLOCK, SIGUSR1);
    ASK(tkill, self, SIGUSR1);
    results[0] = pending(SIGUSR1);
    return 0;
}

static void lost_with_the_thread(void)
{
    catch_with(SIGUSR1, notes_taker, 0);
    thread_start(&thread, ends_with_pending, NULL);
    thread_join(&thread);
    CHECK_EQ(results[0], 1);
    CHECK_EQ(is_pending(SIGUSR1), 0);
    CHECK_EQ(handled, 0);
}

/* A process's signal that a thread was to take goes to another one. */
static int ends_when_told(void *unused)
{
    (void)unused;
    word_set(&ready, 1);
    spin_until(&go);
    mask(SIG_BLOCK, SIGUSR1);
    return 0;
}

static void handed_on(void)
{
    int i;

    catch_with(SIGUSR1, notes_taker, 0);
    for (i = 0; i < 20; i++) {
        word_set(&ready, 0);
        word_set(&go, 0);
        word_set(&handled, 0);
        thread_start(&thread, ends_when_told, NULL);
        spin_until(&ready);
        block_signal(SIGUSR1);
        word_set(&go, 1);
        CHECK_OK(kill(getpid(), SIGUSR1));
        unblock_signal(SIGUSR1);
        wait_until(&handled);
        thread_join(&thread);
        CHECK_EQ(handled, 1);
    }
}

/* ---- of its own: mask, stack, faults ---- */

static int has_own_mask(void *unused)
{
    sigset_t set = 0;

    (void)unused;
    ASK(rt_sigprocmask, SIG_BLOCK, NULL, &set, SET_SIZE);
    results[0] = sigismember(&set, SIGUSR1);
    mask(SIG_BLOCK, SIGUSR2);
    return 0;
}

static void masks(void)
{
    block_signal(SIGUSR1); /* inherited */
    thread_start(&thread, has_own_mask, NULL);
    thread_join(&thread);
    CHECK_EQ(results[0], 1);
    CHECK_EQ(is_blocked(SIGUSR2), 0);
}

static int looks_at_stack(void *unused)
{
    stack_t now;

    (void)unused;
    ASK(sigaltstack, NULL, &now);
    results[0] = now.ss_flags;
    return 0;
}

static void alternate_stacks(void)
{
    static char stack[16384];
    stack_t mine = { .ss_sp = stack, .ss_size = sizeof(stack) };

    CHECK_OK(sigaltstack(&mine, NULL));
    thread_start(&thread, looks_at_stack, NULL);
    thread_join(&thread);
    CHECK_EQ(results[0], SS_DISABLE);
    CHECK_OK(sigaltstack(NULL, &mine));
    CHECK_EQ(mine.ss_flags, 0);
}

static sigjmp_buf back;

static void jumps_back(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    results[0] = (long)info->si_addr;
    results[1] = ASK(gettid);
    siglongjmp(back, 1);
}

static int faults(void *address)
{
    if (sigsetjmp(back, 1) == 0)
        poke(address, 1);
    return 0;
}

static void faults_are_its_own(void)
{
    catch_with(SIGSEGV, jumps_back, 0);
    thread_start(&thread, faults, (void *)72);
    thread_join(&thread);
    CHECK_EQ(results[0], 72);
    CHECK_EQ(results[1], thread.tid);
}

/* ---- waiting ---- */

static int waits_for_signal(void *unused)
{
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;

    (void)unused;
    word_set(&ready, 1);
    results[0] = ASK(rt_sigtimedwait, &set, &info, NULL, SET_SIZE);
    results[1] = info.si_pid;
    return 0;
}

static void sigwait_in_a_thread(void)
{
    block_signal(SIGUSR1);
    thread_start(&thread, waits_for_signal, NULL);
    spin_until(&ready);
    CHECK_OK(kill(getpid(), SIGUSR1));
    thread_join(&thread);
    CHECK_EQ(results[0], SIGUSR1);
    CHECK_EQ(results[1], getpid());
}

/* ---- stopping ---- */

static volatile int *counters; /* shared: one a thread */

static int counts(void *which)
{
    for (;;) {
        counters[(long)which]++;
        if (word_get(&counters[THREADS + 1]) != 0)
            return 0;
    }
}

static int counts_with_threads(void *unused)
{
    long i;

    (void)unused;
    for (i = 0; i < THREADS; i++)
        thread_start(&threads[i], counts, (void *)i);
    counts((void *)(long)THREADS);
    for (i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    return 8;
}

static void wait_until_all_count(void)
{
    int i;

    for (i = 0; i <= THREADS; i++) {
        counters[i] = 0;
        wait_until(&counters[i]);
    }
}

static void stopping_stops_all(void)
{
    int status, before[THREADS + 1], i;
    pid_t child;

    counters = (volatile int *)map_shared(PAGE, RW);
    child = start_child(counts_with_threads, NULL);
    wait_until_all_count();
    CHECK_OK(kill(child, SIGSTOP));
    CHECK_EQ(waitpid(child, &status, WUNTRACED), child);
    CHECK_EQ(status, W_STOPCODE(SIGSTOP));
    for (i = 0; i <= THREADS; i++)
        before[i] = counters[i];
    sleep_ms(10);
    for (i = 0; i <= THREADS; i++)
        CHECK_EQ(counters[i], before[i]);
    CHECK_OK(kill(child, SIGCONT));
    CHECK_EQ(waitpid(child, &status, WCONTINUED), child);
    CHECK_EQ(status, W_CONTINUED);
    wait_until_all_count();
    word_set(&counters[THREADS + 1], 1);
    CHECK_EXIT(wait_child(child), 8);
}

static const struct test_case cases[] = {
    CASE(to_the_one_that_does_not_block),
    CASE(wakes_the_one_that_does_not_block),
    CASE(to_the_first_that_unblocks),
    CASE(to_that_thread_alone),
    CASE(lost_with_the_thread),
    CASE(handed_on),
    CASE(masks),
    CASE(alternate_stacks),
    CASE(faults_are_its_own),
    CASE(sigwait_in_a_thread),
    CASE(stopping_stops_all),
};

TEST_MAIN(cases)
