/* SPDX-License-Identifier: MIT */
/*
 * Verifies how System V shared memory is attached: shmat and shmdt, who counts
 * as attached, and when a segment goes. Keys, shmctl: sysv_shmctl.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/sysv.h"
#include "user/test/test.h"

/* 16 pages that are nobody else's: to be replaced. */
static char *place(void)
{
    return map_anon(16 * PAGE, PROT_NONE);
}

static int adds_one(void *arg)
{
    char *p = sysv_attach(*(int *)arg, NULL, 0);

    CHECK_EQ(sysv_attached(*(int *)arg),
             3); /* the parent's, its copy, this one */
    p[PAGE]++;
    return 0;
}

static void shared(void)
{
    int id = sysv_make(2);
    char *p = sysv_attach(id, NULL, 0), *q = sysv_attach(id, NULL, SHM_RDONLY);

    CHECK_EQ(peek(p), 0);
    CHECK_OK(shmdt(q));
    p[PAGE] = 41;
    CHECK_CHILD(adds_one, &id);
    CHECK_EQ(p[PAGE], 42);
    CHECK_EQ(sysv_attached(id), 1);
}

static void contents_stay(void)
{
    int id = sysv_make(3);
    char *p = sysv_attach(id, NULL, 0);

    mark_pages(p, 3, 1);
    CHECK_OK(shmdt(p));
    CHECK_EQ(probe_read(p), SIGSEGV);
    p = sysv_attach(id, NULL, 0);
    CHECK_EQ(marked_pages(p, 3, 1), 3);
    CHECK_OK(madvise(p, PAGE, MADV_REMOVE));
    CHECK_EQ(peek(p), 0);
}

static void times_and_pids(void)
{
    int id = sysv_make(1);
    struct shmid_ds ds;
    char *p = sysv_attach(id, NULL, 0);

    ds = sysv_stat(id);
    CHECK_EQ(ds.shm_lpid, getpid());
    CHECK(ds.shm_atime >= ds.shm_ctime);
    CHECK_EQ(ds.shm_dtime, 0);
    CHECK_OK(shmdt(p));
    ds = sysv_stat(id);
    CHECK(ds.shm_dtime >= ds.shm_atime);
}

static void chosen_address(void)
{
    int id = sysv_make(2);
    char *p = place();

    CHECK_ERRNO(shmat(id, p, 0), EINVAL); /* not free */
    CHECK_ERRNO(shmat(id, p - PAGE, 0), EINVAL);
    CHECK_OK(munmap(p, 16 * PAGE));
    CHECK(sysv_attach(id, p, 0) == p);
    CHECK_ERRNO(shmat(id, p + 2 * PAGE + 9, 0), EINVAL);
    CHECK(sysv_attach(id, p + 3 * PAGE + 9, SHM_RND) == p + 3 * PAGE);
    CHECK_ERRNO(shmat(id, p + PAGE, SHM_RND), EINVAL);
    CHECK_AREAS(p, 6, "rw-s:2 -:1 rw-s:2 -:1");
}

static void replacing(void)
{
    int id = sysv_make(2);
    char *p = place();

    CHECK_ERRNO(shmat(id, NULL, SHM_REMAP), EINVAL);
    CHECK_ERRNO(shmat(id, (void *)9, SHM_REMAP | SHM_RND), EINVAL);
    CHECK_ERRNO(shmat(id, p + 9, SHM_REMAP), EINVAL);
    CHECK(sysv_attach(id, p + 9, SHM_REMAP | SHM_RND) == p);
    CHECK(sysv_attach(id, p + PAGE, SHM_REMAP) == p + PAGE);
    CHECK_AREAS(p, 4, "rw-s:1 rw-s:2 ---p:1");
    CHECK_EQ(sysv_attached(id), 2);
}

static void beyond_user_space(void)
{
    int id = sysv_make(2);

    CHECK_ERRNO(shmat(id, (void *)0x7ffffffff000, 0), ENOMEM);
    CHECK_ERRNO(shmat(id, (void *)0x7ffffffff000, SHM_REMAP), ENOMEM);
    CHECK_ERRNO(shmat(id, (void *)-PAGE, 0), EINVAL);
    CHECK_ERRNO(shmat(id, (void *)-PAGE, SHM_REMAP), ENOMEM);
    CHECK_EQ(sysv_attached(id), 0);
}

static void protections(void)
{
    int id = sysv_keep(shmget(IPC_PRIVATE, PAGE, 0700));
    char *p = place();

    sysv_attach(id, p, SHM_REMAP | SHM_RDONLY);
    sysv_attach(id, p + PAGE, SHM_REMAP | SHM_EXEC);
    sysv_attach(id, p + 2 * PAGE, SHM_REMAP | SHM_EXEC | SHM_RDONLY);
    CHECK_AREAS(p, 4, "r--s:1 rwxs:1 r-xs:1 ---p:1");
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    poke(p + PAGE, 0xc3); /* ret */
    CHECK_EQ(probe_exec(p + 2 * PAGE), 0);
    CHECK_EQ(peek(p), 0xc3);
}

static void names_in_maps(void)
{
    int id = sysv_keep(shmget(sysv_key(), PAGE, IPC_CREAT | 0600));
    char *p = sysv_attach(id, NULL, 0), expected[40];
    struct map_line line;

    snprintf(expected, sizeof(expected), "/SYSV%08x (deleted)",
             (unsigned)sysv_key());
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, expected);
    CHECK_EQ(line.inode, id);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, expected);
    REQUIRE(maps_find(sysv_attach(sysv_make(1), NULL, 0), &line));
    CHECK_STR(line.name, "/SYSV00000000 (deleted)");
}

static void bad_detach(void)
{
    int id = sysv_make(3);
    char *p = sysv_attach(id, NULL, 0);

    CHECK_ERRNO(shmdt(p + 1), EINVAL);
    CHECK_ERRNO(shmdt(p + PAGE), EINVAL);
    CHECK_ERRNO(shmdt(p - PAGE), EINVAL);
    CHECK_ERRNO(shmdt(map_anon(PAGE, RW)), EINVAL);
    CHECK_OK(shmdt(p));
    CHECK_ERRNO(shmdt(p), EINVAL);
    CHECK_ERRNO(shmdt(NULL), EINVAL);
}

/* Each area counts, and what was split stays so. */
static void counted_by_area(void)
{
    int id = sysv_make(5);
    char *p = place();

    sysv_attach(id, p, SHM_REMAP);
    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_EQ(sysv_attached(id), 3);
    CHECK_OK(mprotect(p + PAGE, PAGE, RW));
    CHECK_EQ(sysv_attached(id), 3);
    CHECK_AREAS(p, 6, "rw-s:1 rw-s:1 rw-s:3 ---p:1");
    CHECK_OK(munmap(p + PAGE, 2 * PAGE));
    CHECK_EQ(sysv_attached(id), 2);
    CHECK_AREAS(p, 6, "rw-s:1 -:2 rw-s:2 ---p:1");
}

/* One shmdt takes all that is left of one shmat, from its first address. */
static void detached_in_parts(void)
{
    int id = sysv_make(5);
    char *p = place();

    sysv_attach(id, p + 5 * PAGE, SHM_REMAP);
    sysv_attach(id, p, SHM_REMAP);
    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_ERRNO(shmdt(p + PAGE), EINVAL);
    CHECK_OK(shmdt(p));
    CHECK_AREAS(p, 11, "-:5 rw-s:5 ---p:1");
    CHECK_EQ(sysv_attached(id), 1);
    CHECK_ERRNO(shmdt(p), EINVAL);
    CHECK_OK(shmdt(p + 5 * PAGE));
    CHECK_EQ(sysv_attached(id), 0);
}

static void moved(void)
{
    int id = sysv_make(4);
    char *p = sysv_attach(id, NULL, 0), *q, *r;

    mark_pages(p, 4, 1);
    CHECK(mremap(p, 4 * PAGE, 3 * PAGE, 0) == p);
    q = mremap(p, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               free_range(8 * PAGE));
    REQUIRE(q != MAP_FAILED);
    CHECK_EQ(marked_pages(q, 3, 1), 3);
    CHECK_EQ(sysv_attached(id), 1);
    CHECK_ERRNO(shmdt(p), EINVAL);
    r = mremap(q, 0, PAGE, MREMAP_MAYMOVE);
    REQUIRE(r != MAP_FAILED);
    CHECK_EQ(sysv_attached(id), 2);
    CHECK_OK(shmdt(q));
    CHECK_EQ(sysv_attached(id), 1);
    CHECK_EQ(peek(r), 1);
}

static int waits_for_it(void *baton)
{
    baton_wait(baton);
    return 0;
}

static void fork_and_exit(void)
{
    int id = sysv_make(1), baton[2];
    pid_t pid;

    sysv_attach(id, NULL, 0);
    sysv_attach(id, NULL, 0);
    baton_make(baton);
    pid = start_child(waits_for_it, baton);
    CHECK_EQ(sysv_attached(id), 4);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(sysv_attached(id), 2);
    CHECK_EQ(sysv_stat(id).shm_lpid, pid);
}

static int runs_something(void *unused)
{
    char *argv[] = { "sysv_shm", "bad_detach", NULL }, *envp[] = { NULL };

    (void)unused;
    dup2(open("/dev/null", O_WRONLY), 1);
    execve(test_self(), argv, envp);
    return 1;
}

static void exec(void)
{
    int id = sysv_make(1);

    CHECK_OK(shmdt(sysv_attach(id, NULL, 0)));
    sysv_attach(id, NULL, 0);
    CHECK_CHILD(runs_something, NULL);
    CHECK_EQ(sysv_attached(id), 1);
}

static void removed_at_once(void)
{
    int id = sysv_make(2);

    CHECK_OK(shmdt(sysv_attach(id, NULL, 0)));
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_ERRNO(shmctl(id, IPC_RMID, NULL), EINVAL);
    CHECK_ERRNO(shmat(id, NULL, 0), EINVAL);
}

/* A removed segment stays for those who have it, and by its ID for more. */
static void removed_while_attached(void)
{
    int id = sysv_keep(shmget(sysv_key(), 2 * PAGE, IPC_CREAT | 0600));
    char *p = sysv_attach(id, NULL, 0), *q;
    struct shmid_ds ds;

    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    ds = sysv_stat(id);
    CHECK_EQ(ds.shm_perm.mode, SHM_DEST | 0600);
    CHECK_EQ(ds.shm_perm.__key, IPC_PRIVATE);
    mark_pages(p, 2, 1);
    q = sysv_attach(id, NULL, 0);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_OK(shmdt(p));
    CHECK_EQ(sysv_attached(id), 1);
    CHECK_OK(munmap(q, PAGE));
    CHECK_EQ(peek(q + PAGE), 2);
    CHECK_OK(munmap(q + PAGE, PAGE));
    CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
}

static void removed_by_exit(void)
{
    int id = sysv_make(1), baton[2];
    char *p = sysv_attach(id, NULL, 0);
    struct shmid_ds ds;
    pid_t pid;

    baton_make(baton);
    pid = start_child(waits_for_it, baton);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_OK(shmdt(p));
    CHECK_EQ(sysv_attached(id), 1);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
}

static const struct test_case cases[] = {
    CASE(shared),
    CASE(contents_stay),
    CASE(times_and_pids),
    CASE(chosen_address),
    CASE(replacing),
    CASE(beyond_user_space),
    CASE(protections),
    CASE(names_in_maps),
    CASE(bad_detach),
    CASE(counted_by_area),
    CASE(detached_in_parts),
    CASE(moved),
    CASE(fork_and_exit),
    CASE(exec),
    CASE(removed_at_once),
    CASE(removed_while_attached),
    CASE(removed_by_exit),
};

SYSV_MAIN(cases)
