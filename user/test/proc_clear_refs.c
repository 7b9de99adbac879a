/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/PID/clear_refs: what it takes, the referenced pages that smaps
 * shows afterwards, soft-dirty pages in pagemap, and the peak it resets.
 *
 * A Linux built without soft-dirty tracking takes the 4 and does nothing. There
 * the cases about it have nothing to look at, and end at once.
 */
#include "user/test/brk.h"
#include "user/test/probe.h"
#include "user/test/smaps.h"
#include "user/test/tmp.h"

#define NPAGES 64

static void clear_of(const char *name, const char *what)
{
    int fd = open(name, O_WRONLY);

    REQUIRE_OK(fd);
    CHECK_EQ(write(fd, what, strlen(what)), strlen(what));
    CHECK_OK(close(fd));
}

static void clear(const char *what)
{
    clear_of("/proc/self/clear_refs", what);
}

/* Has the CPU forget what it knows of pages: a wide range is unmapped. */
static void forget(void)
{
    char *p = map_anon(1024 * PAGE, RW);

    mark_pages(p, 1024, 1);
    CHECK_OK(munmap(p, 1024 * PAGE));
}

static int is_dirty(const char *at)
{
    return (pagemap_of(at) & PM_SOFT_DIRTY) != 0;
}

/* How many pages are, of npages. */
static int count_dirty(const char *start, int npages)
{
    int n = 0;

    for (int i = 0; i < npages; i++)
        n += is_dirty(start + (size_t)i * PAGE);
    return n;
}

/* Does this kernel know which pages were written? A fresh page was. */
static int tracks_writes(void)
{
    char *p = map_island(1);

    poke(p, 1);
    return is_dirty(p);
}

static void what_it_takes(void)
{
    static const char *const good[] = { "1", "2", "3", "4", "5", "5\n", " 1 " };
    static const char *const bad[] = { "0", "6", "", "-1", "x", "1x", "0x1" };
    int fd = open("/proc/self/clear_refs", O_RDWR);
    char c;
    size_t i;

    REQUIRE_OK(fd);
    for (i = 0; i < COUNT(good); i++)
        CHECK_EQ(write(fd, good[i], strlen(good[i])), strlen(good[i]));
    for (i = 0; i < COUNT(bad); i++)
        CHECK_ERRNO(write(fd, bad[i], strlen(bad[i])), EINVAL);
    CHECK_ERRNO(write(fd, "99999999999", 11), ERANGE);
    CHECK_ERRNO(read(fd, &c, 1), EINVAL);
}

static void referenced_pages(void)
{
    char *p = map_island(NPAGES);

    mark_pages(p, NPAGES, 1);
    CHECK_EQ(smaps_value(p, "Referenced:"), NPAGES * 4);
    clear("1");
    CHECK_EQ(smaps_value(p, "Referenced:"), 0);
    CHECK_EQ(smaps_value(p, "Rss:"), NPAGES * 4);
    forget();
    for (int i = 0; i < NPAGES / 2; i++)
        CHECK_EQ(peek(p + 2 * (size_t)i * PAGE), 2 * i + 1);
    CHECK_EQ(smaps_value(p, "Referenced:"), NPAGES * 2);
    CHECK_EQ(marked_pages(p, NPAGES, 1), NPAGES);
    CHECK_EQ(smaps_value(p, "Referenced:"), NPAGES * 4);
}

static void anonymous_or_of_files(void)
{
    char *p = map_island(2);
    int fd = tmp_pages(2, 0, 7);
    char *q = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);

    REQUIRE(q != MAP_FAILED);
    mark_pages(p, 2, 1);
    CHECK_EQ(peek(q) + peek(q + PAGE), 15);
    clear("2");
    CHECK_EQ(smaps_value(p, "Referenced:"), 0);
    forget();
    mark_pages(p, 2, 1);
    clear("3");
    CHECK_EQ(smaps_value(p, "Referenced:"), 8);
    clear("1");
    CHECK_EQ(smaps_value(p, "Referenced:"), 0);
}

/* Rights come and go, the knowledge stays. */
static void referenced_and_mprotect(void)
{
    char *p = map_island(4);

    mark_pages(p, 4, 1);
    clear("1");
    CHECK_OK(mprotect(p, 4 * PAGE, PROT_READ));
    CHECK_EQ(smaps_value(p, "Referenced:"), 0);
    forget();
    CHECK_EQ(peek(p), 1);
    CHECK_OK(mprotect(p, 4 * PAGE, RW));
    CHECK_EQ(smaps_value(p, "Referenced:"), 4);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
}

static void written_pages(void)
{
    char *p = map_island(NPAGES);

    if (!tracks_writes())
        return;
    mark_pages(p, NPAGES / 2, 1);
    CHECK_EQ(count_dirty(p, NPAGES), NPAGES);
    CHECK(smaps_flag(p, "sd"));
    clear("4");
    CHECK_EQ(count_dirty(p, NPAGES), 0);
    CHECK(!smaps_flag(p, "sd"));
    poke(p + 3 * PAGE, 9);
    poke(p + (NPAGES - 1) * PAGE, 9);
    CHECK_EQ(peek(p), 1);
    CHECK_EQ(peek(p + (NPAGES - 2) * PAGE), 0);
    CHECK(is_dirty(p + 3 * PAGE));
    CHECK(is_dirty(p + (NPAGES - 1) * PAGE));
    CHECK_EQ(count_dirty(p, NPAGES), 2);
    clear("4");
    CHECK_EQ(count_dirty(p, NPAGES), 0);
    poke(p + 3 * PAGE, 10);
    CHECK_EQ(count_dirty(p, NPAGES), 1);
    CHECK_EQ(smaps_value(p, "Private_Dirty:"), (NPAGES / 2 + 1) * 4);
}

static void written_shared_pages(void)
{
    char *p = map_shared(4 * PAGE, RW);

    if (!tracks_writes())
        return;
    mark_pages(p, 2, 1);
    clear("4");
    CHECK_EQ(count_dirty(p, 4), 0);
    poke(p, 2);
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(count_dirty(p, 4), 1);
    CHECK_OK(mprotect(p, 4 * PAGE, PROT_READ));
    CHECK_EQ(count_dirty(p, 4), 1);
    CHECK_OK(mprotect(p, 4 * PAGE, RW));
    CHECK_EQ(count_dirty(p, 4), 1);
    poke(p + PAGE, 2);
    CHECK_EQ(count_dirty(p, 4), 2);
}

static int writes_its_copy(void *arg)
{
    char *p = arg;

    CHECK_EQ(count_dirty(p, 4), 0);
    poke(p, 5);
    CHECK_EQ(count_dirty(p, 4), 1);
    clear("4");
    CHECK_EQ(count_dirty(p, 4), 0);
    poke(p + PAGE, 5);
    CHECK_EQ(count_dirty(p, 4), 1);
    return 0;
}

/* Parent and child each know of their own writes. */
static void written_after_fork(void)
{
    char *p = map_island(4);

    if (!tracks_writes())
        return;
    mark_pages(p, 4, 1);
    clear("4");
    CHECK_CHILD(writes_its_copy, p);
    CHECK_EQ(count_dirty(p, 4), 0);
    CHECK_EQ(marked_pages(p, 4, 1), 4);
    poke(p + 2 * PAGE, 5);
    CHECK_EQ(count_dirty(p, 4), 1);
}

/* What moves counts as written, and so does what grew. */
static void moved_pages(void)
{
    char *p = map_island(4), *to = free_range(4 * PAGE);

    if (!tracks_writes())
        return;
    mark_pages(p, 4, 1);
    clear("4");
    REQUIRE(mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
            to);
    CHECK_EQ(count_dirty(to, 4), 4);
    CHECK_EQ(marked_pages(to, 4, 1), 4);
    clear("4");
    mark_pages(to, 1, 1);
    CHECK_EQ(count_dirty(to, 4), 1);
}

static void new_memory_is_written(void)
{
    char *heap = break_align();

    if (!tracks_writes())
        return;
    clear("4");
    REQUIRE(break_set(heap + 2 * PAGE) == heap + 2 * PAGE);
    CHECK_EQ(count_dirty(heap, 2), 2);
    clear("4");
    CHECK_EQ(count_dirty(heap, 2), 0);
}

static void dropped_and_protected_pages(void)
{
    char *p = map_island(4);

    if (!tracks_writes())
        return;
    mark_pages(p, 4, 1);
    clear("4");
    poke(p, 2);
    CHECK_OK(madvise(p, PAGE, MADV_DONTNEED));
    CHECK_EQ(count_dirty(p, 4), 0);
    CHECK_OK(mprotect(p, 4 * PAGE, PROT_NONE));
    CHECK_OK(mprotect(p, 4 * PAGE, RW));
    CHECK_EQ(count_dirty(p, 4), 0);
    poke(p + 2 * PAGE, 2);
    CHECK_EQ(count_dirty(p, 4), 1);
}

/* The kernel's writes count, and a debugger's. */
static void written_by_the_kernel(void)
{
    int zero = open("/dev/zero", O_RDONLY),
        mem = open("/proc/self/mem", O_RDWR);
    char *p = map_island(4);

    if (!tracks_writes())
        return;
    mark_pages(p, 4, 1);
    CHECK_OK(mprotect(p + 3 * PAGE, PAGE, PROT_READ));
    clear("4");
    CHECK_EQ(read(zero, p + PAGE, 8), 8);
    CHECK_EQ(count_dirty(p, 4), 1);
    CHECK_EQ(pwrite(mem, "x", 1, (off_t)(uintptr_t)p), 1);
    CHECK_EQ(pwrite(mem, "x", 1, (off_t)(uintptr_t)(p + 3 * PAGE)), 1);
    CHECK_EQ(count_dirty(p, 4), 3);
    CHECK(!is_dirty(p + 2 * PAGE));
}

/* Where the machine gives a large page, it is one page also here. */
static void large_pages(void)
{
    char *area = map_anon(4 * MIB, RW);
    char *p = (char *)(((uintptr_t)area + 2 * MIB - 1) & ~(2 * MIB - 1));

    if (!tracks_writes())
        return;
    (void)madvise(area, 4 * MIB, MADV_HUGEPAGE);
    mark_pages(p, 512, 1);
    clear("1");
    clear("4");
    CHECK_EQ(count_dirty(p, 512), 0);
    CHECK_EQ(marked_pages(p, 512, 1), 512);
    CHECK_EQ(count_dirty(p, 512), 0);
    poke(p + 7 * PAGE, 3);
    CHECK(is_dirty(p + 7 * PAGE));
    clear("4");
    CHECK_OK(mprotect(p, 2 * MIB, PROT_READ));
    CHECK_OK(mprotect(p, 2 * MIB, RW));
    CHECK_EQ(count_dirty(p, 512), 0);
    CHECK_CHILD(writes_its_copy, p);
    CHECK_OK(munmap(p + MIB, PAGE));
    poke(p, 4);
    CHECK(is_dirty(p));
}

static void the_peak(void)
{
    const long large = 32 * 1024;
    char *p = map_anon((size_t)large * KIB, RW);

    mark_pages(p, (size_t)large * KIB / PAGE, 1);
    CHECK_OK(munmap(p, (size_t)large * KIB));
    CHECK(value_after(proc_text("/proc/self/status"), "VmHWM:") > large / 2);
    clear("5");
    CHECK(value_after(proc_text("/proc/self/status"), "VmHWM:") < large / 2);
    CHECK(value_after(proc_text("/proc/self/status"), "VmPeak:") > large);
}

static void of_another_process(void)
{
    char *p = map_island(2);
    char name[40];
    pid_t pid;

    mark_pages(p, 2, 1);
    pid = fork();
    REQUIRE_OK(pid);
    if (pid == 0) {
        sleep_ms(100000);
        _exit(0);
    }
    snprintf(name, sizeof(name), "/proc/%d/clear_refs", (int)pid);
    clear_of(name, "1");
    clear_of(name, "4");
    CHECK_EQ(smaps_value(p, "Referenced:"), 8);
    CHECK_OK(kill(pid, SIGKILL));
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
    CHECK_ERRNO(open(name, O_WRONLY), ENOENT);
}

static const struct test_case cases[] = {
    CASE(what_it_takes),
    CASE(referenced_pages),
    CASE(anonymous_or_of_files),
    CASE(referenced_and_mprotect),
    CASE(written_pages),
    CASE(written_shared_pages),
    CASE(written_after_fork),
    CASE(moved_pages),
    CASE(new_memory_is_written),
    CASE(dropped_and_protected_pages),
    CASE(written_by_the_kernel),
    CASE(large_pages),
    CASE(the_peak),
    CASE(of_another_process),
};

TEST_MAIN(cases)
