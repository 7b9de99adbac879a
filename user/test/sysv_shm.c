/* SPDX-License-Identifier: MIT */
/*
 * Verifies System V shared memory: shmget, shmat, shmdt and shmctl, who counts
 * as attached, when a segment goes, and who may do what with it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"

#define NOBODY 65534
#define INDEX 0x7fff

/* What the cases made, in memory that they share: segments stay until they are
 * removed, also if the case fails. */
static struct {
    size_t n;
    int ids[100];
} * made;

static int keep(int id)
{
    REQUIRE(id >= 0 && made->n < COUNT(made->ids));
    made->ids[made->n++] = id;
    return id;
}

/* A fresh segment without a key. */
static int make(size_t npages)
{
    return keep(shmget(IPC_PRIVATE, npages * PAGE, 0600));
}

/* A key that nobody else uses at the same time. */
static key_t own_key(void)
{
    return 0x51000000 + (key_t)getpid();
}

static char *attach(int id, const void *addr, int flags)
{
    char *p = shmat(id, addr, flags);

    REQUIRE(p != (char *)-1);
    return p;
}

static struct shmid_ds stat_of(int id)
{
    struct shmid_ds ds;

    REQUIRE_OK(shmctl(id, IPC_STAT, &ds));
    return ds;
}

static long attached(int id)
{
    return (long)stat_of(id).shm_nattch;
}

/* 16 pages that are nobody else's: to be replaced. */
static char *place(void)
{
    return map_anon(16 * PAGE, PROT_NONE);
}

static void sizes(void)
{
    int id = keep(shmget(own_key(), 5 * PAGE - 3, IPC_CREAT | 0600));

    CHECK_ERRNO(shmget(IPC_PRIVATE, 0, 0600), EINVAL);
    CHECK_ERRNO(shmget(own_key() + 1, 0, IPC_CREAT | 0600), EINVAL);
    CHECK_ERRNO(shmget(IPC_PRIVATE, (size_t)-1, 0600), EINVAL);
    CHECK_ERRNO(shmget(IPC_PRIVATE, 1UL << 63, 0600), EINVAL);
    CHECK_EQ(stat_of(id).shm_segsz, 5 * PAGE - 3);
    CHECK_EQ(shmget(own_key(), 5 * PAGE - 3, 0), id);
    CHECK_EQ(shmget(own_key(), 0, 0), id);
    CHECK_ERRNO(shmget(own_key(), 5 * PAGE - 2, 0), EINVAL);
}

static void keys(void)
{
    int id = keep(shmget(own_key(), PAGE, IPC_CREAT | IPC_EXCL | 0600));

    CHECK_ERRNO(shmget(own_key() + 1, PAGE, 0600), ENOENT);
    CHECK_ERRNO(shmget(own_key(), PAGE, IPC_CREAT | IPC_EXCL), EEXIST);
    CHECK_EQ(shmget(own_key(), PAGE, IPC_CREAT | 0600), id);
    CHECK_EQ(shmget(own_key(), PAGE, IPC_EXCL), id);
    CHECK(make(1) != make(1));
}

static void key_reused(void)
{
    int id = keep(shmget(own_key(), PAGE, IPC_CREAT | 0600)), again;

    poke(attach(id, NULL, 0), 7);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_ERRNO(shmget(own_key(), PAGE, 0), ENOENT);
    again = keep(shmget(own_key(), 2 * PAGE, IPC_CREAT | IPC_EXCL | 0600));
    CHECK(again != id);
    CHECK_EQ(peek(attach(again, NULL, 0)), 0);
}

static void fresh_segment(void)
{
    int id = keep(shmget(own_key(), PAGE, IPC_CREAT | SHM_NORESERVE | 0640));
    struct shmid_ds ds = stat_of(id);

    CHECK_EQ(ds.shm_perm.__key, own_key());
    CHECK_EQ(ds.shm_perm.mode, 0640);
    CHECK_EQ(ds.shm_perm.uid, geteuid());
    CHECK_EQ(ds.shm_perm.cuid, geteuid());
    CHECK_EQ(ds.shm_perm.gid, getegid());
    CHECK_EQ(ds.shm_perm.cgid, getegid());
    CHECK_EQ(ds.shm_perm.__seq, id >> 15);
    CHECK_EQ(ds.shm_cpid, getpid());
    CHECK_EQ(ds.shm_lpid, 0);
    CHECK_EQ(ds.shm_nattch, 0);
    CHECK_EQ(ds.shm_atime, 0);
    CHECK_EQ(ds.shm_dtime, 0);
    CHECK(ds.shm_ctime != 0);
}

static int adds_one(void *arg)
{
    char *p = attach(*(int *)arg, NULL, 0);

    CHECK_EQ(attached(*(int *)arg), 3); /* the parent's, its copy, this one */
    p[PAGE]++;
    return 0;
}

static void shared(void)
{
    int id = make(2);
    char *p = attach(id, NULL, 0), *q = attach(id, NULL, SHM_RDONLY);

    CHECK_EQ(peek(p), 0);
    CHECK_OK(shmdt(q));
    p[PAGE] = 41;
    CHECK_CHILD(adds_one, &id);
    CHECK_EQ(p[PAGE], 42);
    CHECK_EQ(attached(id), 1);
}

static void contents_stay(void)
{
    int id = make(3);
    char *p = attach(id, NULL, 0);

    mark_pages(p, 3, 1);
    CHECK_OK(shmdt(p));
    CHECK_EQ(probe_read(p), SIGSEGV);
    p = attach(id, NULL, 0);
    CHECK_EQ(marked_pages(p, 3, 1), 3);
    CHECK_OK(madvise(p, PAGE, MADV_REMOVE));
    CHECK_EQ(peek(p), 0);
}

static void times_and_pids(void)
{
    int id = make(1);
    struct shmid_ds ds;
    char *p = attach(id, NULL, 0);

    ds = stat_of(id);
    CHECK_EQ(ds.shm_lpid, getpid());
    CHECK(ds.shm_atime >= ds.shm_ctime);
    CHECK_EQ(ds.shm_dtime, 0);
    CHECK_OK(shmdt(p));
    ds = stat_of(id);
    CHECK(ds.shm_dtime >= ds.shm_atime);
}

static void chosen_address(void)
{
    int id = make(2);
    char *p = place();

    CHECK_ERRNO(shmat(id, p, 0), EINVAL); /* not free */
    CHECK_ERRNO(shmat(id, p - PAGE, 0), EINVAL);
    CHECK_OK(munmap(p, 16 * PAGE));
    CHECK(attach(id, p, 0) == p);
    CHECK_ERRNO(shmat(id, p + 2 * PAGE + 9, 0), EINVAL);
    CHECK(attach(id, p + 3 * PAGE + 9, SHM_RND) == p + 3 * PAGE);
    CHECK_ERRNO(shmat(id, p + PAGE, SHM_RND), EINVAL);
    CHECK_AREAS(p, 6, "rw-s:2 -:1 rw-s:2 -:1");
}

static void replacing(void)
{
    int id = make(2);
    char *p = place();

    CHECK_ERRNO(shmat(id, NULL, SHM_REMAP), EINVAL);
    CHECK_ERRNO(shmat(id, (void *)9, SHM_REMAP | SHM_RND), EINVAL);
    CHECK_ERRNO(shmat(id, p + 9, SHM_REMAP), EINVAL);
    CHECK(attach(id, p + 9, SHM_REMAP | SHM_RND) == p);
    CHECK(attach(id, p + PAGE, SHM_REMAP) == p + PAGE);
    CHECK_AREAS(p, 4, "rw-s:1 rw-s:2 ---p:1");
    CHECK_EQ(attached(id), 2);
}

static void beyond_user_space(void)
{
    int id = make(2);

    CHECK_ERRNO(shmat(id, (void *)0x7ffffffff000, 0), ENOMEM);
    CHECK_ERRNO(shmat(id, (void *)0x7ffffffff000, SHM_REMAP), ENOMEM);
    CHECK_ERRNO(shmat(id, (void *)-PAGE, 0), EINVAL);
    CHECK_ERRNO(shmat(id, (void *)-PAGE, SHM_REMAP), ENOMEM);
    CHECK_EQ(attached(id), 0);
}

static void protections(void)
{
    int id = keep(shmget(IPC_PRIVATE, PAGE, 0700));
    char *p = place();

    attach(id, p, SHM_REMAP | SHM_RDONLY);
    attach(id, p + PAGE, SHM_REMAP | SHM_EXEC);
    attach(id, p + 2 * PAGE, SHM_REMAP | SHM_EXEC | SHM_RDONLY);
    CHECK_AREAS(p, 4, "r--s:1 rwxs:1 r-xs:1 ---p:1");
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    poke(p + PAGE, 0xc3); /* ret */
    CHECK_EQ(probe_exec(p + 2 * PAGE), 0);
    CHECK_EQ(peek(p), 0xc3);
}

static void names_in_maps(void)
{
    int id = keep(shmget(own_key(), PAGE, IPC_CREAT | 0600));
    char *p = attach(id, NULL, 0), expected[40];
    struct map_line line;

    snprintf(expected, sizeof(expected), "/SYSV%08x (deleted)",
             (unsigned)own_key());
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, expected);
    CHECK_EQ(line.inode, id);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, expected);
    REQUIRE(maps_find(attach(make(1), NULL, 0), &line));
    CHECK_STR(line.name, "/SYSV00000000 (deleted)");
}

static void bad_detach(void)
{
    int id = make(3);
    char *p = attach(id, NULL, 0);

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
    int id = make(5);
    char *p = place();

    attach(id, p, SHM_REMAP);
    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_EQ(attached(id), 3);
    CHECK_OK(mprotect(p + PAGE, PAGE, RW));
    CHECK_EQ(attached(id), 3);
    CHECK_AREAS(p, 6, "rw-s:1 rw-s:1 rw-s:3 ---p:1");
    CHECK_OK(munmap(p + PAGE, 2 * PAGE));
    CHECK_EQ(attached(id), 2);
    CHECK_AREAS(p, 6, "rw-s:1 -:2 rw-s:2 ---p:1");
}

/* One shmdt takes all that is left of one shmat, from its first address. */
static void detached_in_parts(void)
{
    int id = make(5);
    char *p = place();

    attach(id, p + 5 * PAGE, SHM_REMAP);
    attach(id, p, SHM_REMAP);
    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(munmap(p + 2 * PAGE, PAGE));
    CHECK_ERRNO(shmdt(p + PAGE), EINVAL);
    CHECK_OK(shmdt(p));
    CHECK_AREAS(p, 11, "-:5 rw-s:5 ---p:1");
    CHECK_EQ(attached(id), 1);
    CHECK_ERRNO(shmdt(p), EINVAL);
    CHECK_OK(shmdt(p + 5 * PAGE));
    CHECK_EQ(attached(id), 0);
}

static void moved(void)
{
    int id = make(4);
    char *p = attach(id, NULL, 0), *q, *r;

    mark_pages(p, 4, 1);
    CHECK(mremap(p, 4 * PAGE, 3 * PAGE, 0) == p);
    q = mremap(p, 3 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               free_range(8 * PAGE));
    REQUIRE(q != MAP_FAILED);
    CHECK_EQ(marked_pages(q, 3, 1), 3);
    CHECK_EQ(attached(id), 1);
    CHECK_ERRNO(shmdt(p), EINVAL);
    r = mremap(q, 0, PAGE, MREMAP_MAYMOVE);
    REQUIRE(r != MAP_FAILED);
    CHECK_EQ(attached(id), 2);
    CHECK_OK(shmdt(q));
    CHECK_EQ(attached(id), 1);
    CHECK_EQ(peek(r), 1);
}

static int waits_for_it(void *baton)
{
    baton_wait(baton);
    return 0;
}

static void fork_and_exit(void)
{
    int id = make(1), baton[2];
    pid_t pid;

    attach(id, NULL, 0);
    attach(id, NULL, 0);
    baton_make(baton);
    pid = start_child(waits_for_it, baton);
    CHECK_EQ(attached(id), 4);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(attached(id), 2);
    CHECK_EQ(stat_of(id).shm_lpid, pid);
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
    int id = make(1);

    CHECK_OK(shmdt(attach(id, NULL, 0)));
    attach(id, NULL, 0);
    CHECK_CHILD(runs_something, NULL);
    CHECK_EQ(attached(id), 1);
}

static void removed_at_once(void)
{
    int id = make(2);

    CHECK_OK(shmdt(attach(id, NULL, 0)));
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_ERRNO(shmctl(id, IPC_RMID, NULL), EINVAL);
    CHECK_ERRNO(shmat(id, NULL, 0), EINVAL);
}

/* A removed segment stays for those who have it, and by its ID for more. */
static void removed_while_attached(void)
{
    int id = keep(shmget(own_key(), 2 * PAGE, IPC_CREAT | 0600));
    char *p = attach(id, NULL, 0), *q;
    struct shmid_ds ds;

    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    ds = stat_of(id);
    CHECK_EQ(ds.shm_perm.mode, SHM_DEST | 0600);
    CHECK_EQ(ds.shm_perm.__key, IPC_PRIVATE);
    mark_pages(p, 2, 1);
    q = attach(id, NULL, 0);
    CHECK_EQ(marked_pages(q, 2, 1), 2);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_OK(shmdt(p));
    CHECK_EQ(attached(id), 1);
    CHECK_OK(munmap(q, PAGE));
    CHECK_EQ(peek(q + PAGE), 2);
    CHECK_OK(munmap(q + PAGE, PAGE));
    CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
}

static void removed_by_exit(void)
{
    int id = make(1), baton[2];
    char *p = attach(id, NULL, 0);
    struct shmid_ds ds;
    pid_t pid;

    baton_make(baton);
    pid = start_child(waits_for_it, baton);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_OK(shmdt(p));
    CHECK_EQ(attached(id), 1);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EINVAL);
}

/* An ID is not given out again soon. */
static void stale_ids(void)
{
    int id = make(1), i, next;

    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    for (i = 0; i < 200; i++) {
        next = shmget(IPC_PRIVATE, PAGE, 0600);
        CHECK(next >= 0 && next != id);
        CHECK_OK(shmctl(next, IPC_RMID, NULL));
    }
}

static void bad_control(void)
{
    int id = make(1);
    struct shmid_ds ds;

    CHECK_ERRNO(shmctl(-1, IPC_STAT, &ds), EINVAL);
    CHECK_ERRNO(shmctl(-1, IPC_INFO, &ds), EINVAL);
    CHECK_ERRNO(shmctl(id, 99, &ds), EINVAL);
    CHECK_ERRNO(shmctl(id, -1, &ds), EINVAL);
    CHECK_ERRNO(shmctl(id, IPC_STAT | 0x100, &ds), EINVAL);
    CHECK_ERRNO(shmctl(id, IPC_STAT, (void *)8), EFAULT);
    CHECK_ERRNO(shmctl(id, IPC_SET, (void *)8), EFAULT);
    CHECK_ERRNO(shmctl(0x7fff, IPC_SET, (void *)8), EFAULT);
    CHECK_ERRNO(shmctl(0x7fff, IPC_STAT, &ds), EINVAL);
    CHECK_ERRNO(shmat(-1, NULL, 0), EINVAL);
}

static void set(void)
{
    int id = keep(shmget(IPC_PRIVATE, PAGE, 0600));
    struct shmid_ds ds = stat_of(id);

    ds.shm_perm.mode = 07751;
    ds.shm_perm.uid = 5;
    ds.shm_perm.gid = 6;
    ds.shm_perm.cuid = 7;
    ds.shm_segsz = 1;
    CHECK_OK(shmctl(id, IPC_SET, &ds));
    ds = stat_of(id);
    CHECK_EQ(ds.shm_perm.mode, 0751);
    CHECK_EQ(ds.shm_perm.uid, 5);
    CHECK_EQ(ds.shm_perm.gid, 6);
    CHECK_EQ(ds.shm_perm.cuid, geteuid());
    CHECK_EQ(ds.shm_segsz, PAGE);
    ds.shm_perm.uid = (uid_t)-1;
    CHECK_ERRNO(shmctl(id, IPC_SET, &ds), EINVAL);
}

static void limits_and_totals(void)
{
    int id = make(3);
    struct shminfo limits;
    struct shm_info before, after;
    char *p = attach(id, NULL, 0);

    CHECK(shmctl(0, IPC_INFO, (struct shmid_ds *)&limits) >= (id & INDEX));
    CHECK_EQ(limits.shmmin, 1);
    CHECK_EQ(limits.shmmni, SHMMNI);
    CHECK_EQ(limits.shmmax, SHMMAX);
    CHECK_EQ(limits.shmall, SHMALL);
    CHECK(shmctl(0, SHM_INFO, (struct shmid_ds *)&before) >= (id & INDEX));
    poke(p, 1);
    poke(p + PAGE, 1);
    make(5);
    CHECK_OK(shmctl(0, SHM_INFO, (struct shmid_ds *)&after));
    CHECK_EQ(after.used_ids - before.used_ids, 1);
    CHECK_EQ(after.shm_tot - before.shm_tot, 5);
    CHECK_EQ(after.shm_rss - before.shm_rss, 2);
    CHECK_EQ(after.shm_swp, 0);
}

static void by_index(void)
{
    int id = make(3);
    struct shmid_ds ds;

    CHECK_EQ(shmctl(id & INDEX, SHM_STAT, &ds), id);
    CHECK_EQ(ds.shm_segsz, 3 * PAGE);
    CHECK_EQ(shmctl(id & INDEX, SHM_STAT_ANY, &ds), id);
    CHECK_ERRNO(shmctl(SHMMNI - 1, SHM_STAT, &ds), EINVAL);
}

static void locked(void)
{
    int id = make(1);

    CHECK_OK(shmctl(id, SHM_LOCK, NULL));
    CHECK_EQ(stat_of(id).shm_perm.mode, SHM_LOCKED | 0600);
    CHECK_OK(shmctl(id, SHM_LOCK, NULL));
    CHECK_OK(shmctl(id, SHM_UNLOCK, NULL));
    CHECK_EQ(stat_of(id).shm_perm.mode, 0600);
}

static void become(uid_t uid, gid_t gid)
{
    REQUIRE_OK(setgroups(0, NULL));
    REQUIRE_OK(setresgid(gid, gid, gid));
    REQUIRE_OK(setresuid(uid, uid, uid));
}

static void set_mode(int id, mode_t mode)
{
    struct shmid_ds ds = stat_of(id);

    ds.shm_perm.mode = mode;
    REQUIRE_OK(shmctl(id, IPC_SET, &ds));
}

static int others(void *arg)
{
    int id = *(int *)arg;
    struct shmid_ds ds = { 0 };

    become(NOBODY, NOBODY);
    CHECK_ERRNO(shmctl(id, IPC_RMID, NULL), EPERM);
    CHECK_ERRNO(shmctl(id, IPC_SET, &ds), EPERM);
    CHECK_ERRNO(shmctl(id, SHM_LOCK, NULL), EPERM);
    CHECK_ERRNO(shmctl(id, SHM_UNLOCK, NULL), EPERM);
    CHECK_ERRNO(shmctl(id, IPC_STAT, &ds), EACCES);
    CHECK_ERRNO(shmctl(id & INDEX, SHM_STAT, &ds), EACCES);
    CHECK_EQ(shmctl(id & INDEX, SHM_STAT_ANY, &ds), id);
    CHECK_ERRNO(shmat(id, NULL, SHM_RDONLY), EACCES);
    CHECK_ERRNO(shmget(ds.shm_perm.__key, 0, 0400), EACCES);
    CHECK_ERRNO(shmget(ds.shm_perm.__key, 0, 0004), EACCES);
    CHECK_EQ(shmget(ds.shm_perm.__key, 0, 0), id);
    return 0;
}

static int reads_only(void *arg)
{
    int id = *(int *)arg;

    become(NOBODY, NOBODY);
    CHECK_EQ(peek(attach(id, NULL, SHM_RDONLY)), 9);
    CHECK_ERRNO(shmat(id, NULL, 0), EACCES);
    CHECK_ERRNO(shmat(id, NULL, SHM_RDONLY | SHM_EXEC), EACCES);
    CHECK_EQ(stat_of(id).shm_perm.mode, 0604);
    return 0;
}

static int by_group(void *arg)
{
    become(NOBODY, getegid());
    attach(*(int *)arg, NULL, 0);
    return 0;
}

static void permissions(void)
{
    int id = keep(shmget(own_key(), PAGE, IPC_CREAT | 0600));

    if (geteuid() != 0)
        return;
    poke(attach(id, NULL, 0), 9);
    CHECK_CHILD(others, &id);
    set_mode(id, 0604);
    CHECK_CHILD(reads_only, &id);
    set_mode(id, 0060);
    CHECK_CHILD(by_group, &id);
    attach(id, NULL, SHM_EXEC); /* the superuser may do anything */
}

static int owns_it(void *arg)
{
    int id = *(int *)arg;

    become(NOBODY, NOBODY);
    set_mode(id, 0400);
    CHECK_ERRNO(shmat(id, NULL, 0), EACCES);
    CHECK_OK(shmctl(id, SHM_LOCK, NULL));
    CHECK_OK(shmctl(id, SHM_UNLOCK, NULL));
    set_limit(RLIMIT_MEMLOCK, 0);
    CHECK_ERRNO(shmctl(id, SHM_LOCK, NULL), EPERM);
    CHECK_OK(shmctl(id, SHM_UNLOCK, NULL));
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    return 0;
}

static void given_away(void)
{
    int id = make(1);
    struct shmid_ds ds = stat_of(id);

    if (geteuid() != 0)
        return;
    ds.shm_perm.uid = NOBODY;
    CHECK_OK(shmctl(id, IPC_SET, &ds));
    CHECK_CHILD(owns_it, &id);
}

/* The line of /proc/sysvipc/shm that is about this ID; its first, if -1. */
static void proc_line(int id, char *line, size_t size)
{
    FILE *file = fopen("/proc/sysvipc/shm", "r");
    char number[16];

    REQUIRE(file != NULL);
    snprintf(number, sizeof(number), " %10d ", id);
    while (fgets(line, (int)size, file) != NULL)
        if (id < 0 || strncmp(line + 10, number, 12) == 0)
            break;
    fclose(file);
}

static void listed_in_proc(void)
{
    int id = keep(shmget(own_key(), 2 * PAGE - 1, IPC_CREAT | 0640));
    char line[256], expected[256];
    struct shmid_ds ds;

    poke(attach(id, NULL, 0), 1);
    ds = stat_of(id);
    proc_line(-1, line, sizeof(line));
    CHECK_STR(line,
              "       key      shmid perms                  size  cpid  lpid "
              "nattch   uid   gid  cuid  cgid      atime      dtime      ctime"
              "                   rss                  swap\n");
    proc_line(id, line, sizeof(line));
    snprintf(expected, sizeof(expected),
             "%10d %10d   640 %21lu %5u %5u  %5u %5u %5u %5u %5u %10lu %10lu "
             "%10lu %21lu %21lu\n",
             own_key(), id, 2 * PAGE - 1, getpid(), getpid(), 1, geteuid(),
             getegid(), geteuid(), getegid(), (unsigned long)ds.shm_atime, 0UL,
             (unsigned long)ds.shm_ctime, PAGE, 0UL);
    CHECK_STR(line, expected);
}

/* As many as there may be, with those that others have. */
static void too_many(void)
{
    static int ids[SHMMNI];
    struct shm_info info;
    size_t n = 0;

    while (n < SHMMNI && (ids[n] = shmget(IPC_PRIVATE, PAGE, 0600)) >= 0)
        n++;
    if (n < SHMMNI)
        CHECK_EQ(errno, ENOSPC);
    CHECK_OK(shmctl(0, SHM_INFO, (struct shmid_ds *)&info));
    CHECK_EQ(info.used_ids, SHMMNI);
    CHECK_ERRNO(shmget(IPC_PRIVATE, PAGE, 0600), ENOSPC);
    while (n > 0)
        CHECK_OK(shmctl(ids[--n], IPC_RMID, NULL));
}

static const struct test_case cases[] = {
    CASE(sizes),
    CASE(keys),
    CASE(key_reused),
    CASE(fresh_segment),
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
    CASE(stale_ids),
    CASE(bad_control),
    CASE(set),
    CASE(limits_and_totals),
    CASE(by_index),
    CASE(locked),
    CASE(permissions),
    CASE(given_away),
    CASE(listed_in_proc),
    CASE(too_many),
};

int main(int argc, char **argv, char **envp)
{
    int status;

    made = mmap(NULL, sizeof(*made), RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return 1;
    status = test_main(argc, argv, envp, cases, COUNT(cases));
    while (made->n > 0)
        shmctl(made->ids[--made->n], IPC_RMID, NULL);
    return status;
}
