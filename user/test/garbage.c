/* SPDX-License-Identifier: MIT */
/*
 * Verifies that no arguments, however senseless, do harm to anyone but the
 * caller: system calls with random numbers, addresses and sizes, in children
 * that may die of it; their parent goes on.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

/* Calls that reach no further than their caller and its scratch folder. */
static const int calls[] = {
    SYS_read,       SYS_write,        SYS_open,          SYS_close,
    SYS_stat,       SYS_fstat,        SYS_lstat,         SYS_lseek,
    SYS_mmap,       SYS_mprotect,     SYS_munmap,        SYS_brk,
    SYS_ioctl,      SYS_pread64,      SYS_pwrite64,      SYS_readv,
    SYS_writev,     SYS_access,       SYS_dup,           SYS_dup2,
    SYS_getpid,     SYS_execve,       SYS_wait4,         SYS_uname,
    SYS_fcntl,      SYS_ftruncate,    SYS_getcwd,        SYS_chdir,
    SYS_rename,     SYS_mkdir,        SYS_rmdir,         SYS_unlink,
    SYS_symlink,    SYS_readlink,     SYS_sysinfo,       SYS_getuid,
    SYS_arch_prctl, SYS_gettid,       SYS_getdents64,    SYS_set_tid_address,
    SYS_openat,     SYS_newfstatat,   SYS_clock_gettime, SYS_dup3,
    SYS_getrlimit,  SYS_gettimeofday,
};

static uint32_t seed;
static char *scratch; /* two pages: read-write, read-only; then nothing */

static uint32_t next_random(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

static long some_address(void)
{
    static const unsigned long edges[] = {
        0,
        8,
        0x1000,
        0x400000,
        0x7fffffffe000,
        0x7ffffffff000,
        0x800000000000,
        0x123456789abcdef0,
        0xffff7ffffffff000,
        0xffff800000000000,
        0xffffc10000000000,
        0xffffffff80000000,
        0xfffffffffffff000,
        0xffffffffffffffff,
    };
    uint32_t pick = next_random() % 24;

    if (pick < COUNT(edges))
        return (long)edges[pick];
    return (long)(scratch + next_random() % (3 * PAGE));
}

static long some_number(void)
{
    static const long edges[] = {
        0,
        1,
        2,
        -1,
        -2,
        7,
        16,
        64,
        100,
        0x1000,
        0x1001,
        0x2000,
        1 << 20,
        1L << 31,
        -(1L << 31),
        1L << 32,
        1L << 47,
        1L << 62,
        -(1L << 62) * 2,
    };
    uint32_t pick = next_random() % (COUNT(edges) + 8);

    if (pick < COUNT(edges))
        return edges[pick];
    return (long)(next_random() % 70);
}

static long some_argument(void)
{
    return next_random() % 2 ? some_address() : some_number();
}

/* A descriptor that may be spoiled: not the program's output. */
static long some_descriptor(void)
{
    uint32_t pick = next_random() % 8;

    return pick < 5 ? 3 + (long)pick : pick == 5 ? -1 : 100 + (long)pick;
}

static int takes_descriptor(int number)
{
    static const int plain[] = {
        SYS_read,       SYS_write,      SYS_close,    SYS_fstat,
        SYS_lseek,      SYS_ioctl,      SYS_readv,    SYS_fcntl,
        SYS_writev,     SYS_dup,        SYS_pread64,  SYS_dup2,
        SYS_dup3,       SYS_ftruncate,  SYS_pwrite64, SYS_openat,
        SYS_newfstatat, SYS_getdents64,
    };
    size_t i;

    for (i = 0; i < COUNT(plain); i++)
        if (plain[i] == number)
            return 1;
    return 0;
}

static int calls_at_random(void *round)
{
    int i;

    seed = (uint32_t)(uintptr_t)round * 2654435761u;
    tmp_enter();
    set_limit(RLIMIT_AS, 256 * MIB);
    set_limit(RLIMIT_FSIZE, 1 * MIB);
    scratch = map_island(2);
    for (i = 0; i < (int)(2 * PAGE); i++)
        scratch[i] = (char)next_random();
    REQUIRE_OK(mprotect(scratch + PAGE, PAGE, PROT_READ));
    tmp_file("file", "abcdef", 6);
    open(".", O_RDONLY);
    open("/dev/zero", O_RDWR);
    for (i = 0; i < 60; i++) {
        int number = calls[next_random() % COUNT(calls)];
        long first =
            takes_descriptor(number) ? some_descriptor() : some_argument();
        long second = some_argument(), third = some_argument();

        syscall(number, first, second, third, some_argument(), some_argument(),
                some_number());
    }
    return 0;
}

static int behaves(void *kept)
{
    CHECK_EQ(marked_pages(kept, 4, 1), 4);
    CHECK_OK(getpid());
    return 0;
}

static void random_calls(void)
{
    uintptr_t round;
    char *kept = map_anon(4 * PAGE, RW);

    mark_pages(kept, 4, 1);
    for (round = 1; round <= 60; round++) {
        pid_t pid = start_child(calls_at_random, (void *)round);

        wait_child(pid);
        tmp_remove(pid);
    }
    CHECK_CHILD(behaves, kept);
}

static const struct test_case cases[] = {
    CASE(random_calls),
};

TEST_MAIN(cases)
