/* SPDX-License-Identifier: MIT */
/*
 * Costs of memory calls on small areas, of signals, and of many areas.
 */
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bin/bench/bench.h"
#include "user/lib/syscall.h"

#define CALLS 500L
#define TOGGLE_PAGES 256UL
#define AREAS 60000UL

/* ---- each returns the cost of one operation ---- */

/* getppid: the way into the kernel and back, and hardly anything there. */
static long null_syscall(void)
{
    long i, result, start = now();

    for (i = 0; i < CALLS; i++)
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "0"((long)SYS_getppid)
                         : "rcx", "r11", "memory");
    return (now() - start) / CALLS;
}

/* One page more, touched, and less. */
static long brk_page(void)
{
    long i, start = now();

    for (i = 0; i < CALLS; i++) {
        char *end = sbrk(PAGE);

        if (end == (void *)-1)
            err(1, "sbrk");
        *(volatile char *)(end + PAGE - 1) = 1;
        sbrk(-(long)PAGE);
    }
    return (now() - start) / CALLS;
}

static long map_and_unmap(int touched)
{
    long i, start = now();

    for (i = 0; i < CALLS; i++) {
        char *mem = map(PAGE);

        if (touched)
            touch(mem, 1);
        munmap(mem, PAGE);
    }
    return (now() - start) / CALLS;
}

static long map_untouched(void)
{
    return map_and_unmap(0);
}

static long map_touched(void)
{
    return map_and_unmap(1);
}

static long mprotect_toggle(void)
{
    char *mem = map(TOGGLE_PAGES * PAGE), *at = mem + TOGGLE_PAGES / 2 * PAGE;
    long i, start;

    touch(mem, TOGGLE_PAGES);
    start = now();
    for (i = 0; i < CALLS; i++)
        if (mprotect(at, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ) != 0)
            err(1, "mprotect");
    start = now() - start;
    munmap(mem, TOGGLE_PAGES * PAGE);
    return start / CALLS;
}

static long mremap_in_place(void)
{
    char *mem = map(4 * PAGE);
    long i, start;

    touch(mem, 1);
    munmap(mem + PAGE, 3 * PAGE);
    start = now();
    for (i = 0; i < CALLS; i++)
        if (mremap(mem, PAGE, 2 * PAGE, 0) != mem ||
            mremap(mem, 2 * PAGE, PAGE, 0) != mem)
            err(1, "mremap");
    start = now() - start;
    munmap(mem, PAGE);
    return start / CALLS;
}

static long dontneed(void)
{
    char *mem = map(PAGE);
    long i, start;

    touch(mem, 1);
    start = now();
    for (i = 0; i < CALLS; i++) {
        if (madvise(mem, PAGE, MADV_DONTNEED) != 0)
            err(1, "madvise");
        touch(mem, 1);
    }
    start = now() - start;
    munmap(mem, PAGE);
    return start / CALLS;
}

static void ignore(int signo)
{
    (void)signo;
}

static long signal_round_trip(void)
{
    long i, start;

    signal(SIGUSR1, ignore);
    start = now();
    for (i = 0; i < CALLS; i++)
        raise(SIGUSR1);
    return (now() - start) / CALLS;
}

static char *barrier;

static void lift(int signo)
{
    (void)signo;
    ASK(mprotect, barrier, PAGE, PROT_READ | PROT_WRITE);
}

/* A write barrier: the fault, the handler, mprotect, and again. */
static long signal_barrier(void)
{
    long i, start;

    barrier = map(PAGE);
    touch(barrier, 1);
    signal(SIGSEGV, lift);
    start = now();
    for (i = 0; i < CALLS; i++) {
        mprotect(barrier, PAGE, PROT_READ);
        touch(barrier, 1);
    }
    start = now() - start;
    signal(SIGSEGV, SIG_DFL);
    munmap(barrier, PAGE);
    return start / CALLS;
}

/* Areas that cannot merge: every second page of a range. */
static char *many;

static long areas_create(void)
{
    size_t i;
    long start;

    many = map(2 * AREAS * PAGE);
    munmap(many, 2 * AREAS * PAGE);
    start = now();
    for (i = 0; i < AREAS; i++)
        if (mmap(many + 2 * i * PAGE, PAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
            err(1, "mmap");
    start = now() - start;
    return start / (long)AREAS;
}

static long areas_fault(void)
{
    const size_t step = 7919; /* a prime: another area each time */
    size_t i, n = AREAS / 8;
    long start;

    areas_create();
    start = now();
    for (i = 0; i < n; i++)
        (void)*(volatile char *)(many + 2 * (i * step % AREAS) * PAGE);
    start = now() - start;
    munmap(many, 2 * AREAS * PAGE);
    return start / (long)n;
}

static long areas_unmap(void)
{
    const size_t step = 7919;
    size_t i, n = AREAS / 8;
    long start;

    areas_create();
    start = now();
    for (i = 0; i < n; i++)
        munmap(many + 2 * (i * step % AREAS) * PAGE, PAGE);
    start = now() - start;
    munmap(many, 2 * AREAS * PAGE);
    return start / (long)n;
}

static long areas_only_create(void)
{
    long cost = areas_create();

    munmap(many, 2 * AREAS * PAGE);
    return cost;
}

const struct operation call_operations[] = {
    { "null_syscall", null_syscall, 325, 80, "getppid" },
    { "brk_page", brk_page, 18677, 2000, "grow, touch, shrink one page" },
    { "map_untouched", map_untouched, 11709, 800, "mmap, munmap of one page" },
    { "map_touched", map_touched, 22524, 2200, "the same, touched" },
    { "mprotect_toggle", mprotect_toggle, 10190, 1600, "one page amid 256" },
    { "mremap_in_place", mremap_in_place, 16754, 1000, "grow and shrink" },
    { "dontneed", dontneed, 6487, 1300, "and a touch, one page" },
    { "signal_round_trip", signal_round_trip, 4281, 1100, "raise, handler" },
    { "signal_barrier", signal_barrier, 8898, 3000, "SIGSEGV and mprotect" },
    { "areas_create", areas_only_create, 11528, 1200, "60,000 areas, each" },
    { "areas_fault", areas_fault, 1643, 600, "a read in one of them" },
    { "areas_unmap", areas_unmap, 18575, 1500, "munmap of one of them" },
    { NULL, NULL, 0, 0, NULL },
};
