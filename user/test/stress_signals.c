/* SPDX-License-Identifier: MIT */
/*
 * Verifies that signals in the midst of system calls lose nothing and repeat
 * nothing: bytes in pipes, registers, wake-ups, waits, masks.
 */
#include <sys/time.h>
#include <time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/stress.h"
#include "user/test/threads.h"

#define BLOCK 1000
#define BLOCKS 20
#define SET_SIZE 8

static volatile int stop, hits;
static struct test_thread bomber, worker;

static void hit(int signo, siginfo_t *info, void *context)
{
    volatile double x = signo; /* uses the floating-point registers */

    (void)info;
    (void)context;
    x = x * 1.5 + 2;
    word_add(&hits, 1);
}

static void catch_hits(void)
{
    catch_with(SIGUSR1, hit, SA_RESTART);
    catch_with(SIGUSR2, hit, 0);
    catch_with(SIGALRM, hit, SA_RESTART);
}

/* Sends to one thread until told to stop, each of two signals in turn. */
static int bombs(void *tid)
{
    long pid = ASK(getpid), n = 0;

    while (word_get(&stop) == 0) {
        ASK(tgkill, pid, tid, n % 2 == 0 ? SIGUSR1 : SIGUSR2);
        if (n++ % 3 == 0)
            ASK(sched_yield);
    }
    return 0;
}

static void start_bombing(int tid)
{
    struct itimerval timer = { { 0, 700 }, { 0, 700 } };

    catch_hits();
    word_set(&stop, 0);
    REQUIRE_OK(setitimer(ITIMER_REAL, &timer, NULL));
    thread_start(&bomber, bombs, (void *)(long)tid);
}

static void stop_bombing(void)
{
    struct itimerval timer = { { 0, 0 }, { 0, 0 } };

    word_set(&stop, 1);
    thread_join(&bomber);
    REQUIRE_OK(setitimer(ITIMER_REAL, &timer, NULL));
    CHECK(word_get(&hits) > 0);
}

/* ---- pipes ---- */

static int fds[2];

/* Writes the numbers from 0 on, broken off as it may be. */
static int writes_numbers(void *unused)
{
    static unsigned numbers[BLOCK];
    unsigned long total = stress_rounds(BLOCKS), block;
    unsigned next = 0, i;

    (void)unused;
    for (block = 0; block < total; block++) {
        const char *at = (const char *)numbers;
        size_t left = sizeof(numbers);

        for (i = 0; i < BLOCK; i++)
            numbers[i] = next++;
        while (left > 0) {
            long n = ASK(write, fds[1], at, left);

            if (n == -EINTR)
                continue;
            if (n <= 0)
                return 1;
            at += n;
            left -= (size_t)n;
        }
    }
    return 0;
}

static void reads_numbers(void)
{
    unsigned long total = stress_rounds(BLOCKS) * BLOCK, expected = 0;
    static unsigned numbers[700];
    size_t have = 0, i;

    while (expected < total) {
        long n =
            ASK(read, fds[0], (char *)numbers + have, sizeof(numbers) - have);

        if (n == -EINTR)
            continue;
        REQUIRE(n > 0);
        have += (size_t)n;
        for (i = 0; i < have / sizeof(unsigned); i++)
            if (numbers[i] != (unsigned)expected++)
                REQUIRE(numbers[i] == (unsigned)expected - 1);
        memmove(numbers, (char *)numbers + i * sizeof(unsigned),
                have % sizeof(unsigned));
        have %= sizeof(unsigned);
    }
}

static void bytes_in_a_pipe(void)
{
    REQUIRE_OK(pipe(fds));
    start_bombing(gettid());
    thread_start(&worker, writes_numbers, NULL);
    reads_numbers();
    thread_join(&worker);
    stop_bombing();
}

static void bytes_into_a_pipe(void)
{
    REQUIRE_OK(pipe(fds));
    thread_start(&worker, writes_numbers, NULL);
    start_bombing(worker.tid);
    reads_numbers();
    thread_join(&worker);
    stop_bombing();
}

/* ---- registers ---- */

/* Fills registers, makes n system calls that are cheap, looks at them. */
static int registers_survive(unsigned long n, unsigned long p)
{
    __asm__ volatile(
        "movq %[p], %%xmm1\n movq %[p], %%xmm7\n movq %[p], %%xmm14\n"
        "mov %[p], %%rbx\n mov %[p], %%r12\n mov %[p], %%r8\n"
        "1: mov $39, %%eax\n syscall\n"
        "cmp %[p], %%rbx\n jne 2f\n"
        "cmp %[p], %%r12\n jne 2f\n"
        "cmp %[p], %%r8\n jne 2f\n"
        "movq %%xmm1, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "movq %%xmm7, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "movq %%xmm14, %%rax\n cmp %[p], %%rax\n jne 2f\n"
        "dec %[n]\n jnz 1b\n"
        "2:\n"
        : [n] "+r"(n)
        : [p] "r"(p)
        : "rax", "rcx", "r11", "rbx", "r8", "r12", "xmm1", "xmm7", "xmm14",
          "cc", "memory");
    return n == 0;
}

static void registers(void)
{
    unsigned long i, rounds = stress_rounds(10);

    start_bombing(gettid());
    for (i = 1; i <= rounds; i++)
        if (!CHECK(registers_survive(2000, i * 0x0101010101010101)))
            break;
    stop_bombing();
}

/* ---- futexes ---- */

static volatile int turn;

static int takes_turns(void *rounds)
{
    long i;

    for (i = 0; i < (long)rounds; i++) {
        while (word_get(&turn) != 1)
            futex(&turn, FUTEX_WAIT, 0, NULL);
        word_set(&turn, 0);
        futex(&turn, FUTEX_WAKE, 1, NULL);
    }
    return 0;
}

static void wake_ups(void)
{
    long i, rounds = (long)stress_rounds(300);

    thread_start(&worker, takes_turns, (void *)rounds);
    start_bombing(worker.tid);
    for (i = 0; i < rounds; i++) {
        word_set(&turn, 1);
        futex(&turn, FUTEX_WAKE, 1, NULL);
        while (word_get(&turn) != 0)
            futex(&turn, FUTEX_WAIT, 1, NULL);
    }
    thread_join(&worker);
    stop_bombing();
}

/* ---- memory, waiting, masks ---- */

static int returns(void *code)
{
    return (int)(long)code;
}

static void memory_and_children(void)
{
    unsigned long i, rounds = stress_rounds(8);

    start_bombing(gettid());
    for (i = 0; i < rounds; i++) {
        char *p = map_anon(64 * PAGE, RW);
        size_t n;

        mark_pages(p, 64, (unsigned)i);
        n = marked_pages(p, 64, (unsigned)i);
        CHECK_EQ(n, 64);
        CHECK_OK(munmap(p, 64 * PAGE));
        CHECK_EXIT(run_child(returns, (void *)(i % 90)), (int)(i % 90));
    }
    stop_bombing();
}

static void sleeps_are_as_long(void)
{
    unsigned long i, rounds = stress_rounds(12);

    start_bombing(gettid());
    for (i = 0; i < rounds; i++) {
        struct timespec until;
        long end = now_ms() + 5;

        REQUIRE_OK(clock_gettime(CLOCK_MONOTONIC, &until));
        until.tv_nsec += 5000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
               EINTR)
            continue;
        CHECK(now_ms() >= end);
    }
    stop_bombing();
}

/* sigsuspend and the mask: every signal that is sent is seen, once. */
static int sends_and_waits(void *arg)
{
    long i, rounds = (long)stress_rounds(100);
    pid_t parent = getppid();
    volatile int *count = arg;

    for (i = 1; i <= rounds; i++) {
        REQUIRE_OK(kill(parent, SIGHUP));
        while (word_get(count) < i)
            sched_yield();
    }
    return 0;
}

static volatile int *suspended; /* shared */

static void counts(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    (void)context;
    word_add(suspended, 1);
}

static void none_is_lost(void)
{
    int rounds = (int)stress_rounds(100);
    sigset_t none;
    pid_t child;

    sigemptyset(&none);
    suspended = (volatile int *)map_shared(PAGE, RW);
    catch_with(SIGHUP, counts, 0);
    block_signal(SIGHUP);
    child = start_child(sends_and_waits, (void *)(uintptr_t)suspended);
    while (word_get(suspended) < rounds)
        CHECK_ERRNO(sigsuspend(&none), EINTR);
    CHECK_EXIT(wait_child(child), 0);
    CHECK_EQ(*suspended, rounds);
}

/* ---- stop and go ---- */

static int works_on_a_pipe(void *unused)
{
    REQUIRE_OK(pipe(fds));
    thread_start(&worker, writes_numbers, unused);
    reads_numbers();
    thread_join(&worker);
    return 0;
}

static void stop_and_go(void)
{
    pid_t child = start_child(works_on_a_pipe, NULL);
    int status;

    for (;;) {
        CHECK_OK(kill(child, SIGSTOP));
        REQUIRE(waitpid(child, &status, WUNTRACED) == child);
        if (!WIFSTOPPED(status))
            break;
        CHECK_OK(kill(child, SIGCONT));
        sched_yield();
    }
    CHECK_EXIT(status, 0);
}

static const struct test_case cases[] = {
    CASE(bytes_in_a_pipe), CASE(bytes_into_a_pipe),   CASE(registers),
    CASE(wake_ups),        CASE(memory_and_children), CASE(sleeps_are_as_long),
    CASE(none_is_lost),    CASE(stop_and_go),
};

STRESS_MAIN(cases)
