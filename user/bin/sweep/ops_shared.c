/* SPDX-License-Identifier: MIT */
/*
 * Shared memory: System V segments, and files without a name with their seals.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bin/sweep/sweep.h"

#define RW (PROT_READ | PROT_WRITE)
#define FAR_PTR ((char *)FAR)
#define SEGMENT_PAGES 8UL

static int segment = -1, fd = -1;

/* ---- System V segments ---- */

static void make_segment(void)
{
    segment = (int)MUST(shmget(IPC_PRIVATE, SEGMENT_PAGES * PAGE, 0600));
}

static void attach_segment(void)
{
    make_segment();
    MUST(shmat(segment, FAR_PTR, 0));
    FAR_PTR[0] = 1;
    FAR_PTR[3 * PAGE] = 4;
}

static long attached(void)
{
    struct shmid_ds ds;

    return shmctl(segment, IPC_STAT, &ds) == 0 ? (long)ds.shm_nattch : -1;
}

/* It goes with the last area, and takes its memory along. */
static void remove_segment(void)
{
    struct shmid_ds ds;

    EXPECT(shmctl(segment, IPC_RMID, NULL) == 0);
    (void)shmdt(FAR_PTR);
    EXPECT(shmctl(segment, IPC_STAT, &ds) != 0);
}

static int segment_get(void)
{
    segment = shmget(IPC_PRIVATE, SEGMENT_PAGES * PAGE, 0600);
    return RESULT_OF(segment);
}

static void check_got(int result)
{
    if (result == 0)
        EXPECT(shmctl(segment, IPC_RMID, NULL) == 0);
}

static int segment_attach(void)
{
    return RESULT_OF(shmat(segment, FAR_PTR, 0));
}

static void check_attached(int result)
{
    EXPECT(attached() == (result == 0));
    remove_segment();
}

/* In the place of another one. */
static int segment_replace(void)
{
    return RESULT_OF(shmat(segment, FAR_PTR + PAGE, SHM_REMAP));
}

/* The old one in two parts at most, the new one. */
static void check_replaced(int result)
{
    EXPECT(attached() == (result == 0 ? 2 : 1));
    if (result == 0)
        EXPECT(shmdt(FAR_PTR + PAGE) == 0);
    remove_segment();
}

static int segment_detach(void)
{
    return RESULT_OF(shmdt(FAR_PTR));
}

static void check_detached(int result)
{
    EXPECT(attached() == (result != 0));
    remove_segment();
}

/* A hole makes two areas of one. */
static int segment_split(void)
{
    return RESULT_OF(munmap(FAR_PTR + 2 * PAGE, PAGE));
}

static void check_split(int result)
{
    EXPECT(attached() == (result == 0 ? 2 : 1));
    EXPECT(FAR_PTR[3 * PAGE] == 4);
    remove_segment();
}

static int segment_move(void)
{
    return RESULT_OF(mremap(FAR_PTR + 2 * PAGE, 2 * PAGE, 2 * PAGE,
                            MREMAP_MAYMOVE | MREMAP_FIXED, FAR_PTR + HUGE));
}

static void check_moved(int result)
{
    EXPECT(attached() == (result == 0 ? 3 : 1));
    EXPECT(FAR_PTR[result == 0 ? HUGE + PAGE : 3 * PAGE] == 4);
    if (result == 0)
        EXPECT(munmap(FAR_PTR + HUGE, 2 * PAGE) == 0);
    remove_segment();
}

static int segment_touch(void)
{
    ((volatile char *)FAR_PTR)[5 * PAGE] = 6;
    return 0;
}

static void check_touched(int result)
{
    (void)result;
    EXPECT(FAR_PTR[5 * PAGE] == 6);
    remove_segment();
}

/* With a process that has it too. */
static int segment_fork(void)
{
    pid_t pid = fork();

    TRY(pid);
    if (pid == 0)
        _exit(0);
    TRY(waitpid(pid, NULL, 0));
    return 0;
}

static void check_forked(int result)
{
    (void)result;
    EXPECT(attached() == 1);
    remove_segment();
}

/* ---- files without a name ---- */

static int make_memfd(void)
{
    fd = memfd_create("sweep", MFD_ALLOW_SEALING);
    return RESULT_OF(fd);
}

static void prepare_memfd(void)
{
    MUST(make_memfd());
    MUST(ftruncate(fd, 8 * PAGE));
    MUST(pwrite(fd, "x", 1, 3 * PAGE));
}

static int map_memfd(void)
{
    return RESULT_OF(
        mmap(FAR_PTR, 8 * PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0));
}

/* Sealed as soon as nobody maps it, whatever failed before. */
static void check_sealed(int result)
{
    int sealed = fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);

    EXPECT(sealed == (result == 0 ? -1 : 0));
    if (result == 0)
        EXPECT(munmap(FAR_PTR, 2 * HUGE) == 0);
    EXPECT(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0);
    EXPECT(pwrite(fd, "y", 1, 3 * PAGE) < 0);
}

static void prepare_mapped(void)
{
    prepare_memfd();
    MUST(map_memfd() == 0 ? 0 : -1);
}

/* A failure leaves it mapped, all or in parts: it counts as long as it is. */
static void check_mapped(int result)
{
    (void)result;
    check_sealed(0);
}

static int split_memfd(void)
{
    TRY(mprotect(FAR_PTR + PAGE, PAGE, PROT_READ));
    TRY(munmap(FAR_PTR + 3 * PAGE, PAGE));
    return RESULT_OF(mremap(FAR_PTR + 5 * PAGE, PAGE, PAGE,
                            MREMAP_MAYMOVE | MREMAP_FIXED, FAR_PTR + HUGE));
}

static int over_memfd(void)
{
    return RESULT_OF(mmap(FAR_PTR + 2 * PAGE, 2 * PAGE, PROT_READ,
                          MAP_SHARED | MAP_FIXED, fd, 0));
}

static int remove_of_memfd(void)
{
    return RESULT_OF(madvise(FAR_PTR + PAGE, 4 * PAGE, MADV_REMOVE));
}

static int seal_memfd(void)
{
    TRY(mmap(FAR_PTR, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
    return RESULT_OF(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW));
}

static void check_seals(int result)
{
    EXPECT(result != 0 ||
           fcntl(fd, F_GET_SEALS) == (F_SEAL_WRITE | F_SEAL_GROW));
}

const struct operation shared_operations[] = {
    { "shmget", 0, NULL, segment_get, check_got },
    { "shmat", UNCHANGED, make_segment, segment_attach, check_attached },
    { "shmat-over", UNCHANGED, attach_segment, segment_replace,
      check_replaced },
    { "shmdt", UNCHANGED, attach_segment, segment_detach, check_detached },
    { "shm-split", UNCHANGED, attach_segment, segment_split, check_split },
    { "shm-move", UNCHANGED, attach_segment, segment_move, check_moved },
    { "shm-touch", MAY_DIE | KEEPS, attach_segment, segment_touch,
      check_touched },
    { "shm-fork", UNCHANGED | MAY_AGAIN, attach_segment, segment_fork,
      check_forked },
    { "memfd", 0, NULL, make_memfd, NULL },
    { "memfd-mmap", UNCHANGED, prepare_memfd, map_memfd, check_sealed },
    { "memfd-split", 0, prepare_mapped, split_memfd, check_mapped },
    { "memfd-over", UNCHANGED, prepare_mapped, over_memfd, check_mapped },
    { "memfd-remove", UNCHANGED, prepare_mapped, remove_of_memfd,
      check_mapped },
    { "memfd-seal", 0, prepare_memfd, seal_memfd, check_seals },
    { NULL, 0, NULL, NULL, NULL },
};
