/* SPDX-License-Identifier: MIT */
/*
 * Faults: who touches a page for which there is no memory is killed. The same
 * by the kernel's hand, in system calls that are given such pages.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "user/bin/sweep/sweep.h"

#define RW (PROT_READ | PROT_WRITE)
#define AREA_PTR ((volatile char *)AREA)
#define FAR_PTR ((volatile char *)FAR)

static void map_far(size_t len, int flags, int fd)
{
    MUST(mmap((void *)FAR, len, RW, flags | MAP_FIXED, fd, 0));
}

static void map_anon(void)
{
    map_far(AREA_LEN, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static int write_far(void)
{
    FAR_PTR[PAGE] = 1;
    return 0;
}

static int read_far(void)
{
    EXPECT(FAR_PTR[PAGE] == 0 || FAR_PTR[PAGE] == 2);
    return 0;
}

static void check_file(int result)
{
    (void)result;
    EXPECT(FAR_PTR[0] == 1 && FAR_PTR[2 * PAGE] == 3);
}

static void map_shared(void)
{
    map_far(AREA_LEN, MAP_SHARED | MAP_ANONYMOUS, -1);
}

static void map_file_private(void)
{
    map_far(AREA_LEN, MAP_PRIVATE, file_make());
}

static void map_file_shared(void)
{
    map_far(AREA_LEN, MAP_SHARED, file_make());
}

/* Pages that must be read from the ramdisk: this program's own. */
static int own_file;

static void map_own_file(void)
{
    own_file = (int)MUST(open("/proc/self/exe", O_RDONLY));
    MUST(mmap((void *)FAR, AREA_LEN, PROT_READ, MAP_PRIVATE | MAP_FIXED,
              own_file, 0));
}

static int read_own_file(void)
{
    EXPECT(FAR_PTR[0] == 0x7f && FAR_PTR[1] == 'E');
    return FAR_PTR[9 * PAGE] * 0;
}

/* A hole of a file. */
static void map_hole(void)
{
    int fd = file_make();

    MUST(ftruncate(fd, 0));
    MUST(ftruncate(fd, AREA_LEN));
    map_far(AREA_LEN, MAP_SHARED, fd);
}

static void map_huge(void)
{
    map_far(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    MUST(madvise((void *)FAR, 2 * HUGE, MADV_HUGEPAGE));
}

static void map_hugetlb(void)
{
    map_far(HUGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1);
}

static int write_parents(void)
{
    ((volatile char *)PARENTS_PAGES)[0] = 9;
    ((volatile char *)PARENTS_PAGES)[PAGE] = 9;
    return 0;
}

static void check_parents(int result)
{
    (void)result;
    EXPECT(((volatile char *)PARENTS_PAGES)[2 * PAGE] == 3);
}

static __attribute__((noinline)) int grow_stack(unsigned pages)
{
    volatile char frame[PAGE];

    frame[0] = (char)pages;
    return pages == 0 ? frame[0] : grow_stack(pages - 1) + frame[0] * 0;
}

static int stack_growth(void)
{
    return grow_stack(200);
}

/* ---- by the kernel's hand ---- */

static int pipe_ends[2];

static void fill_pipe(void)
{
    static const char data[2 * PAGE] = "x";

    map_anon();
    MUST(pipe(pipe_ends));
    MUST(write(pipe_ends[1], data, sizeof(data)));
}

static int read_into_far(void)
{
    ssize_t n = read(pipe_ends[0], (void *)(FAR + PAGE / 2), PAGE);

    if (n < 0)
        return errno;
    return n == (ssize_t)PAGE ? 0 : CUT;
}

static int readv_into_far(void)
{
    struct iovec parts[32];
    ssize_t n;
    size_t i;

    for (i = 0; i < 32; i++)
        parts[i] = (struct iovec){ (void *)(FAR + i * 200), 200 };
    n = readv(pipe_ends[0], parts, 32);
    if (n < 0)
        return errno;
    return n == 6400 ? 0 : CUT;
}

static int read_remote(void)
{
    struct iovec to = { (void *)AREA, 2 * PAGE };
    struct iovec from = { (void *)FAR, 2 * PAGE };
    ssize_t n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

    if (n < 0)
        return errno;
    return n == 2 * (ssize_t)PAGE ? 0 : CUT;
}

static void map_both(void)
{
    area_map();
    map_anon();
}

static int write_remote(void)
{
    struct iovec from = { (void *)AREA, 2 * PAGE };
    struct iovec to = { (void *)FAR, 2 * PAGE };
    ssize_t n = process_vm_writev(getpid(), &from, 1, &to, 1, 0);

    if (n < 0)
        return errno;
    return n == 2 * (ssize_t)PAGE ? 0 : CUT;
}

/* What is there stays: a result that cannot be copied out is EFAULT. */
static int getcwd_into_far(void)
{
    return getcwd((char *)FAR, PAGE) != NULL ? 0 : errno;
}

const struct operation fault_operations[] = {
    { "fault-read", MAY_DIE, map_anon, read_far, NULL },
    { "fault-write", MAY_DIE, map_anon, write_far, NULL },
    { "fault-shared", MAY_DIE, map_shared, write_far, NULL },
    { "fault-file", MAY_DIE, map_file_private, read_far, check_file },
    { "fault-file-copy", MAY_DIE, map_file_private, write_far, check_file },
    { "fault-file-write", MAY_DIE, map_file_shared, write_far, check_file },
    { "fault-file-hole", MAY_DIE, map_hole, write_far, NULL },
    { "fault-file-major", MAY_DIE, map_own_file, read_own_file, NULL },
    { "fault-huge", MAY_DIE, map_huge, write_far, NULL },
    { "fault-hugetlb", MAY_DIE, map_hugetlb, write_far, NULL },
    { "fault-cow", MAY_DIE, NULL, write_parents, check_parents },
    { "fault-stack", MAY_DIE, NULL, stack_growth, NULL },
    { "copy-read", MAY_DIE | MAY_CUT, fill_pipe, read_into_far, NULL },
    { "copy-readv", MAY_DIE | MAY_CUT, fill_pipe, readv_into_far, NULL },
    { "copy-getcwd", MAY_DIE, map_anon, getcwd_into_far, NULL },
    { "copy-from-process", MAY_FAULT | MAY_CUT, map_both, read_remote, NULL },
    { "copy-to-process", MAY_FAULT | MAY_CUT, map_both, write_remote, NULL },
    { NULL, 0, NULL, NULL, NULL },
};
