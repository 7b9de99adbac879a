/* SPDX-License-Identifier: MIT */
/*
 * Memory calls that change the areas: each fails as a whole.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/bin/sweep/sweep.h"
#include "user/lib/syscall.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define AREA_PTR ((char *)AREA)
#define FAR_PTR ((char *)FAR)
#define MIDDLE (AREA_PTR + 4 * PAGE)
#define MIDDLE_LEN (2 * PAGE)

static int file;

static void map_file(void)
{
    file = file_make();
}

/* ---- mmap ---- */

static int mmap_anon(void)
{
    return RESULT_OF(mmap(FAR_PTR, AREA_LEN, RW, ANON | MAP_FIXED, -1, 0));
}

static int mmap_shared(void)
{
    return RESULT_OF(mmap(FAR_PTR, AREA_LEN, RW,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

static int mmap_file(void)
{
    return RESULT_OF(
        mmap(FAR_PTR, AREA_LEN, RW, MAP_SHARED | MAP_FIXED, file, 0));
}

/* Over the middle of an area. */
static int mmap_over(void)
{
    return RESULT_OF(
        mmap(MIDDLE, MIDDLE_LEN, PROT_READ, ANON | MAP_FIXED, -1, 0));
}

static int mmap_populate(void)
{
    return RESULT_OF(
        mmap(FAR_PTR, AREA_LEN, RW, ANON | MAP_FIXED | MAP_POPULATE, -1, 0));
}

static int mmap_hugetlb(void)
{
    return RESULT_OF(
        mmap(FAR_PTR, HUGE, RW, ANON | MAP_FIXED | MAP_HUGETLB, -1, 0));
}

/* The middle may be new, the rest is as it was. */
static void check_outside(int result)
{
    (void)result;
    EXPECT(area_is_filled(0, 4) && area_is_filled(6, AREA_PAGES));
}

/* A failure has left all of the area as it was. */
static void check_failed(int result)
{
    EXPECT(result == 0 || area_is_filled(0, AREA_PAGES));
}

static void check_whole_or_outside(int result)
{
    check_outside(result);
    check_failed(result);
}

static void check_area(int result)
{
    (void)result;
    EXPECT(area_is_filled(0, AREA_PAGES));
}

/* ---- munmap, mprotect ---- */

static int munmap_split(void)
{
    return RESULT_OF(munmap(MIDDLE, MIDDLE_LEN));
}

static int munmap_all(void)
{
    return RESULT_OF(munmap(AREA_PTR, AREA_LEN));
}

static int mprotect_split(void)
{
    return RESULT_OF(mprotect(MIDDLE, MIDDLE_LEN, PROT_READ));
}

/* Three areas at once, the outer ones in part. */
static void map_three(void)
{
    area_map();
    MUST(mprotect(MIDDLE, MIDDLE_LEN, PROT_READ));
}

static int mprotect_three(void)
{
    return RESULT_OF(mprotect(AREA_PTR + 2 * PAGE, 8 * PAGE, PROT_NONE));
}

static void check_three(int result)
{
    (void)result;
    EXPECT(area_is_filled(0, 2) && area_is_filled(10, AREA_PAGES));
}

/* ---- large pages ---- */

static void map_huge(void)
{
    area_map();
    MUST(munmap(AREA_PTR, AREA_LEN));
    MUST(mmap(AREA_PTR, HUGE, RW, ANON | MAP_FIXED, -1, 0));
    MUST(madvise(AREA_PTR, HUGE, MADV_HUGEPAGE));
    for (size_t i = 0; i < AREA_PAGES; i++)
        AREA_PTR[i * PAGE] = (char)(i + 1);
}

static void map_hugetlb(void)
{
    MUST(mmap(AREA_PTR, HUGE, RW, ANON | MAP_FIXED | MAP_HUGETLB, -1, 0));
    for (size_t i = 0; i < AREA_PAGES; i++)
        AREA_PTR[i * PAGE] = (char)(i + 1);
}

static int munmap_hugetlb(void)
{
    return RESULT_OF(munmap(AREA_PTR, HUGE));
}

static int mprotect_hugetlb(void)
{
    return RESULT_OF(mprotect(AREA_PTR, HUGE, PROT_READ));
}

/* ---- mremap ---- */

static int mremap_grow(void)
{
    return RESULT_OF(mremap(AREA_PTR, AREA_LEN, 2 * AREA_LEN, 0));
}

static int mremap_shrink(void)
{
    return RESULT_OF(mremap(AREA_PTR, AREA_LEN, 2 * PAGE, 0));
}

static int mremap_far(char *from, size_t len)
{
    return RESULT_OF(
        mremap(from, len, 2 * len, MREMAP_MAYMOVE | MREMAP_FIXED, FAR_PTR));
}

static int mremap_move(void)
{
    return mremap_far(AREA_PTR, AREA_LEN);
}

static int mremap_split(void)
{
    return mremap_far(MIDDLE, MIDDLE_LEN);
}

static int mremap_onto(void)
{
    return RESULT_OF(mremap(AREA_PTR + 8 * PAGE, MIDDLE_LEN, MIDDLE_LEN,
                            MREMAP_MAYMOVE | MREMAP_FIXED, MIDDLE));
}

/* As on Linux, what was there is gone first. */
static void check_onto(int result)
{
    EXPECT(area_is_filled(0, 4) && area_is_filled(10, AREA_PAGES));
    EXPECT(result == 0 || area_is_filled(6, 10));
}

static int mremap_dontunmap(void)
{
    return RESULT_OF(mremap(AREA_PTR, AREA_LEN, AREA_LEN,
                            MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
                            FAR_PTR));
}

/* The upper half of an area that was never touched, right above it: what is new
 * could be one with the old, which leaves a hole. */
static void map_untouched(void)
{
    MUST(mmap(AREA_PTR, AREA_LEN, RW, ANON | MAP_FIXED, -1, 0));
}

static int mremap_beside(void)
{
    return RESULT_OF(mremap(AREA_PTR + AREA_LEN / 2, AREA_LEN / 2, AREA_LEN / 2,
                            MREMAP_MAYMOVE | MREMAP_FIXED,
                            AREA_PTR + AREA_LEN));
}

static void check_moved(int result)
{
    check_failed(result);
    EXPECT(result != 0 || (FAR_PTR[0] == 1 && FAR_PTR[PAGE] == 2));
}

static void check_split_moved(int result)
{
    check_whole_or_outside(result);
    EXPECT(result != 0 || (FAR_PTR[0] == 5 && FAR_PTR[PAGE] == 6));
}

/* ---- brk ---- */

static int brk_grow(void)
{
    return RESULT_OF(sbrk(64 * PAGE));
}

static void brk_prepare(void)
{
    MUST(sbrk(4 * PAGE));
}

static int brk_shrink(void)
{
    return RESULT_OF(sbrk(-2 * (long)PAGE));
}

/* ---- advice, locks ---- */

static int advise(int advice)
{
    return RESULT_OF(madvise(MIDDLE, MIDDLE_LEN, advice));
}

static int madvise_dontfork(void)
{
    return advise(MADV_DONTFORK);
}

static int madvise_dontneed(void)
{
    return advise(MADV_DONTNEED);
}

static int madvise_free(void)
{
    return advise(MADV_FREE);
}

static void map_far(void)
{
    MUST(mmap_anon() == 0 ? 0 : -1);
}

static int madvise_populate(void)
{
    return RESULT_OF(madvise(FAR_PTR, AREA_LEN, MADV_POPULATE_WRITE));
}

static void map_far_file(void)
{
    file = file_make();
    MUST(mmap_file() == 0 ? 0 : -1);
}

static int madvise_willneed(void)
{
    return RESULT_OF(madvise(FAR_PTR, AREA_LEN, MADV_WILLNEED));
}

static int madvise_remove(void)
{
    return RESULT_OF(madvise(FAR_PTR + PAGE, 2 * PAGE, MADV_REMOVE));
}

static void check_removed(int result)
{
    EXPECT(FAR_PTR[0] == 1 && FAR_PTR[3 * PAGE] == 4);
    EXPECT(result != 0 || (FAR_PTR[PAGE] == 0 && FAR_PTR[2 * PAGE] == 0));
}

static int mlock_split(void)
{
    return RESULT_OF(mlock(MIDDLE, MIDDLE_LEN));
}

static int mlock_far(void)
{
    return RESULT_OF(mlock(FAR_PTR, AREA_LEN));
}

static int mlock_all(void)
{
    return RESULT_OF(mlockall(MCL_CURRENT | MCL_FUTURE));
}

static void lock_area(void)
{
    area_map();
    MUST(mlock(AREA_PTR, AREA_LEN));
}

static int munlock_split(void)
{
    return RESULT_OF(munlock(MIDDLE, MIDDLE_LEN));
}

static int msync_file(void)
{
    return RESULT_OF(msync(FAR_PTR, AREA_LEN, MS_SYNC));
}

static int remap_pages(void)
{
    return RESULT_OF(
        ASK(remap_file_pages, FAR_PTR + PAGE, PAGE, 0, 3, 0) == 0 ? 0 : -1);
}

const struct operation memory_operations[] = {
    { "mmap", UNCHANGED, NULL, mmap_anon, NULL },
    { "mmap-shared", UNCHANGED, NULL, mmap_shared, NULL },
    { "mmap-file", UNCHANGED, map_file, mmap_file, NULL },
    { "mmap-over", UNCHANGED, area_map, mmap_over, check_whole_or_outside },
    { "mmap-populate", 0, NULL, mmap_populate, NULL },
    { "mmap-hugetlb", UNCHANGED, NULL, mmap_hugetlb, NULL },
    { "munmap-split", UNCHANGED, area_map, munmap_split,
      check_whole_or_outside },
    { "munmap", UNCHANGED, area_map, munmap_all, NULL },
    { "munmap-huge", UNCHANGED, map_huge, munmap_split,
      check_whole_or_outside },
    { "munmap-hugetlb", UNCHANGED, map_hugetlb, munmap_hugetlb, check_failed },
    { "mprotect-split", UNCHANGED, area_map, mprotect_split, check_area },
    { "mprotect-three", 0, map_three, mprotect_three, check_three },
    { "mprotect-huge", UNCHANGED, map_huge, mprotect_split, check_area },
    { "mprotect-hugetlb", UNCHANGED, map_hugetlb, mprotect_hugetlb,
      check_area },
    { "mremap-grow", UNCHANGED, area_map, mremap_grow, check_area },
    { "mremap-shrink", UNCHANGED, area_map, mremap_shrink, check_failed },
    { "mremap-move", UNCHANGED, area_map, mremap_move, check_moved },
    { "mremap-split", UNCHANGED, area_map, mremap_split, check_split_moved },
    { "mremap-onto", 0, area_map, mremap_onto, check_onto },
    { "mremap-beside", UNCHANGED, map_untouched, mremap_beside, NULL },
    { "mremap-dontunmap", UNCHANGED, area_map, mremap_dontunmap, check_moved },
    { "mremap-huge", UNCHANGED, map_huge, mremap_split, check_split_moved },
    { "brk", UNCHANGED, NULL, brk_grow, NULL },
    { "brk-shrink", UNCHANGED, brk_prepare, brk_shrink, NULL },
    { "madvise-dontfork", UNCHANGED | MAY_AGAIN, area_map, madvise_dontfork,
      check_area },
    { "madvise-dontneed", UNCHANGED, area_map, madvise_dontneed,
      check_outside },
    { "madvise-free", UNCHANGED, area_map, madvise_free, check_outside },
    { "madvise-huge", UNCHANGED, map_huge, madvise_dontneed, check_outside },
    { "madvise-populate", UNCHANGED, map_far, madvise_populate, NULL },
    { "madvise-willneed", UNCHANGED, map_far_file, madvise_willneed, NULL },
    { "madvise-remove", UNCHANGED, map_far_file, madvise_remove,
      check_removed },
    { "mlock", MAY_AGAIN, map_far, mlock_far, NULL },
    { "mlock-split", MAY_AGAIN, area_map, mlock_split, check_area },
    { "mlock-all", MAY_AGAIN, map_far, mlock_all, NULL },
    { "munlock", 0, lock_area, munlock_split, check_area },
    { "msync", UNCHANGED, map_far_file, msync_file, NULL },
    { "remap-pages", UNCHANGED, map_far_file, remap_pages, NULL },
    { NULL, 0, NULL, NULL, NULL },
};
