/* SPDX-License-Identifier: MIT */
/*
 * Verifies that a file which was sealed against writing changes no more, even
 * if another CPU wrote to it through a mapping until the last moment.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>

#include "user/test/probe.h"
#include "user/test/stress.h"
#include "user/test/threads.h"

#define ROUNDS 6
#define PAGES 8192UL /* that munmap has to take off after the file's */
#define LOOKS 20

static volatile unsigned long *page; /* the file's, mapped */
static volatile int written;

/* Until its page, and then the process, goes. */
static int counts_for_ever(void *unused)
{
    unsigned long n = 1;

    (void)unused;
    while (stress_store(page, n++))
        word_set(&written, 1);
    return 0;
}

/* The file's page, and memory above that takes time to go. */
static char *map_with_many(int fd)
{
    char *p = mmap(NULL, PAGES * PAGE, RW, ANON | MAP_POPULATE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    REQUIRE(mmap(p, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0) == p);
    return p;
}

struct place {
    int fd, baton[2];
};

static int writes_and_unmaps(void *arg)
{
    const struct place *place = arg;
    char *p = map_with_many(place->fd);
    struct test_thread thread;

    stress_catch_faults();
    page = (volatile unsigned long *)p;
    thread_start(&thread, counts_for_ever, NULL);
    while (word_get(&written) == 0)
        sched_yield();
    baton_pass(place->baton);
    REQUIRE_OK(munmap(p, PAGES * PAGE));
    return 0;
}

static unsigned long contents(int fd)
{
    unsigned long value = 0;

    CHECK_EQ(pread(fd, &value, sizeof(value), 0), sizeof(value));
    return value;
}

static void seal_and_look(int fd)
{
    unsigned long value;
    int i;

    while (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) != 0)
        continue;
    value = contents(fd);
    for (i = 0; i < LOOKS; i++) {
        sched_yield();
        CHECK_EQ(contents(fd), value);
    }
}

static void sealed_after_munmap(void)
{
    unsigned long n, rounds = stress_rounds(ROUNDS);
    struct place place;
    pid_t pid;

    for (n = 0; n < rounds; n++) {
        place.fd = memfd_create("sealed", MFD_ALLOW_SEALING);
        REQUIRE_OK(ftruncate(place.fd, PAGE));
        baton_make(place.baton);
        pid = start_child(writes_and_unmaps, &place);
        baton_wait(place.baton);
        seal_and_look(place.fd);
        CHECK_EXIT(wait_child(pid), 0);
        close(place.fd);
        close(place.baton[0]);
        close(place.baton[1]);
    }
}

static const struct test_case cases[] = {
    CASE(sealed_after_munmap),
};

STRESS_MAIN(cases)
