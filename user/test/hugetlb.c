/* SPDX-License-Identifier: MIT */
/*
 * Verifies MAP_HUGETLB: memory of 2 MiB pages from a pool, reserved by mmap,
 * shared and copied by fork as small pages are, and never taken apart.
 *
 * The pool must have POOL pages free. Where it has not, and may not be filled
 * through /proc/sys/vm/nr_hugepages, only what needs no pool is looked at.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "user/test/brk.h"
#include "user/test/fault.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/settings.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define LARGE (2 * MIB)
#define LARGE_PAGES (LARGE / PAGE)
#define POOL 8
#define HUGE (MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB)
#define HUGE_SHARED (MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB)

static long spare(void)
{
    return meminfo("HugePages_Free") - meminfo("HugePages_Rsvd");
}

/* Whether there is a pool to test with. */
static int has_pool(void)
{
    if (spare() < POOL)
        setting_write("vm/nr_hugepages", "16");
    return spare() >= POOL;
}

static char *map_pages(size_t n, int flags)
{
    char *p = mmap(NULL, n * LARGE, RW, flags, -1, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

static void bad_arguments(void)
{
    CHECK_ERRNO(mmap(NULL, 0, RW, HUGE, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(NULL, LARGE, RW, HUGE | 13 << 26, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(NULL, LARGE, RW, MAP_ANONYMOUS | MAP_HUGETLB, -1, 0),
                EINVAL);
    CHECK_ERRNO(mmap(NULL, LARGE, RW, MAP_PRIVATE | MAP_HUGETLB, -1, 0), EBADF);
}

static void file_of_another_kind(void)
{
    int fd = open(test_self(), O_RDONLY);

    REQUIRE(fd >= 0);
    CHECK_ERRNO(mmap(NULL, LARGE, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0),
                EINVAL);
}

static void more_than_the_pool_has(void)
{
    CHECK_ERRNO(mmap(NULL, 1 << 30, RW, HUGE, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap(NULL, 1 << 30, RW, HUGE_SHARED, -1, 0), ENOMEM);
}

static void zeroed_and_aligned(void)
{
    char *p;
    size_t i;

    if (!has_pool())
        return;
    for (i = 0; i < 2; i++) {
        p = map_pages(2, HUGE);
        CHECK_EQ((uintptr_t)p % LARGE, 0);
        CHECK(all_bytes(p, 2 * LARGE, 0));
        memset(p, 0x55, 2 * LARGE);
        CHECK(all_bytes(p, 2 * LARGE, 0x55));
        CHECK_OK(munmap(p, 2 * LARGE));
    }
}

/* The length is rounded up to whole pages. */
static void length(void)
{
    char *p;

    if (!has_pool())
        return;
    p = mmap(NULL, PAGE, RW, HUGE, -1, 0);
    REQUIRE(p != MAP_FAILED);
    p[LARGE - 1] = 1;
    CHECK_EQ(probe_read(p + LARGE - 1), 0);
    CHECK_ERRNO(munmap(p, PAGE), EINVAL);
    CHECK_OK(munmap(p, LARGE));
    CHECK_EQ(probe_read(p), SIGSEGV);
}

static void place(void)
{
    char *p, *q;

    if (!has_pool())
        return;
    p = map_pages(3, HUGE);
    CHECK_OK(munmap(p, 3 * LARGE));
    CHECK_ERRNO(mmap(p + PAGE, LARGE, RW, HUGE | MAP_FIXED, -1, 0), EINVAL);
    q = mmap(p + PAGE, LARGE, RW, HUGE, -1, 0); /* a hint is rounded up */
    CHECK(q == p + LARGE);
    q = mmap(p, LARGE, RW, HUGE | MAP_FIXED, -1, 0);
    CHECK(q == p);
    CHECK_ERRNO(mmap(p, LARGE, RW, HUGE | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
}

/* Where small pages were there are no tables for such any more. */
static void in_place_of_small_pages(void)
{
    char *p, *q;

    if (!has_pool())
        return;
    p = map_pages(1, HUGE);
    CHECK_OK(munmap(p, LARGE));
    q = mmap(p, LARGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    REQUIRE(q == p);
    poke(q + PAGE, 1);
    q = mmap(p, LARGE, RW, HUGE | MAP_FIXED, -1, 0);
    REQUIRE(q == p);
    CHECK(all_bytes(p, LARGE, 0));
    mark_pages(p, LARGE_PAGES, 1);
    CHECK_EQ(marked_pages(p, LARGE_PAGES, 1), LARGE_PAGES);
    CHECK_OK(munmap(p, LARGE));
}

static void never_split(void)
{
    char *p;

    if (!has_pool())
        return;
    p = map_pages(3, HUGE);
    mark_pages(p, 3 * LARGE_PAGES, 1);
    CHECK_ERRNO(munmap(p + PAGE, LARGE), EINVAL);
    CHECK_ERRNO(mprotect(p, PAGE, PROT_READ), EINVAL);
    CHECK_ERRNO(mprotect(p + PAGE, PAGE, PROT_READ), EINVAL);
    CHECK_EQ(marked_pages(p, 3 * LARGE_PAGES, 1), 3 * LARGE_PAGES);
    CHECK_OK(munmap(p + LARGE, LARGE));
    CHECK_EQ(probe_read(p + LARGE), SIGSEGV);
    CHECK_EQ(marked_pages(p, LARGE_PAGES, 1), LARGE_PAGES);
    CHECK_EQ(marked_pages(p + 2 * LARGE, LARGE_PAGES, 1), LARGE_PAGES);
}

static void protection(void)
{
    char *p;

    if (!has_pool())
        return;
    p = map_pages(2, HUGE);
    mark_pages(p, 2 * LARGE_PAGES, 1);
    CHECK_OK(mprotect(p, LARGE, PROT_READ));
    CHECK_EQ(probe_write(p + 7 * PAGE), SIGSEGV);
    CHECK_EQ(probe_write(p + LARGE), 0);
    CHECK_OK(mprotect(p, LARGE, PROT_NONE));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_OK(mprotect(p, 2 * LARGE, RW));
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
    mark_pages(p, 2 * LARGE_PAGES, 2);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 2), 2 * LARGE_PAGES);
}

/* Reserved by mmap, taken by the first touch, given back by munmap. */
static void reservation(void)
{
    long free_before, reserved_before;
    char *p;

    if (!has_pool())
        return;
    free_before = meminfo("HugePages_Free");
    reserved_before = meminfo("HugePages_Rsvd");
    p = map_pages(4, HUGE);
    CHECK_EQ(meminfo("HugePages_Free"), free_before);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before + 4);
    p[0] = 1;
    CHECK_EQ(meminfo("HugePages_Free"), free_before - 1);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before + 3);
    CHECK_OK(munmap(p, 2 * LARGE));
    CHECK_EQ(meminfo("HugePages_Free"), free_before);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before + 2);
    CHECK_OK(munmap(p + 2 * LARGE, 2 * LARGE));
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before);
}

static void reservation_of_shared_memory(void)
{
    long free_before, reserved_before;
    char *p;

    if (!has_pool())
        return;
    free_before = meminfo("HugePages_Free");
    reserved_before = meminfo("HugePages_Rsvd");
    p = map_pages(3, HUGE_SHARED);
    p[LARGE] = 1;
    CHECK_EQ(meminfo("HugePages_Free"), free_before - 1);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before + 2);
    CHECK_OK(munmap(p, 2 * LARGE)); /* the rest keeps it all */
    CHECK_EQ(meminfo("HugePages_Free"), free_before - 1);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before + 2);
    CHECK_OK(munmap(p + 2 * LARGE, LARGE));
    CHECK_EQ(meminfo("HugePages_Free"), free_before);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved_before);
}

static void check_spare(long available, long reserved)
{
    CHECK_EQ(meminfo("HugePages_Free"), available);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved);
}

/* Dropped pages are reserved again, and are not taken for the others. */
static void reservation_of_dropped_pages(void)
{
    long n;
    char *p;

    if (!has_pool())
        return;
    n = meminfo("HugePages_Free");
    p = map_pages(4, HUGE);
    poke(p, 1);
    poke(p + LARGE, 1);
    check_spare(n - 2, 2);
    CHECK_OK(madvise(p, 2 * LARGE, MADV_DONTNEED));
    check_spare(n, 4);
    poke(p, 2);
    check_spare(n - 1, 3);
    CHECK_OK(munmap(p, 2 * LARGE));
    check_spare(n, 2);
    poke(p + 2 * LARGE, 1);
    CHECK_OK(munmap(p + 2 * LARGE, 2 * LARGE));
    check_spare(n, 0);
}

/* A copy is no part of it: what was not touched yet keeps its own. */
static void reservation_and_copies(void)
{
    int baton[2];
    pid_t pid;
    long n;
    char *p;

    if (!has_pool())
        return;
    n = meminfo("HugePages_Free");
    p = map_pages(2, HUGE);
    poke(p, 1);
    baton_make(baton);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        baton_wait(baton);
        _exit(0);
    }
    poke(p, 2);
    check_spare(n - 2, 1);
    poke(p + LARGE, 1);
    check_spare(n - 3, 0);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    check_spare(n - 2, 0);
    CHECK_OK(munmap(p, 2 * LARGE));
    check_spare(n, 0);
}

static volatile int may_touch;

static int touches(void *page)
{
    while (!word_get(&may_touch))
        continue;
    poke(page, 1);
    return 0;
}

/* Threads that touch one page at once take one page. */
static void reservation_of_a_contended_page(void)
{
    struct test_thread thread;
    char *p;
    long n;
    int i;

    if (!has_pool())
        return;
    n = meminfo("HugePages_Free");
    for (i = 0; i < 20; i++) {
        p = map_pages(3, HUGE);
        word_set(&may_touch, 0);
        thread_start(&thread, touches, p + 7);
        word_set(&may_touch, 1);
        poke(p, 1);
        thread_join(&thread);
        check_spare(n - 1, 2);
        CHECK_OK(munmap(p, 3 * LARGE));
    }
}

/* Without a reservation it is the touch that fails. */
static void without_reservation(void)
{
    char *p;
    long i, n;

    if (!has_pool())
        return;
    n = spare();
    p = map_pages((size_t)n + 1, HUGE | MAP_NORESERVE);
    for (i = 0; i < n; i++)
        CHECK_NO_FAULT(p[i * (long)LARGE] = 1);
    CHECK_FAULT(p[n * (long)LARGE + 5] = 1, SIGBUS, BUS_ADRERR,
                p + n * (long)LARGE + 5);
}

static void move_to_a_bad_place(void)
{
    char *p, *last = (char *)((1UL << 47) - LARGE); /* but a page of it */
    const int to = MREMAP_MAYMOVE | MREMAP_FIXED;

    if (!has_pool())
        return;
    p = map_pages(1, HUGE);
    poke(p, 1);
    CHECK_ERRNO(mremap(p, LARGE, LARGE, to, p + LARGE + PAGE), EINVAL);
    CHECK_ERRNO(mremap(p, PAGE, PAGE, to, last), EINVAL);
    CHECK_EQ(peek(p), 1);
}

static void fork_copies(void)
{
    char *p;
    int status;
    pid_t pid;

    if (!has_pool())
        return;
    p = map_pages(2, HUGE);
    mark_pages(p, 2 * LARGE_PAGES, 1);
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
        mark_pages(p, LARGE_PAGES, 5);
        CHECK_EQ(marked_pages(p, LARGE_PAGES, 5), LARGE_PAGES);
        _exit(test_result());
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 1), 2 * LARGE_PAGES);
    mark_pages(p, 2 * LARGE_PAGES, 6);
    CHECK_EQ(marked_pages(p, 2 * LARGE_PAGES, 6), 2 * LARGE_PAGES);
}

static void fork_shares(void)
{
    char *p;
    int status;
    pid_t pid;

    if (!has_pool())
        return;
    p = map_pages(2, HUGE_SHARED);
    p[0] = 1;
    pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        p[1] = 2;
        p[LARGE + 77] = p[0]; /* a page that nobody had touched */
        _exit(0);
    }
    REQUIRE(waitpid(pid, &status, 0) == pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(p[1], 2);
    CHECK_EQ(p[LARGE + 77], 1);
}

static void in_maps(void)
{
    struct map_line line;
    char *p;

    if (!has_pool())
        return;
    p = map_pages(2, HUGE);
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, "/anon_hugepage (deleted)");
    CHECK_STR(line.perms, "rw-p");
    CHECK_EQ(line.end - line.start, 2 * LARGE);
    p = mmap(p, LARGE, PROT_READ, HUGE_SHARED | MAP_FIXED, -1, 0);
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.perms, "r--s");
    CHECK_EQ(line.offset, 0);
    REQUIRE(maps_find(p + LARGE, &line));
    CHECK_EQ(line.offset, LARGE);
}

/* Areas alike and side by side stay two. */
static void never_merged(void)
{
    char *p;

    if (!has_pool())
        return;
    p = map_pages(2, HUGE);
    CHECK_OK(mprotect(p, LARGE, PROT_READ));
    CHECK_EQ(maps_count(p, 2 * LARGE), 2);
    CHECK_OK(mprotect(p, LARGE, RW));
    CHECK_EQ(maps_count(p, 2 * LARGE), 2);
}

static void copies_by_the_kernel(void)
{
    char *p;
    int fds[2];

    if (!has_pool())
        return;
    p = map_pages(2, HUGE);
    CHECK_OK(pipe(fds));
    CHECK_EQ(write(fds[1], "0123456789", 10), 10);
    CHECK_EQ(read(fds[0], p + LARGE - 5, 10), 10);
    CHECK_EQ(memcmp(p + LARGE - 5, "0123456789", 10), 0);
    CHECK_EQ(write(fds[1], p + LARGE - 2, 4), 4);
}

static volatile int word_seen;

static int waits(void *word)
{
    futex(word, FUTEX_WAIT, 0, NULL);
    word_set(&word_seen, 1);
    return 0;
}

/* A futex in shared memory is the same at both of its addresses. */
static void futex_in_it(void)
{
    static struct test_thread thread;
    char *p;

    if (!has_pool())
        return;
    p = map_pages(1, HUGE_SHARED);
    *(volatile int *)p = 0;
    thread_start(&thread, waits, p);
    while (!word_get(&word_seen)) {
        futex(p, FUTEX_WAKE, 1, NULL);
        sched_yield();
    }
    thread_join(&thread);
    CHECK_EQ(word_seen, 1);
}

static void check_pool(long total, long available, long reserved, long surplus)
{
    CHECK_EQ(meminfo("HugePages_Total"), total);
    CHECK_EQ(meminfo("HugePages_Free"), available);
    CHECK_EQ(meminfo("HugePages_Rsvd"), reserved);
    CHECK_EQ(meminfo("HugePages_Surp"), surplus);
    CHECK_EQ(setting_get("vm/nr_hugepages"), total - surplus);
}

/* What is in use or promised stays until it is given back. */
static void pool_resized(void)
{
    long before = setting_get("vm/nr_hugepages");
    char *p;

    if (!has_pool() || !setting_is_writable("vm/nr_hugepages"))
        return;
    before = before > 0 ? before : POOL;
    setting_set("vm/nr_hugepages", POOL - 1);
    check_pool(POOL - 1, POOL - 1, 0, 0);
    p = map_pages(3, HUGE);
    poke(p, 1);
    setting_set("vm/nr_hugepages", 0);
    check_pool(3, 2, 2, 3);
    CHECK_OK(munmap(p + 2 * LARGE, LARGE));
    check_pool(2, 1, 1, 2);
    poke(p + LARGE, 1);
    check_pool(2, 0, 0, 2);
    CHECK_OK(munmap(p, LARGE));
    check_pool(1, 0, 0, 1);
    CHECK_EQ(peek(p + LARGE), 1);
    CHECK_OK(munmap(p + LARGE, LARGE));
    check_pool(0, 0, 0, 0);
    CHECK_ERRNO(mmap(NULL, LARGE, RW, HUGE, -1, 0), ENOMEM);
    CHECK_ERRNO(setting_write("vm/nr_hugepages", "few"), EINVAL);
    setting_set("vm/nr_hugepages", before);
    check_pool(before, before, 0, 0);
}

static const struct test_case cases[] = {
    CASE(bad_arguments),
    CASE(file_of_another_kind),
    CASE(more_than_the_pool_has),
    CASE(zeroed_and_aligned),
    CASE(length),
    CASE(place),
    CASE(in_place_of_small_pages),
    CASE(never_split),
    CASE(protection),
    CASE(reservation),
    CASE(reservation_of_shared_memory),
    CASE(reservation_of_dropped_pages),
    CASE(reservation_and_copies),
    CASE(reservation_of_a_contended_page),
    CASE(move_to_a_bad_place),
    CASE(without_reservation),
    CASE(fork_copies),
    CASE(fork_shares),
    CASE(in_maps),
    CASE(never_merged),
    CASE(copies_by_the_kernel),
    CASE(futex_in_it),
    CASE(pool_resized),
};

TEST_MAIN(cases)
