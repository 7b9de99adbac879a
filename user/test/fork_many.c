/* SPDX-License-Identifier: MIT */
/*
 * Verifies fork in numbers: a thousand one after another, many at once, and
 * random writes by many processes over the same pages against a model.
 */
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define NPAGES 32

static char *area;
static int baton[2];

static int code(void *value)
{
    return (int)(uintptr_t)value;
}

static void thousand_in_sequence(void)
{
    int i;

    for (i = 0; i < 1000; i++) {
        int status = run_child(code, (void *)(uintptr_t)(i % 90));

        if (!CHECK_EXIT(status, i % 90))
            break;
    }
}

static int waits(void *value)
{
    baton_wait(baton);
    return (int)(uintptr_t)value;
}

static void hundred_at_once(void)
{
    static pid_t pids[100];
    size_t i, k;

    baton_make(baton);
    for (i = 0; i < COUNT(pids); i++) {
        pids[i] = start_child(waits, (void *)(i % 90));
        for (k = 0; k < i; k++)
            REQUIRE(pids[k] != pids[i]);
    }
    for (i = 0; i < COUNT(pids); i++)
        baton_pass(baton);
    for (i = COUNT(pids); i-- > 0;)
        CHECK_EXIT(wait_child(pids[i]), (int)(i % 90));
}

static int descends(void *depth)
{
    uintptr_t left = (uintptr_t)depth;

    if (left > 0)
        CHECK_CHILD(descends, (void *)(left - 1));
    return 0;
}

static void thirty_deep(void)
{
    CHECK_CHILD(descends, (void *)30);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Writes at random, and keeps a model of what the area must hold. */
static void scribble(uint32_t *seed, unsigned char *model)
{
    int i;

    for (i = 0; i < 60; i++) {
        size_t page = next_random(seed) % NPAGES;
        unsigned char value = (unsigned char)next_random(seed);

        CHECK_EQ(peek(area + page * PAGE), model[page]);
        poke(area + page * PAGE, value);
        model[page] = value;
    }
}

static int agrees(const unsigned char *model)
{
    size_t page;

    for (page = 0; page < NPAGES; page++)
        if (peek(area + page * PAGE) != model[page])
            return 0;
    return 1;
}

struct scribbler {
    uint32_t seed;
    unsigned depth;
    unsigned char model[NPAGES];
};

static int scribbles(void *arg)
{
    struct scribbler self = *(struct scribbler *)arg;
    pid_t pids[2];
    size_t i;

    for (i = 0; self.depth > 0 && i < COUNT(pids); i++) {
        struct scribbler child = self;

        child.depth--;
        child.seed = next_random(&self.seed);
        pids[i] = start_child(scribbles, &child);
        scribble(&self.seed, self.model);
    }
    scribble(&self.seed, self.model);
    for (i = 0; self.depth > 0 && i < COUNT(pids); i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
    CHECK(agrees(self.model));
    return 0;
}

static void random_writes_in_a_tree(void)
{
    static struct scribbler root = { 12345, 4, { 0 } };

    area = map_island(NPAGES);
    CHECK_CHILD(scribbles, &root);
    CHECK(all_bytes(area, NPAGES * PAGE, 0));
}

/* RLIMIT_NPROC counts a user's processes. Linux excepts the superuser, so
 * the case becomes someone else where a kernel has users. */
static void limit_of_processes(void)
{
    pid_t pids[40];
    size_t n = 0, i;

    baton_make(baton);
    syscall(SYS_setresuid, 54321, 54321, 54321);
    set_limit(RLIMIT_NPROC, 12);
    while (n < COUNT(pids) && (pids[n] = fork()) > 0)
        n++;
    if (n < COUNT(pids) && pids[n] == 0) {
        baton_wait(baton);
        _exit(0);
    }
    CHECK_EQ(errno, EAGAIN);
    CHECK(n < 12);
    for (i = 0; i < n; i++)
        baton_pass(baton);
    for (i = 0; i < n; i++)
        CHECK_EXIT(wait_child(pids[i]), 0);
    if (n > 0)
        CHECK_CHILD(code, NULL);
}

static const struct test_case cases[] = {
    CASE(thousand_in_sequence),    CASE(hundred_at_once),    CASE(thirty_deep),
    CASE(random_writes_in_a_tree), CASE(limit_of_processes),
};

TEST_MAIN(cases)
