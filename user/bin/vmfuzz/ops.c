/* SPDX-License-Identifier: MIT */
/*
 * The steps: each invents a call, makes it, and says what came of it.
 *
 * Where a call's result is not the same on all Linux 6 kernels, or says how
 * much memory there is, it is not asked for: mremap of more than one area,
 * whether pages of files are resident, private memory after MADV_FREE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bin/vmfuzz/vmfuzz.h"

#define CHILD_STEPS 6
#define HEAP_PAGES 8

int file_fd, in_child;
static char *heap; /* where the break was */
static const char *current_sets;

/* ---- chance ---- */

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014. */
uint64_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15UL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

void rng_seed(struct rng *rng, uint64_t seed, uint64_t step)
{
    rng->state = seed * 0x100000001b3UL + step;
    rng->state = rng_next(rng) ^ step << 32;
}

unsigned long rng_below(struct rng *rng, unsigned long n)
{
    return (unsigned long)(rng_next(rng) >> 16) % n;
}

static unsigned char byte(struct rng *rng)
{
    return (unsigned char)(1 + rng_below(rng, 255));
}

/* ---- ranges ---- */

struct range {
    unsigned long page, npages;
    char *start;
    size_t len;
};

/* Mostly short, and sometimes not whole pages long. */
static struct range a_range(struct rng *rng, unsigned long max)
{
    struct range range;

    range.page = rng_below(rng, ARENA_PAGES);
    range.npages = 1 + rng_below(rng, rng_below(rng, 6) == 0 ? max : 6);
    if (range.page + range.npages > ARENA_PAGES)
        range.npages = ARENA_PAGES - range.page;
    range.start = (char *)ARENA + range.page * PAGE;
    range.len = range.npages * PAGE;
    if (rng_below(rng, 8) == 0)
        range.len -= rng_below(rng, PAGE);
    return range;
}

static void say_range(const struct range *range)
{
    say(" %lu+%lu", range->page, (unsigned long)range->len);
}

static int a_protection(struct rng *rng)
{
    static const int likely[] = { PROT_READ | PROT_WRITE,
                                  PROT_READ | PROT_WRITE,
                                  PROT_READ,
                                  PROT_NONE,
                                  PROT_READ | PROT_WRITE | PROT_EXEC,
                                  PROT_READ | PROT_EXEC };

    return likely[rng_below(rng, sizeof(likely) / sizeof(likely[0]))];
}

/* ---- core ---- */

static void say_place(void *p)
{
    if (p == MAP_FAILED)
        say_result(-1);
    else
        say(" = "), say_address((unsigned long)p);
    say("\n");
}

static void op_map(struct rng *rng)
{
    struct range range = a_range(rng, 30);
    int prot = a_protection(rng), kind = (int)rng_below(rng, 5), flags, fd = -1;
    off_t offset = 0;

    flags = rng_below(rng, 6) == 0 ? MAP_FIXED_NOREPLACE : MAP_FIXED;
    if (kind >= 3) {
        fd = file_fd;
        offset = (off_t)(rng_below(rng, FILE_PAGES) * PAGE);
    } else {
        flags |= MAP_ANONYMOUS;
    }
    flags |= kind == 2 || kind == 4 ? MAP_SHARED : MAP_PRIVATE;
    if (rng_below(rng, 8) == 0)
        flags |= MAP_POPULATE;
    if (rng_below(rng, 12) == 0)
        flags |= MAP_NORESERVE;
    say("mmap");
    say_range(&range);
    say(" prot %d flags %x %s %ld", prot, (unsigned)flags,
        fd < 0 ? "none" : "file", (long)offset / (long)PAGE);
    say_place(mmap(range.start, range.len, prot, flags, fd, offset));
}

static void op_unmap(struct rng *rng)
{
    struct range range = a_range(rng, 20);

    say("munmap");
    say_range(&range);
    say_result(munmap(range.start, range.len));
    say("\n");
}

static void op_protect(struct rng *rng)
{
    struct range range = a_range(rng, 30);
    int prot = a_protection(rng);

    say("mprotect");
    say_range(&range);
    say(" prot %d", prot);
    say_result(mprotect(range.start, range.len, prot));
    say("\n");
}

static void op_read(struct rng *rng)
{
    unsigned long page = rng_below(rng, ARENA_PAGES);

    touch(ARENA + page * PAGE + (rng_below(rng, 4) == 0) * (PAGE - 1), 0, 0);
}

static void op_write(struct rng *rng)
{
    unsigned long page = rng_below(rng, ARENA_PAGES);
    unsigned long within = (rng_below(rng, 4) == 0) * (PAGE - 1);

    touch(ARENA + page * PAGE + within, 1, byte(rng));
}

/* Some pages, one after the other. */
static void op_sweep(struct rng *rng)
{
    unsigned long page = rng_below(rng, ARENA_PAGES), i;
    int write = (int)rng_below(rng, 2);
    unsigned char value = byte(rng);

    say("sweep\n");
    for (i = page; i < page + 6 && i < ARENA_PAGES; i++)
        touch(ARENA + i * PAGE, write, (unsigned char)(value + i));
}

static void op_break(struct rng *rng)
{
    char *to = heap + rng_below(rng, HEAP_PAGES * PAGE);
    long result = brk(to);

    say("brk %ld", (long)(to - heap));
    say_result(result);
    if (result == 0 && to > heap) {
        to[-1] = 7;
        say(" %d", to[-1]);
    }
    say("\n");
}

static void op_file_write(struct rng *rng)
{
    char data[64];
    off_t offset = (off_t)rng_below(rng, (FILE_PAGES + 2) * PAGE);

    memset(data, byte(rng), sizeof(data));
    if (rng_below(rng, 2) == 0)
        offset -= offset % (off_t)PAGE;
    say("pwrite %ld", (long)offset);
    say_result(pwrite(file_fd, data, sizeof(data), offset));
    say("\n");
}

static void op_file_size(struct rng *rng)
{
    off_t size = (off_t)rng_below(rng, (FILE_PAGES + 3) * PAGE);

    if (rng_below(rng, 2) == 0)
        size = FILE_PAGES * PAGE;
    say("ftruncate %ld", (long)size);
    say_result(ftruncate(file_fd, size));
    say("\n");
}

/* The kernel stores to the arena, or reads from it. */
static void op_copy(struct rng *rng)
{
    struct range range = a_range(rng, 10);
    off_t offset = (off_t)(rng_below(rng, FILE_PAGES) * PAGE);
    int fds[2];
    long n;

    say("copy");
    say_range(&range);
    if (pipe(fds) != 0)
        return;
    if (rng_below(rng, 2) == 0) {
        say(" from the file at %ld", (long)offset);
        n = pread(file_fd, range.start, 1, offset);
    } else {
        say(" to a pipe");
        n = write(fds[1], range.start, 1);
    }
    say_result(n);
    say("\n");
    close(fds[0]);
    close(fds[1]);
}

static void op_fork(struct rng *rng)
{
    uint64_t seed = rng_next(rng), step;
    int status;
    pid_t pid;

    if (in_child) {
        say("no fork\n");
        return;
    }
    say("fork\n");
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        in_child = 1;
        for (step = 0; step < CHILD_STEPS; step++) {
            say("  child ");
            run_step(seed, step, current_sets);
        }
        say_maps();
        say_contents();
        fflush(NULL);
        _exit((int)(transcript_hash() % 200));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        exit(3);
    say("child ended with %x\n", status);
}

static void op_contents(struct rng *rng)
{
    (void)rng;
    say_contents();
}

/* ---- remap ---- */

/* One page, which is in one area whatever there is. */
static void op_remap(struct rng *rng)
{
    unsigned long page = rng_below(rng, ARENA_PAGES);
    unsigned long to = rng_below(rng, ARENA_PAGES - 4);
    unsigned long npages = 1 + rng_below(rng, 4);
    char *from = (char *)ARENA + page * PAGE;
    int how = (int)rng_below(rng, 4);

    say("mremap %lu", page);
    if (how == 0) {
        say(" to %lu pages", npages);
        if (page + npages > ARENA_PAGES)
            npages = 1;
        say_place(mremap(from, PAGE, npages * PAGE, 0));
    } else {
        int flags = MREMAP_MAYMOVE | MREMAP_FIXED;

        if (how == 1)
            flags |= MREMAP_DONTUNMAP;
        if (how == 1)
            npages = 1;
        say(" to %lu, %lu pages, flags %x", to, npages, (unsigned)flags);
        say_place(mremap(from, PAGE, npages * PAGE, flags,
                         (char *)ARENA + to * PAGE));
    }
}

/* ---- advise ---- */

static void op_advise(struct rng *rng)
{
    static const int advice[] = {
        MADV_DONTNEED,       MADV_DONTNEED,   MADV_DONTNEED, MADV_NORMAL,
        MADV_RANDOM,         MADV_SEQUENTIAL, MADV_DONTFORK, MADV_DOFORK,
        MADV_WIPEONFORK,     MADV_KEEPONFORK, MADV_WILLNEED, MADV_COLD,
        MADV_PAGEOUT,        MADV_DONTDUMP,   MADV_DODUMP,   MADV_POPULATE_READ,
        MADV_POPULATE_WRITE,
    };
    struct range range = a_range(rng, 20);
    int which = advice[rng_below(rng, sizeof(advice) / sizeof(advice[0]))];

    say("madvise");
    say_range(&range);
    say(" %d", which);
    say_result(madvise(range.start, range.len, which));
    say("\n");
}

static void op_sync(struct rng *rng)
{
    static const int flags[] = {
        MS_SYNC,           MS_ASYNC, MS_INVALIDATE, 0, MS_SYNC | MS_INVALIDATE,
        MS_SYNC | MS_ASYNC
    };
    struct range range = a_range(rng, 20);
    int which = flags[rng_below(rng, 6)];

    say("msync");
    say_range(&range);
    say(" %d", which);
    say_result(msync(range.start, range.len, which));
    say("\n");
}

/* ---- lock ---- */

static void op_lock(struct rng *rng)
{
    struct range range = a_range(rng, 12);
    unsigned how = (unsigned)rng_below(rng, 4);
    int result;

    say("lock %u", how);
    say_range(&range);
    if (how == 0)
        result = mlock(range.start, range.len);
    else if (how == 1)
        result = mlock2(range.start, range.len, MLOCK_ONFAULT);
    else
        result = munlock(range.start, range.len);
    say_result(result);
    say("\n");
}

/* ---- the table ---- */

const struct op ops[] = {
    { "core", 24, op_map },      { "core", 10, op_unmap },
    { "core", 12, op_protect },  { "core", 14, op_read },
    { "core", 18, op_write },    { "core", 8, op_sweep },
    { "core", 3, op_break },     { "core", 6, op_file_write },
    { "core", 4, op_file_size }, { "core", 6, op_copy },
    { "core", 5, op_fork },      { "core", 2, op_contents },
    { "remap", 12, op_remap },   { "advise", 12, op_advise },
    { "advise", 2, op_sync },    { "lock", 6, op_lock },
};
const size_t nops = sizeof(ops) / sizeof(ops[0]);

/* From here on nobody may call malloc, whose memory op_break would cut off. */
void ops_begin(void)
{
    heap = sbrk(0);
}

static int is_chosen(const struct op *op, const char *sets)
{
    return strstr(sets, op->set) != NULL;
}

void run_step(uint64_t seed, uint64_t step, const char *sets)
{
    struct rng rng;
    unsigned long sum = 0, which;
    size_t i;

    current_sets = sets;
    rng_seed(&rng, seed, step);
    for (i = 0; i < nops; i++)
        sum += is_chosen(&ops[i], sets) ? ops[i].weight : 0;
    which = rng_below(&rng, sum);
    for (i = 0; i < nops; i++) {
        if (!is_chosen(&ops[i], sets))
            continue;
        if (which < ops[i].weight)
            break;
        which -= ops[i].weight;
    }
    ops[i].run(&rng);
}
