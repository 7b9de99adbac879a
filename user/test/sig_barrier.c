/* SPDX-License-Identifier: MIT */
/*
 * Verifies that a handler may repair what faulted, with mprotect or mmap, and
 * that the access then goes on: write barriers, paging by the program itself.
 */
#include <signal.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define NPAGES 16

static char *volatile area;
static volatile int faults;

static void catch_with(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    REQUIRE_OK(sigaction(SIGSEGV, &action, NULL));
    REQUIRE_OK(sigaction(SIGBUS, &action, NULL));
}

static char *page_of(const siginfo_t *info)
{
    return (char *)((uintptr_t)info->si_addr & ~(PAGE - 1));
}

static void unprotect(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    faults++;
    if (mprotect(page_of(info), PAGE, RW) != 0)
        _exit(3);
}

static void write_barrier(void)
{
    int round;

    area = map_island(NPAGES);
    mark_pages(area, NPAGES, 1);
    catch_with(unprotect);
    for (round = 0; round < 4; round++) {
        faults = 0;
        CHECK_OK(mprotect(area, NPAGES * PAGE, PROT_READ));
        mark_pages(area, NPAGES, 10u * (unsigned)round);
        CHECK_EQ(faults, NPAGES);
        mark_pages(area, NPAGES, 10u * (unsigned)round + 1);
        CHECK_EQ(faults, NPAGES);
        CHECK_EQ(marked_pages(area, NPAGES, 10u * (unsigned)round + 1), NPAGES);
    }
}

static void read_barrier(void)
{
    area = map_island(NPAGES);
    mark_pages(area, NPAGES, 1);
    catch_with(unprotect);
    CHECK_OK(mprotect(area, NPAGES * PAGE, PROT_NONE));
    CHECK_EQ(marked_pages(area, NPAGES, 1), NPAGES);
    CHECK_EQ(faults, NPAGES);
}

static void fill_in(int signo, siginfo_t *info, void *context)
{
    char *page = page_of(info);

    (void)signo;
    (void)context;
    faults++;
    if (mmap(page, PAGE, RW, ANON | MAP_FIXED, -1, 0) != page)
        _exit(3);
    *page = (char)((page - area) / (long)PAGE + 1);
}

static void paging_by_the_program(void)
{
    area = free_range(NPAGES * PAGE);
    catch_with(fill_in);
    CHECK_EQ(marked_pages(area, NPAGES, 1), NPAGES);
    CHECK_EQ(faults, NPAGES);
    CHECK_OK(munmap(area, NPAGES * PAGE));
    CHECK_EQ(marked_pages(area, NPAGES, 1), NPAGES);
    CHECK_EQ(faults, 2 * NPAGES);
}

static int writes_behind_barrier(void *unused)
{
    (void)unused;
    faults = 0;
    mark_pages(area, NPAGES, 50);
    CHECK_EQ(faults, NPAGES);
    return 0;
}

/* Barrier and copy-on-write on the same pages. */
static void after_fork(void)
{
    area = map_island(NPAGES);
    mark_pages(area, NPAGES, 1);
    catch_with(unprotect);
    CHECK_OK(mprotect(area, NPAGES * PAGE, PROT_READ));
    CHECK_CHILD(writes_behind_barrier, NULL);
    CHECK_EQ(marked_pages(area, NPAGES, 1), NPAGES);
    CHECK_EQ(faults, 0);
    mark_pages(area, NPAGES, 70);
    CHECK_EQ(faults, NPAGES);
}

static void unprotect_code(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    faults++;
    if (mprotect(page_of(info), PAGE, RX) != 0)
        _exit(3);
}

static void code_made_executable(void)
{
    /* mov $42, %eax; ret */
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

    area = map_island(1);
    memcpy(area, code, sizeof(code));
    catch_with(unprotect_code);
    CHECK_EQ(((int (*)(void))(uintptr_t)area)(), 42);
    CHECK_EQ(faults, 1);
}

static const struct test_case cases[] = {
    CASE(write_barrier),         CASE(read_barrier),
    CASE(paging_by_the_program), CASE(after_fork),
    CASE(code_made_executable),
};

TEST_MAIN(cases)
