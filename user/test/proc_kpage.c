/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/kpagecount and kpageflags, by frames that the test knows:
 * those that pagemap says its own pages lie in. Only root may look.
 */
#include "user/test/probe.h"
#include "user/test/smaps.h"
#include "user/test/tmp.h"

#define KPF_UPTODATE (1UL << 3)
#define KPF_SLAB (1UL << 7)
#define KPF_BUDDY (1UL << 10)
#define KPF_MMAP (1UL << 11)
#define KPF_ANON (1UL << 12)
#define KPF_COMPOUND_HEAD (1UL << 15)
#define KPF_COMPOUND_TAIL (1UL << 16)
#define KPF_HUGE (1UL << 17)
#define KPF_NOPAGE (1UL << 20)
#define KPF_THP (1UL << 22)
#define KPF_PGTABLE (1UL << 26)

#define BATCH 512

static uint64_t word_of(const char *name, uint64_t pfn)
{
    int fd = open(name, O_RDONLY);
    uint64_t word = 0;

    REQUIRE_OK(fd);
    CHECK_EQ(pread(fd, &word, sizeof(word), (off_t)(pfn * sizeof(word))),
             sizeof(word));
    CHECK_OK(close(fd));
    return word;
}

static uint64_t frame_of(const void *at)
{
    uint64_t entry = pagemap_of(at);

    REQUIRE(entry & PM_PRESENT);
    REQUIRE((entry & PM_PFN) != 0);
    return entry & PM_PFN;
}

static uint64_t flags_of(const void *at)
{
    return word_of("/proc/kpageflags", frame_of(at));
}

static uint64_t count_of(const void *at)
{
    return word_of("/proc/kpagecount", frame_of(at));
}

static int is_root(void)
{
    return geteuid() == 0;
}

static void whole_words(void)
{
    static const char *const names[] = { "/proc/kpagecount",
                                         "/proc/kpageflags" };
    uint64_t words[2];
    size_t i;
    int fd;

    for (i = 0; is_root() && i < COUNT(names); i++) {
        fd = open(names[i], O_RDONLY);
        REQUIRE_OK(fd);
        CHECK_EQ(read(fd, words, 16), 16);
        CHECK_EQ(lseek(fd, 0, SEEK_CUR), 16);
        CHECK_ERRNO(pread(fd, words, 8, 4), EINVAL);
        CHECK_ERRNO(pread(fd, words, 7, 0), EINVAL);
        CHECK_EQ(pread(fd, words, 0, 0), 0);
        CHECK_EQ(pread(fd, words, 8, 1L << 50), 0);
        CHECK_ERRNO(lseek(fd, 0, SEEK_END), EINVAL);
        CHECK_OK(close(fd));
    }
}

static int opens_without_rights(void *arg)
{
    (void)arg;
    REQUIRE_OK(setuid(12345));
    CHECK_ERRNO(open("/proc/kpagecount", O_RDONLY), EACCES);
    CHECK_ERRNO(open("/proc/kpageflags", O_RDONLY), EACCES);
    return 0;
}

static void root_alone(void)
{
    if (is_root())
        CHECK_CHILD(opens_without_rights, NULL);
}

static void private_frames(void)
{
    char *p = map_island(1);
    uint64_t flags;

    if (!is_root())
        return;
    poke(p, 1);
    flags = flags_of(p);
    CHECK((flags & KPF_ANON) != 0);
    CHECK((flags & KPF_MMAP) != 0);
    CHECK((flags & KPF_UPTODATE) != 0);
    CHECK_EQ(flags & (KPF_BUDDY | KPF_SLAB | KPF_PGTABLE | KPF_NOPAGE), 0);
    CHECK_EQ(flags & (KPF_HUGE | KPF_THP), 0);
    CHECK_EQ(count_of(p), 1);
}

static int shares_a_frame(void *p)
{
    CHECK_EQ(count_of(p), 2);
    poke(p, 2);
    CHECK_EQ(count_of(p), 1);
    return 0;
}

static void frames_after_fork(void)
{
    char *p = map_island(1);

    poke(p, 1);
    if (!is_root())
        return;
    CHECK_CHILD(shares_a_frame, p);
    CHECK_EQ(count_of(p), 1);
}

static void frames_of_files(void)
{
    int fd = tmp_pages(1, 0, 7);
    char *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
    char *q = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);

    REQUIRE(p != MAP_FAILED && q != MAP_FAILED);
    CHECK_EQ(peek(p), 7);
    if (!is_root())
        return;
    CHECK_EQ(flags_of(p) & (KPF_ANON | KPF_MMAP | KPF_BUDDY), KPF_MMAP);
    CHECK_EQ(count_of(p), 1);
    CHECK_EQ(peek(q), 7);
    CHECK_EQ(frame_of(p), frame_of(q));
    CHECK_EQ(count_of(p), 2);
    poke(q, 8);
    CHECK_EQ(count_of(p), 1);
    CHECK_EQ(flags_of(q) & (KPF_ANON | KPF_MMAP), KPF_ANON | KPF_MMAP);
}

static void shared_frames(void)
{
    char *p = map_shared(PAGE, RW);

    poke(p, 1);
    if (!is_root())
        return;
    CHECK_EQ(flags_of(p) & (KPF_ANON | KPF_MMAP), KPF_MMAP);
    CHECK_EQ(count_of(p), 1);
}

/* A frame given back is not this program's any more. */
static void frames_given_back(void)
{
    char *p = map_island(1);
    uint64_t pfn;

    poke(p, 1);
    if (!is_root())
        return;
    pfn = frame_of(p);
    CHECK_OK(munmap(p, PAGE));
    if (word_of("/proc/kpagecount", pfn) == 0)
        CHECK_EQ(word_of("/proc/kpageflags", pfn) & KPF_MMAP, 0);
}

/* Where the machine has a large page to give. */
static void large_pages(void)
{
    char *area = map_anon(4 * MIB, RW);
    char *p = (char *)(((uintptr_t)area + 2 * MIB - 1) & ~(2 * MIB - 1));

    if (!is_root() || madvise(p, 2 * MIB, MADV_HUGEPAGE) != 0)
        return;
    poke(p, 1);
    if (smaps_value(p, "AnonHugePages:") != 2048)
        return;
    CHECK_EQ(frame_of(p + PAGE), frame_of(p) + 1);
    CHECK_EQ(flags_of(p) & (KPF_ANON | KPF_THP | KPF_COMPOUND_HEAD),
             KPF_ANON | KPF_THP | KPF_COMPOUND_HEAD);
    CHECK_EQ(flags_of(p + MIB) & (KPF_ANON | KPF_THP | KPF_COMPOUND_TAIL),
             KPF_ANON | KPF_THP | KPF_COMPOUND_TAIL);
    CHECK_EQ(count_of(p + MIB), 1);
}

/* All frames: some of each kind there is on any machine. */
static void the_whole_machine(void)
{
    const uint64_t wanted =
        KPF_SLAB | KPF_BUDDY | KPF_MMAP | KPF_ANON | KPF_PGTABLE;
    static uint64_t words[BATCH];
    uint64_t seen = 0, frames = 0;
    ssize_t n;
    int fd;

    if (!is_root())
        return;
    fd = open("/proc/kpageflags", O_RDONLY);
    REQUIRE_OK(fd);
    while ((n = read(fd, words, sizeof(words))) > 0) {
        for (size_t i = 0; i < (size_t)n / sizeof(*words); i++)
            seen |= words[i];
        frames += (size_t)n / sizeof(*words);
    }
    CHECK_EQ(n, 0);
    CHECK_EQ(seen & wanted, wanted);
    CHECK(frames * 4 >=
          (uint64_t)value_after(proc_text("/proc/meminfo"), "MemTotal:"));
}

static const struct test_case cases[] = {
    CASE(whole_words),       CASE(root_alone),      CASE(private_frames),
    CASE(frames_after_fork), CASE(frames_of_files), CASE(shared_frames),
    CASE(frames_given_back), CASE(large_pages),     CASE(the_whole_machine),
};

TEST_MAIN(cases)
