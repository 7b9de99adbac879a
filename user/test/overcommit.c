/* SPDX-License-Identifier: MIT */
/*
 * Verifies what is promised: vm.overcommit_memory in its three modes, what
 * counts in Committed_AS and what does not, CommitLimit.
 *
 * The limit of mode 2 is set so high, far above any memory, that no other
 * program of the machine can meet it meanwhile. Where the settings may not be
 * written (a container), only mode 0 is looked at.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "user/test/brk.h"
#include "user/test/probe.h"
#include "user/test/settings.h"
#include "user/test/test.h"

#define MEMORY "vm/overcommit_memory"
#define RATIO "vm/overcommit_ratio"
#define KBYTES "vm/overcommit_kbytes"

#define GUESS 0
#define ALWAYS 1
#define NEVER 2

#define TIB (1024 * GIB)
#define LIMIT (100 * TIB)
#define PIECE (60 * TIB) /* one can be had, two cannot */

static char *map(size_t len, int prot, int flags)
{
    return mmap(NULL, len, prot, MAP_ANONYMOUS | flags, -1, 0);
}

/* Runs it in a child, in that mode, if it may be set. */
static void in_mode(long mode, void (*run)(void))
{
    const long old = setting_get(MEMORY), ratio = setting_get(RATIO);
    const long kbytes = setting_get(KBYTES);
    int status = 0;
    pid_t pid;

    if (!setting_is_writable(MEMORY)) {
        if (old == mode)
            run();
        return;
    }
    if (mode == NEVER)
        setting_set(KBYTES, LIMIT / KIB);
    setting_set(MEMORY, mode);
    pid = fork();
    if (pid == 0) {
        run();
        _exit(test_result());
    }
    waitpid(pid, &status, 0);
    setting_set(MEMORY, old);
    setting_set(RATIO, ratio);
    if (kbytes != 0)
        setting_set(KBYTES, kbytes);
    CHECK_EQ(setting_get(KBYTES), kbytes);
    CHECK(pid > 0);
    CHECK_EXIT(status, 0);
}

/* ---- the settings ---- */

static void write_modes(void)
{
    for (int mode = GUESS; mode <= ALWAYS; mode++) {
        setting_set(MEMORY, mode);
        CHECK_EQ(setting_get(MEMORY), mode);
    }
    CHECK_OK(setting_write(MEMORY, "  0"));
    CHECK_EQ(setting_get(MEMORY), 0);
    CHECK_ERRNO(setting_write(MEMORY, "3"), EINVAL);
    CHECK_ERRNO(setting_write(MEMORY, "-1"), EINVAL);
    CHECK_ERRNO(setting_write(MEMORY, "x"), EINVAL);
    CHECK_ERRNO(setting_write(MEMORY, "1x"), EINVAL);
    CHECK_EQ(setting_get(MEMORY), 0);
}

static void modes(void)
{
    in_mode(GUESS, write_modes);
}

/* The limit is a share of memory or a number of KiB. */
static void write_limits(void)
{
    if (!setting_is_writable(MEMORY))
        return;
    setting_set(RATIO, 30);
    CHECK_EQ(setting_get(RATIO), 30);
    CHECK_EQ(setting_get(KBYTES), 0);
    setting_set(KBYTES, 123456);
    CHECK_EQ(setting_get(KBYTES), 123456);
    CHECK_EQ(setting_get(RATIO), 0);
    CHECK_EQ(meminfo("CommitLimit") - meminfo("SwapTotal"), 123456);
    setting_set(RATIO, 40);
    CHECK_EQ(setting_get(RATIO), 40);
    CHECK_EQ(setting_get(KBYTES), 0);
    CHECK_ERRNO(setting_write(KBYTES, "many"), EINVAL);
}

static void limits(void)
{
    in_mode(GUESS, write_limits);
}

static void map_count_can_be_set(void)
{
    const char *name = "vm/max_map_count";
    const long old = setting_get(name);

    CHECK(old >= 1024);
    if (!setting_is_writable(name))
        return;
    CHECK_ERRNO(setting_write(name, "-1"), EINVAL);
    setting_set(name, old + 1);
    CHECK_EQ(setting_get(name), old + 1);
    setting_set(name, old);
}

/* ---- mode 0 ---- */

/* More than the machine has. */
static size_t too_much(void)
{
    return ((size_t)meminfo("MemTotal") + (size_t)meminfo("SwapTotal")) * KIB +
           PAGE;
}

static void refuse_too_much(void)
{
    const size_t all = too_much() - PAGE, more = too_much();

    CHECK_ERRNO(map(more, RW, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(map(more, RW, MAP_SHARED), ENOMEM);
    CHECK_ERRNO(map(more, PROT_WRITE, MAP_PRIVATE), ENOMEM);
    CHECK_OK(map(more, RW, MAP_PRIVATE | MAP_NORESERVE));
    CHECK_OK(map(more, RW, MAP_SHARED | MAP_NORESERVE));
    CHECK_OK(map(more, PROT_NONE, MAP_PRIVATE));
    CHECK_OK(map(more, PROT_READ, MAP_PRIVATE));
    CHECK_OK(map(all, RW, MAP_PRIVATE));
    CHECK_OK(map(all, RW, MAP_PRIVATE)); /* each by itself may be */
}

static void guess(void)
{
    in_mode(GUESS, refuse_too_much);
}

static void refuse_protecting_too_much(void)
{
    const size_t more = too_much();
    char *p = map(more, PROT_READ, MAP_PRIVATE);

    REQUIRE_OK(p);
    CHECK_ERRNO(mprotect(p, more, RW), ENOMEM);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_OK(mprotect(p, more / 2 / PAGE * PAGE, RW));
    CHECK_EQ(probe_write(p), 0);
    p = map(more, PROT_READ, MAP_PRIVATE | MAP_NORESERVE);
    REQUIRE_OK(p);
    CHECK_OK(mprotect(p, more, RW));
}

static void guess_mprotect(void)
{
    in_mode(GUESS, refuse_protecting_too_much);
}

static void refuse_growing_too_much(void)
{
    const size_t more = too_much();
    char *p = map_anon(2 * PAGE, RW), *brk = break_now();
    struct rlimit limit;

    poke(p, 3);
    CHECK_ERRNO(mremap(p, PAGE, PAGE + more, MREMAP_MAYMOVE), ENOMEM);
    CHECK_EQ(peek(p), 3);
    CHECK_OK(mremap(p, PAGE, more - PAGE, MREMAP_MAYMOVE));
    getrlimit(RLIMIT_DATA, &limit);
    if (limit.rlim_cur != RLIM_INFINITY)
        return;
    CHECK_EQ(break_set(brk + more + PAGE), brk);
    CHECK_EQ(break_now(), brk);
}

static void guess_growing(void)
{
    in_mode(GUESS, refuse_growing_too_much);
}

/* ---- mode 1 ---- */

static void promise_anything(void)
{
    char *p = map(PIECE, RW, MAP_PRIVATE);

    CHECK_OK(p);
    CHECK_OK(map(PIECE, RW, MAP_SHARED));
    CHECK_EQ(probe_write(p + PIECE - 1), 0); /* which forks */
}

static void always(void)
{
    in_mode(ALWAYS, promise_anything);
}

/* ---- mode 2 ---- */

/* Committed_AS in units of a TiB, to which nobody else adds one. */
static long committed(void)
{
    return (meminfo("Committed_AS") + (long)(TIB / KIB) / 2) /
           (long)(TIB / KIB);
}

static void keep_promises(void)
{
    const long before = committed();
    char *p = map(PIECE, RW, MAP_PRIVATE);

    REQUIRE_OK(p);
    CHECK_EQ(meminfo("CommitLimit") - meminfo("SwapTotal"), LIMIT / KIB);
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_ERRNO(map(PIECE, RW, MAP_PRIVATE), ENOMEM);
    CHECK_ERRNO(map(PIECE, RW, MAP_SHARED), ENOMEM);
    CHECK_ERRNO(map(PIECE, RW, MAP_PRIVATE | MAP_NORESERVE), ENOMEM);
    CHECK_OK(munmap(p, PIECE / 2));
    CHECK_EQ(committed() - before, PIECE / 2 / TIB);
    CHECK_OK(munmap(p + PIECE / 2, PIECE / 2));
    CHECK_EQ(committed(), before);
    p = map(PIECE, RW, MAP_SHARED);
    REQUIRE_OK(p);
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_ERRNO(map(PIECE, RW, MAP_PRIVATE), ENOMEM);
    CHECK_OK(munmap(p, PIECE / 2)); /* the file is as long as before */
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_OK(munmap(p + PIECE / 2, PIECE / 2));
    CHECK_EQ(committed(), before);
}

static void never(void)
{
    in_mode(NEVER, keep_promises);
}

/* What can be written to counts; what was and cannot any more still does. */
static void count_by_rights(void)
{
    const long before = committed();
    char *p = map(PIECE, PROT_READ, MAP_PRIVATE);

    REQUIRE_OK(p);
    CHECK_EQ(committed(), before);
    CHECK_OK(mprotect(p, PIECE, RW));
    CHECK_EQ(committed() - before, PIECE / TIB);
    poke(p, 1);
    CHECK_OK(mprotect(p, PIECE, PROT_NONE));
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_OK(mprotect(p, PIECE, RW));
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_OK(munmap(p, PIECE));
    CHECK_EQ(committed(), before);
}

static void never_by_rights(void)
{
    in_mode(NEVER, count_by_rights);
}

/* A child promises what its parent does. */
static void count_children(void)
{
    char *p = map(PIECE, RW, MAP_PRIVATE);

    REQUIRE_OK(p);
    CHECK_ERRNO(fork(), ENOMEM);
    CHECK_OK(madvise(p, PIECE, MADV_DONTFORK));
    CHECK_EQ(probe_write(p), SIGSEGV); /* forks */
    CHECK_OK(munmap(p, PIECE / 2));
    CHECK_OK(madvise(p + PIECE / 2, PIECE / 2, MADV_DOFORK));
    CHECK_EQ(probe_write(p + PIECE / 2), 0);
}

static void never_children(void)
{
    in_mode(NEVER, count_children);
}

/* Replacing and moving take no more than what is there in the end. */
static void count_replaced(void)
{
    const long before = committed();
    char *p = map(PIECE, RW, MAP_PRIVATE), *q;

    REQUIRE_OK(p);
    CHECK_EQ(mmap(p, PIECE, RW, ANON | MAP_FIXED, -1, 0), p);
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_EQ(mmap(p, PIECE / 2, PROT_READ, ANON | MAP_FIXED, -1, 0), p);
    CHECK_EQ(committed() - before, PIECE / 2 / TIB);
    CHECK_OK(munmap(p, PIECE / 2));
    p += PIECE / 2;
    q = mremap(p, PIECE / 2, PIECE / 2, MREMAP_MAYMOVE | MREMAP_FIXED,
               p - PIECE / 2);
    CHECK_EQ(q, p - PIECE / 2);
    CHECK_EQ(committed() - before, PIECE / 2 / TIB);
    CHECK_EQ(mremap(q, PIECE / 2, PIECE, 0), q);
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_ERRNO(mremap(q, PIECE, PIECE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0),
                ENOMEM);
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_EQ(mremap(q, PIECE, PIECE / 2, 0), q);
    CHECK_EQ(committed() - before, PIECE / 2 / TIB);
}

static void never_replacing(void)
{
    in_mode(NEVER, count_replaced);
}

/* A segment is promised when it is made, until it is gone. */
static void count_segments(void)
{
    const long before = committed();
    int id = shmget(IPC_PRIVATE, PIECE, 0600);

    REQUIRE_OK(id);
    CHECK_EQ(committed() - before, PIECE / TIB);
    CHECK_ERRNO(shmget(IPC_PRIVATE, PIECE, 0600), ENOMEM);
    CHECK_ERRNO(shmget(IPC_PRIVATE, PIECE, 0600 | SHM_NORESERVE), ENOMEM);
    CHECK_ERRNO(map(PIECE, RW, MAP_PRIVATE), ENOMEM);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_EQ(committed(), before);
}

static void never_segments(void)
{
    in_mode(NEVER, count_segments);
}

static const struct test_case cases[] = {
    CASE(modes),
    CASE(limits),
    CASE(guess),
    CASE(guess_mprotect),
    CASE(guess_growing),
    CASE(always),
    CASE(never),
    CASE(never_by_rights),
    CASE(never_children),
    CASE(never_replacing),
    CASE(never_segments),

    CASE(map_count_can_be_set),
};

TEST_MAIN(cases)
