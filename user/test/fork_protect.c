/* SPDX-License-Identifier: MIT */
/*
 * Verifies that fork and mprotect together never let a write through to the
 * other process, and that protections are inherited and then independent.
 */
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static char *area;
static int baton[2];

static void marked_area(void)
{
    area = map_island(4);
    mark_pages(area, 4, 1);
}

static int sees_protections(void *unused)
{
    (void)unused;
    CHECK_AREAS(area, 4, "---p:1 r--p:1 rw-p:2");
    CHECK_EQ(probe_read(area), SIGSEGV);
    CHECK_EQ(probe_write(area + PAGE), SIGSEGV);
    CHECK_EQ(probe_write(area + 2 * PAGE), 0);
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    CHECK_EQ(marked_pages(area, 4, 1), 4);
    mark_pages(area, 4, 50);
    return 0;
}

static void inherited(void)
{
    marked_area();
    REQUIRE_OK(mprotect(area, PAGE, PROT_NONE));
    REQUIRE_OK(mprotect(area + PAGE, PAGE, PROT_READ));
    CHECK_CHILD(sees_protections, NULL);
    CHECK_AREAS(area, 4, "---p:1 r--p:1 rw-p:2");
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    CHECK_EQ(marked_pages(area, 4, 1), 4);
}

static int forbids_all(void *unused)
{
    (void)unused;
    CHECK_OK(mprotect(area, 4 * PAGE, PROT_NONE));
    CHECK_EQ(probe_read(area), SIGSEGV);
    return 0;
}

static void childs_change_stays_with_it(void)
{
    marked_area();
    CHECK_CHILD(forbids_all, NULL);
    CHECK_AREAS(area, 4, "rw-p:4");
    CHECK_EQ(marked_pages(area, 4, 1), 4);
    mark_pages(area, 4, 9);
}

static int sees_marks_later(void *unused)
{
    (void)unused;
    baton_wait(baton);
    CHECK_EQ(marked_pages(area, 4, 1), 4);
    return 0;
}

/* Making a shared page writable again must not make it writable for real. */
static void down_and_up_while_shared(void)
{
    pid_t pid;

    marked_area();
    baton_make(baton);
    pid = start_child(sees_marks_later, NULL);
    CHECK_OK(mprotect(area, 4 * PAGE, PROT_READ));
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    mark_pages(area, 4, 80);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(marked_pages(area, 4, 80), 4);
}

static void through_none_while_shared(void)
{
    pid_t pid;

    marked_area();
    baton_make(baton);
    pid = start_child(sees_marks_later, NULL);
    CHECK_OK(mprotect(area, 4 * PAGE, PROT_NONE));
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    mark_pages(area, 4, 80);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
}

static int writes_after_raising(void *unused)
{
    (void)unused;
    CHECK_EQ(probe_write(area), SIGSEGV);
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    mark_pages(area, 4, 80);
    CHECK_EQ(marked_pages(area, 4, 80), 4);
    return 0;
}

static void forked_while_read_only(void)
{
    marked_area();
    CHECK_OK(mprotect(area, 4 * PAGE, PROT_READ));
    CHECK_CHILD(writes_after_raising, NULL);
    CHECK_EQ(marked_pages(area, 4, 1), 4);
    CHECK_EQ(probe_write(area), SIGSEGV);
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    mark_pages(area, 4, 20);
    CHECK_EQ(marked_pages(area, 4, 20), 4);
}

static void forked_while_none(void)
{
    marked_area();
    CHECK_OK(mprotect(area, 4 * PAGE, PROT_NONE));
    CHECK_CHILD(writes_after_raising, NULL);
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    CHECK_EQ(marked_pages(area, 4, 1), 4);
}

/* The copy made by a write keeps to a later change of protection. */
static int copies_then_lowers(void *unused)
{
    (void)unused;
    mark_pages(area, 2, 60);
    CHECK_OK(mprotect(area, 4 * PAGE, PROT_READ));
    CHECK_EQ(probe_write(area), SIGSEGV);
    CHECK_EQ(probe_write(area + 3 * PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(area, 2, 60), 2);
    CHECK_EQ(marked_pages(area + 2 * PAGE, 2, 3), 2);
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    mark_pages(area, 4, 70);
    return 0;
}

static void copied_then_lowered(void)
{
    marked_area();
    CHECK_CHILD(copies_then_lowers, NULL);
    CHECK_EQ(marked_pages(area, 4, 1), 4);
}

/* The zero page must not become writable by way of mprotect. */
static int raises_zero_page(void *unused)
{
    (void)unused;
    CHECK_OK(mprotect(area, 4 * PAGE, RW));
    memset(area, 0xff, 4 * PAGE);
    return 0;
}

static void zero_page_raised_in_the_child(void)
{
    char *fresh;

    area = map_anon(4 * PAGE, PROT_READ);
    CHECK(all_bytes(area, 4 * PAGE, 0));
    CHECK_CHILD(raises_zero_page, NULL);
    CHECK(all_bytes(area, 4 * PAGE, 0));
    fresh = map_anon(4 * PAGE, RW);
    CHECK(all_bytes(fresh, 4 * PAGE, 0));
}

static const struct test_case cases[] = {
    CASE(inherited),
    CASE(childs_change_stays_with_it),
    CASE(down_and_up_while_shared),
    CASE(through_none_while_shared),
    CASE(forked_while_read_only),
    CASE(forked_while_none),
    CASE(copied_then_lowered),
    CASE(zero_page_raised_in_the_child),
};

TEST_MAIN(cases)
