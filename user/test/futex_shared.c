/* SPDX-License-Identifier: MIT */
/*
 * Verifies futexes between processes: in shared memory a word is known by
 * its place in the file, wherever it is mapped; private memory is nobody
 * else's, even at the same address.
 */
#include <fcntl.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/threads.h"
#include "user/test/tmp.h"

#define WORDS (PAGE / sizeof(int))

/* What a child sleeps on, and how. */
struct wait {
    volatile int *word;
    int op;
};

static volatile int *state; /* shared: [0] arrived, [1] woken */

static int sleeps(void *arg)
{
    const struct wait *wait = arg;

    word_add(&state[0], 1);
    CHECK_EQ(futex_bits(wait->word, wait->op, 0, NULL, FUTEX_BITSET_MATCH_ANY),
             0);
    word_add(&state[1], 1);
    return 0;
}

static pid_t start_sleeper(volatile int *word, int op)
{
    struct wait wait = { word, op };
    int before;
    pid_t child;

    if (state == NULL)
        state = (volatile int *)map_shared(PAGE, RW);
    before = word_get(&state[0]);
    child = start_child(sleeps, &wait);
    while (word_get(&state[0]) == before)
        sched_yield();
    return child;
}

/* The wake-up finds the sleeper, as soon as it sleeps. */
static void wakes(const volatile int *word, int op, pid_t child)
{
    long deadline = now_ms() + 20000, n;

    do {
        REQUIRE(now_ms() < deadline);
        n = futex_bits(word, op, 1, NULL, FUTEX_BITSET_MATCH_ANY);
        sched_yield();
    } while (n == 0);
    CHECK_EQ(n, 1);
    CHECK_EXIT(wait_child(child), 0);
}

/* It never does. */
static void does_not_wake(const volatile int *word, int op)
{
    int woken = word_get(&state[1]), i;

    for (i = 0; i < 10; i++) {
        CHECK_EQ(futex(word, op, 9, NULL), 0);
        sleep_ms(1);
    }
    CHECK_EQ(word_get(&state[1]), woken);
}

static volatile int *map_file(int fd, size_t npages, off_t offset, int flags)
{
    void *p = mmap(NULL, npages * PAGE, RW, flags, fd, offset);

    REQUIRE_OK(p);
    return p;
}

static void shared_anonymous(void)
{
    volatile int *word = (volatile int *)map_shared(PAGE, RW);

    wakes(word, FUTEX_WAKE, start_sleeper(word, FUTEX_WAIT));
    wakes(word + 3, FUTEX_WAKE_BITSET,
          start_sleeper(word + 3, FUTEX_WAIT_BITSET));
}

/* Two mappings of a page at different addresses, one of them with another
 * start. */
static void file_at_different_addresses(void)
{
    int fd = tmp_pages(4, 0, 0);
    volatile int *a = map_file(fd, 4, 0, MAP_SHARED);
    volatile int *b = map_file(fd, 1, 2 * PAGE, MAP_SHARED);
    pid_t child;

    a[2 * WORDS + 5] = 0;
    child = start_sleeper(&a[2 * WORDS + 5], FUTEX_WAIT);
    does_not_wake(&a[5], FUTEX_WAKE);
    does_not_wake(&b[6], FUTEX_WAKE);
    wakes(&b[5], FUTEX_WAKE, child);
    b[5] = 0;
    wakes(&a[2 * WORDS + 5], FUTEX_WAKE, start_sleeper(&b[5], FUTEX_WAIT));
    close(fd);
}

/* Each process opens and maps the file by itself. */
static int maps_and_sleeps(void *name)
{
    int fd = open(name, O_RDWR);
    struct wait wait;

    REQUIRE_OK(fd);
    map_anon(5 * PAGE, RW); /* so that it comes to lie elsewhere */
    wait.word = map_file(fd, 1, 0, MAP_SHARED) + 9;
    wait.op = FUTEX_WAIT;
    close(fd);
    return sleeps(&wait);
}

static void file_of_two_processes(void)
{
    static char zeroes[PAGE];
    volatile int *word;
    pid_t child;
    int fd;

    tmp_enter();
    fd = tmp_file("words", zeroes, sizeof(zeroes));
    state = (volatile int *)map_shared(PAGE, RW);
    child = start_child(maps_and_sleeps, (void *)(uintptr_t) "words");
    word = map_file(fd, 1, 0, MAP_SHARED) + 9;
    close(fd);
    wakes(word, FUTEX_WAKE, child);
}

/* The same address in two processes, and each has a page of its own. */
static void private_memory(void)
{
    volatile int *word = (volatile int *)map_anon(PAGE, RW);
    pid_t child;

    word[0] = 0;
    child = start_sleeper(word, FUTEX_WAIT);
    does_not_wake(word, FUTEX_WAKE);
    CHECK_OK(kill(child, SIGKILL));
    CHECK_SIGNAL(wait_child(child), SIGKILL);
}

/* Said to be private, a word is this process's alone. */
static void said_to_be_private(void)
{
    volatile int *word = (volatile int *)map_shared(PAGE, RW);
    pid_t child = start_sleeper(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);

    does_not_wake(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG);
    does_not_wake(word, FUTEX_WAKE);
    CHECK_OK(kill(child, SIGKILL));
    CHECK_SIGNAL(wait_child(child), SIGKILL);
}

/* A private mapping that has been written to is no longer the file's. */
static void written_private_mapping(void)
{
    int fd = tmp_pages(1, 0, 0);
    volatile int *shared = map_file(fd, 1, 0, MAP_SHARED);
    volatile int *private = map_file(fd, 1, 0, MAP_PRIVATE);
    pid_t child;

    private[1] = 1;
    child = start_sleeper(shared, FUTEX_WAIT);
    does_not_wake(private, FUTEX_WAKE);
    wakes(shared, FUTEX_WAKE, child);
    close(fd);
}

/* Sleepers move from one shared word to another. */
static void requeued(void)
{
    volatile int *word = (volatile int *)map_shared(PAGE, RW);
    pid_t child = start_sleeper(word, FUTEX_WAIT);

    while (futex_move(word, FUTEX_REQUEUE, 0, 1, word + 8, 0) == 0)
        sched_yield();
    does_not_wake(word, FUTEX_WAKE);
    wakes(word + 8, FUTEX_WAKE, child);
}

/* The memory may go while somebody sleeps on it. */
static int unmaps_and_wakes(void *unused)
{
    static struct test_thread thread;
    static struct wait wait;

    (void)unused;
    wait.word = (volatile int *)map_shared(PAGE, RW);
    wait.op = FUTEX_WAIT;
    thread_start(&thread, sleeps, &wait);
    while (word_get(&state[0]) == 0)
        sched_yield();
    sleep_ms(2);
    REQUIRE_OK(munmap((void *)(uintptr_t)wait.word, PAGE));
    CHECK_EQ(futex(wait.word, FUTEX_WAKE, 1, NULL), -EFAULT);
    return 5; /* with the thread asleep */
}

static void memory_goes(void)
{
    state = (volatile int *)map_shared(PAGE, RW);
    CHECK_EXIT(run_child(unmaps_and_wakes, NULL), 5);
}

static const struct test_case cases[] = {
    CASE(shared_anonymous),
    CASE(file_at_different_addresses),
    CASE(file_of_two_processes),
    CASE(private_memory),
    CASE(said_to_be_private),
    CASE(written_private_mapping),
    CASE(requeued),
    CASE(memory_goes),
};

TEST_MAIN(cases)
