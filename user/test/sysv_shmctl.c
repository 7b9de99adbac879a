/* SPDX-License-Identifier: MIT */
/*
 * Verifies how System V shared memory segments are made, looked at and changed:
 * shmget, shmctl, /proc/sysvipc/shm, and who may do what with them. Attaching:
 * sysv_shm.c.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "user/test/probe.h"
#include "user/test/sysv.h"
#include "user/test/test.h"

#define NOBODY 65534
#define INDEX 0x7fff /* of an ID */

static void sizes(void)
{
    int id = sysv_keep(shmget(sysv_key(), 5 * PAGE - 3, IPC_CREAT | 0600));

    CHECK_ERRNO(shmget(IPC_PRIVATE, 0, 0600), EINVAL);
    CHECK_ERRNO(shmget(sysv_key() + 1, 0, IPC_CREAT | 0600), EINVAL);
    CHECK_ERRNO(shmget(IPC_PRIVATE, (size_t)-1, 0600), EINVAL);
    CHECK_ERRNO(shmget(IPC_PRIVATE, 1UL << 63, 0600), EINVAL);
    CHECK_EQ(sysv_stat(id).shm_segsz, 5 * PAGE - 3);
    CHECK_EQ(shmget(sysv_key(), 5 * PAGE - 3, 0), id);
    CHECK_EQ(shmget(sysv_key(), 0, 0), id);
    CHECK_ERRNO(shmget(sysv_key(), 5 * PAGE - 2, 0), EINVAL);
}

static void keys(void)
{
    int id = sysv_keep(shmget(sysv_key(), PAGE, IPC_CREAT | IPC_EXCL | 0600));

    CHECK_ERRNO(shmget(sysv_key() + 1, PAGE, 0600), ENOENT);
    CHECK_ERRNO(shmget(sysv_key(), PAGE, IPC_CREAT | IPC_EXCL), EEXIST);
    CHECK_EQ(shmget(sysv_key(), PAGE, IPC_CREAT | 0600), id);
    CHECK_EQ(shmget(sysv_key(), PAGE, IPC_EXCL), id);
    CHECK(sysv_make(1) != sysv_make(1));
}

static void key_reused(void)
{
    int id = sysv_keep(shmget(sysv_key(), PAGE, IPC_CREAT | 0600)), again;

    poke(sysv_attach(id, NULL, 0), 7);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_ERRNO(shmget(sysv_key(), PAGE, 0), ENOENT);
    again =
        sysv_keep(shmget(sysv_key(), 2 * PAGE, IPC_CREAT | IPC_EXCL | 0600));
    CHECK(again != id);
    CHECK_EQ(peek(sysv_attach(again, NULL, 0)), 0);
}

static void fresh_segment(void)
{
    int id =
        sysv_keep(shmget(sysv_key(), PAGE, IPC_CREAT | SHM_NORESERVE | 0640));
    struct shmid_ds ds = sysv_stat(id);

    CHECK_EQ(ds.shm_perm.__key, sysv_key());
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

/* An ID is not given out again soon. */
static void stale_ids(void)
{
    int id = sysv_make(1), i, next;

    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    for (i = 0; i < 200; i++) {
        next = shmget(IPC_PRIVATE, PAGE, 0600);
        CHECK(next >= 0 && next != id);
        CHECK_OK(shmctl(next, IPC_RMID, NULL));
    }
}

static void bad_control(void)
{
    int id = sysv_make(1);
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
    int id = sysv_keep(shmget(IPC_PRIVATE, PAGE, 0600));
    struct shmid_ds ds = sysv_stat(id);

    ds.shm_perm.mode = 07751;
    ds.shm_perm.uid = 5;
    ds.shm_perm.gid = 6;
    ds.shm_perm.cuid = 7;
    ds.shm_segsz = 1;
    CHECK_OK(shmctl(id, IPC_SET, &ds));
    ds = sysv_stat(id);
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
    int id = sysv_make(3);
    struct shminfo limits;
    struct shm_info before, after;
    char *p = sysv_attach(id, NULL, 0);

    CHECK(shmctl(0, IPC_INFO, (struct shmid_ds *)&limits) >= (id & INDEX));
    CHECK_EQ(limits.shmmin, 1);
    CHECK_EQ(limits.shmmni, SHMMNI);
    CHECK_EQ(limits.shmmax, SHMMAX);
    CHECK_EQ(limits.shmall, SHMALL);
    CHECK(shmctl(0, SHM_INFO, (struct shmid_ds *)&before) >= (id & INDEX));
    poke(p, 1);
    poke(p + PAGE, 1);
    sysv_make(5);
    CHECK_OK(shmctl(0, SHM_INFO, (struct shmid_ds *)&after));
    CHECK_EQ(after.used_ids - before.used_ids, 1);
    CHECK_EQ(after.shm_tot - before.shm_tot, 5);
    CHECK_EQ(after.shm_rss - before.shm_rss, 2);
    CHECK_EQ(after.shm_swp, 0);
}

static void by_index(void)
{
    int id = sysv_make(3);
    struct shmid_ds ds;

    CHECK_EQ(shmctl(id & INDEX, SHM_STAT, &ds), id);
    CHECK_EQ(ds.shm_segsz, 3 * PAGE);
    CHECK_EQ(shmctl(id & INDEX, SHM_STAT_ANY, &ds), id);
    CHECK_ERRNO(shmctl(SHMMNI - 1, SHM_STAT, &ds), EINVAL);
}

static void locked(void)
{
    int id = sysv_make(1);

    CHECK_OK(shmctl(id, SHM_LOCK, NULL));
    CHECK_EQ(sysv_stat(id).shm_perm.mode, SHM_LOCKED | 0600);
    CHECK_OK(shmctl(id, SHM_LOCK, NULL));
    CHECK_OK(shmctl(id, SHM_UNLOCK, NULL));
    CHECK_EQ(sysv_stat(id).shm_perm.mode, 0600);
}

static void reused_index(void)
{
    int id = sysv_make(1), other = id + INDEX + 1; /* the next of that index */
    struct shmid_ds ds = sysv_stat(id);

    CHECK_ERRNO(shmctl(other, IPC_STAT, &ds), EINVAL);
    CHECK_ERRNO(shmctl(other, IPC_SET, &ds), EINVAL);
    CHECK_ERRNO(shmctl(other, SHM_LOCK, NULL), EINVAL);
    CHECK_ERRNO(shmctl(other, IPC_RMID, NULL), EINVAL);
    CHECK_ERRNO(shmat(other, NULL, 0), EINVAL);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
}

static void become(uid_t uid, gid_t gid)
{
    REQUIRE_OK(setgroups(0, NULL));
    REQUIRE_OK(setresgid(gid, gid, gid));
    REQUIRE_OK(setresuid(uid, uid, uid));
}

static void set_mode(int id, mode_t mode)
{
    struct shmid_ds ds = sysv_stat(id);

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
    CHECK_EQ(peek(sysv_attach(id, NULL, SHM_RDONLY)), 9);
    CHECK_ERRNO(shmat(id, NULL, 0), EACCES);
    CHECK_ERRNO(shmat(id, NULL, SHM_RDONLY | SHM_EXEC), EACCES);
    CHECK_EQ(sysv_stat(id).shm_perm.mode, 0604);
    return 0;
}

static int by_group(void *arg)
{
    become(NOBODY, getegid());
    sysv_attach(*(int *)arg, NULL, 0);
    return 0;
}

static void permissions(void)
{
    int id = sysv_keep(shmget(sysv_key(), PAGE, IPC_CREAT | 0600));

    if (geteuid() != 0)
        return;
    poke(sysv_attach(id, NULL, 0), 9);
    CHECK_CHILD(others, &id);
    set_mode(id, 0604);
    CHECK_CHILD(reads_only, &id);
    set_mode(id, 0060);
    CHECK_CHILD(by_group, &id);
    sysv_attach(id, NULL, SHM_EXEC); /* the superuser may do anything */
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

static int locks_too_much(void *unused)
{
    int id, other;

    (void)unused;
    set_limit(RLIMIT_MEMLOCK, 2 * PAGE);
    become(NOBODY, NOBODY);
    id = sysv_make(3);
    other = sysv_make(2);
    CHECK_ERRNO(shmctl(id, SHM_LOCK, NULL), ENOMEM);
    CHECK_EQ(sysv_stat(id).shm_perm.mode, 0600);
    CHECK_OK(shmctl(other, SHM_LOCK, NULL));
    CHECK_OK(shmctl(other, SHM_UNLOCK, NULL));
    /* EINVAL where there are no large pages. */
    CHECK_EQ(shmget(IPC_PRIVATE, 2 * MIB, SHM_HUGETLB | 0600), -1);
    CHECK(errno == EPERM || errno == EINVAL);
    CHECK_OK(shmctl(id, IPC_RMID, NULL));
    CHECK_OK(shmctl(other, IPC_RMID, NULL));
    return 0;
}

static void limited(void)
{
    if (geteuid() == 0)
        CHECK_CHILD(locks_too_much, NULL);
}

static void given_away(void)
{
    int id = sysv_make(1);
    struct shmid_ds ds = sysv_stat(id);

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
    int id = sysv_keep(shmget(sysv_key(), 2 * PAGE - 1, IPC_CREAT | 0640));
    char line[256], expected[256];
    struct shmid_ds ds;

    poke(sysv_attach(id, NULL, 0), 1);
    ds = sysv_stat(id);
    proc_line(-1, line, sizeof(line));
    CHECK_STR(line,
              "       key      shmid perms                  size  cpid  lpid "
              "nattch   uid   gid  cuid  cgid      atime      dtime      ctime"
              "                   rss                  swap\n");
    proc_line(id, line, sizeof(line));
    snprintf(expected, sizeof(expected),
             "%10d %10d   640 %21lu %5u %5u  %5u %5u %5u %5u %5u %10lu %10lu "
             "%10lu %21lu %21lu\n",
             sysv_key(), id, 2 * PAGE - 1, getpid(), getpid(), 1, geteuid(),
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
    CASE(bad_control),
    CASE(set),
    CASE(limits_and_totals),
    CASE(by_index),
    CASE(locked),
    CASE(permissions),
    CASE(given_away),
    CASE(limited),
    CASE(listed_in_proc),
    CASE(too_many),
    CASE(stale_ids),
    CASE(reused_index),
};

SYSV_MAIN(cases)
