/* SPDX-License-Identifier: MIT */
/*
 * Verifies that mprotect decides what may be executed: write code, make it
 * executable, run it, and the other way round.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static void put_code(char *at, unsigned char result)
{
    /* mov $result, %eax; ret */
    const unsigned char code[] = { 0xb8, result, 0, 0, 0, 0xc3 };

    memcpy(at, code, sizeof(code));
}

static int run(char *at)
{
    return ((int (*)(void))(uintptr_t)at)();
}

static void written_then_run(void)
{
    char *p = map_island(1);

    put_code(p, 42);
    CHECK_EQ(probe_exec(p), SIGSEGV);
    CHECK_OK(mprotect(p, PAGE, RX));
    CHECK_EQ(run(p), 42);
    CHECK_EQ(probe_write(p), SIGSEGV);
}

static void rewritten(void)
{
    char *p = map_island(1);
    unsigned char i;

    for (i = 1; i <= 20; i++) {
        CHECK_OK(mprotect(p, PAGE, RW));
        put_code(p, i);
        CHECK_OK(mprotect(p, PAGE, RX));
        CHECK_EQ(run(p), i);
    }
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_EQ(probe_exec(p), SIGSEGV);
    CHECK_EQ(peek(p + 1), 20);
}

static void all_at_once(void)
{
    char *p = map_island(1);

    CHECK_OK(mprotect(p, PAGE, RWX));
    put_code(p, 1);
    CHECK_EQ(run(p), 1);
    put_code(p, 2);
    CHECK_EQ(run(p), 2);
    CHECK_AREAS(p, 1, "rwxp:1");
}

static void only_the_middle(void)
{
    char *p = map_island(3);
    size_t i;

    for (i = 0; i < 3; i++)
        put_code(p + i * PAGE, (unsigned char)i);
    CHECK_OK(mprotect(p + PAGE, PAGE, RX));
    CHECK_EQ(run(p + PAGE), 1);
    CHECK_EQ(probe_exec(p), SIGSEGV);
    CHECK_EQ(probe_exec(p + 2 * PAGE), SIGSEGV);
    CHECK_AREAS(p, 3, "rw-p:1 r-xp:1 rw-p:1");
}

/* Code that crosses into a page that may not be run stops there. */
static void across_the_edge(void)
{
    char *p = map_island(2);

    put_code(p + PAGE - 3, 42);
    CHECK_OK(mprotect(p, PAGE, RX));
    CHECK_EQ(probe_exec(p + PAGE - 3), SIGSEGV);
    CHECK_OK(mprotect(p, 2 * PAGE, RX));
    CHECK_EQ(run(p + PAGE - 3), 42);
}

static int run_in_child(void *at)
{
    return run(at);
}

static int rewrite_in_child(void *at)
{
    CHECK_OK(mprotect(at, PAGE, RW));
    put_code(at, 7);
    CHECK_OK(mprotect(at, PAGE, RX));
    return run(at);
}

static void after_fork(void)
{
    char *p = map_island(1);

    put_code(p, 42);
    CHECK_OK(mprotect(p, PAGE, RX));
    CHECK_EXIT(run_child(run_in_child, p), 42);
    CHECK_EXIT(run_child(rewrite_in_child, p), 7);
    CHECK_EQ(run(p), 42);
}

static void shared_code(void)
{
    char *p = map_shared(PAGE, RW);

    put_code(p, 5);
    CHECK_OK(mprotect(p, PAGE, RX));
    CHECK_EQ(run(p), 5);
    CHECK_EXIT(run_child(rewrite_in_child, p), 7);
    CHECK_EQ(run(p), 7);
}

static void program_text_made_writable(void)
{
    uintptr_t at = (uintptr_t)&program_text_made_writable;
    char *page = (char *)(at & ~(PAGE - 1));
    struct map_line area;

    CHECK_OK(mprotect(page, PAGE, RWX));
    REQUIRE(maps_find(page, &area));
    CHECK_STR(area.perms, "rwxp");
    CHECK_EQ(probe_write((void *)at), 0);
    CHECK_OK(mprotect(page, PAGE, RX));
    CHECK_EQ(probe_write((void *)at), SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(written_then_run), CASE(rewritten),
    CASE(all_at_once),      CASE(only_the_middle),
    CASE(across_the_edge),  CASE(after_fork),
    CASE(shared_code),      CASE(program_text_made_writable),
};

TEST_MAIN(cases)
