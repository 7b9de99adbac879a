/* SPDX-License-Identifier: MIT */
/*
 * Verifies kill, tkill and tgkill: whom they reach, and what they refuse.
 */
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define NOBODY 65534
#define MEMBERS 3

static int waits_for_usr1(void *baton)
{
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;

    baton_pass(baton);
    REQUIRE(sigwaitinfo(&set, &info) == SIGUSR1);
    return info.si_code == SI_USER && info.si_pid == getppid() ? 7 : 8;
}

static void one_process(void)
{
    int baton[2];
    pid_t child;

    baton_make(baton);
    block_signal(SIGUSR1);
    child = start_child(waits_for_usr1, baton);
    baton_wait(baton);
    CHECK_OK(kill(child, 0));
    CHECK_OK(kill(child, SIGUSR1));
    CHECK_EXIT(wait_child(child), 7);
    CHECK_ERRNO(kill(child, 0), ESRCH);
    CHECK_EQ(is_pending(SIGUSR1), 0);
}

static int leads_a_group(void *baton)
{
    pid_t members[MEMBERS];
    int i;

    REQUIRE_OK(setpgid(0, 0));
    for (i = 0; i < MEMBERS; i++)
        members[i] = start_child(waits_for_usr1, baton);
    for (i = 0; i < MEMBERS; i++)
        baton_wait(baton);
    CHECK_OK(kill(0, SIGUSR1)); /* one's own group, and oneself */
    CHECK_EQ(is_pending(SIGUSR1), 1);
    for (i = 0; i < MEMBERS; i++)
        CHECK_EXIT(wait_child(members[i]), 7);
    return 0;
}

static void own_group(void)
{
    int baton[2];

    baton_make(baton);
    block_signal(SIGUSR1);
    CHECK_CHILD(leads_a_group, baton);
    CHECK_EQ(is_pending(SIGUSR1), 0);
}

static void group_by_number(void)
{
    int baton[2], i;
    pid_t members[MEMBERS];

    baton_make(baton);
    block_signal(SIGUSR1);
    for (i = 0; i < MEMBERS; i++) {
        members[i] = start_child(waits_for_usr1, baton);
        REQUIRE_OK(setpgid(members[i], members[0]));
    }
    for (i = 0; i < MEMBERS; i++)
        baton_wait(baton);
    CHECK_OK(kill(-members[0], 0));
    CHECK_OK(kill(-members[0], SIGUSR1));
    for (i = 0; i < MEMBERS; i++)
        CHECK_EXIT(wait_child(members[i]), 7);
    CHECK_ERRNO(kill(-members[0], SIGUSR1), ESRCH);
    CHECK_EQ(is_pending(SIGUSR1), 0);
}

static int ends(void *unused)
{
    (void)unused;
    return 3;
}

/* A zombie is still there to be sent to. */
static void zombies(void)
{
    siginfo_t info;
    pid_t child = start_child(ends, NULL);

    REQUIRE_OK(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
    CHECK_OK(kill(child, 0));
    CHECK_OK(kill(child, SIGKILL));
    CHECK_EXIT(wait_child(child), 3);
    CHECK_ERRNO(kill(child, SIGKILL), ESRCH);
}

static void threads_by_number(void)
{
    catch_signal(SIGUSR1, 0);
    CHECK_OK(syscall(SYS_tkill, gettid(), SIGUSR1));
    CHECK_EQ(seen[SIGUSR1].info.si_code, SI_TKILL);
    CHECK_EQ(seen[SIGUSR1].info.si_pid, getpid());
    CHECK_OK(tgkill(getpid(), gettid(), SIGUSR1));
    CHECK_EQ(seen[SIGUSR1].count, 2);
    CHECK_OK(tgkill(getpid(), gettid(), 0));
    CHECK_ERRNO(tgkill(getppid(), gettid(), SIGUSR1), ESRCH);
    CHECK_ERRNO(tgkill(getpid(), 0, SIGUSR1), EINVAL);
    CHECK_ERRNO(tgkill(0, gettid(), SIGUSR1), EINVAL);
    CHECK_ERRNO(tgkill(-1, gettid(), SIGUSR1), EINVAL);
    CHECK_ERRNO(syscall(SYS_tkill, 0, SIGUSR1), EINVAL);
    CHECK_ERRNO(syscall(SYS_tkill, -1, SIGUSR1), EINVAL);
    CHECK_EQ(seen[SIGUSR1].count, 2);
}

static void refused(void)
{
    CHECK_ERRNO(kill(getpid(), 65), EINVAL);
    CHECK_ERRNO(kill(getpid(), -1), EINVAL);
    CHECK_ERRNO(tgkill(getpid(), gettid(), 65), EINVAL);
    CHECK_ERRNO(kill(32767, SIGUSR1), ESRCH);
    CHECK_ERRNO(kill(-32767, SIGUSR1), ESRCH);
    CHECK_ERRNO(kill((pid_t)0x80000000, SIGUSR1), ESRCH);
    CHECK_ERRNO(tgkill(getpid(), 32767, SIGUSR1), ESRCH);
}

static int is_nobody(void *parent)
{
    pid_t pid = (pid_t)(long)parent;

    REQUIRE_OK(setuid(NOBODY));
    CHECK_ERRNO(kill(pid, SIGUSR1), EPERM);
    CHECK_ERRNO(kill(pid, 0), EPERM);
    CHECK_ERRNO(tgkill(pid, pid, SIGUSR1), EPERM);
    CHECK_ERRNO(kill(-getpgid(pid), 99), EINVAL);
    CHECK_OK(kill(pid, SIGCONT)); /* the session is the same */
    CHECK_OK(kill(getpid(), SIGCONT));
    return 0;
}

/* Only who may change its identity can try. */
static void strangers(void)
{
    if (geteuid() == 0)
        CHECK_CHILD(is_nobody, (void *)(long)getpid());
    CHECK_EQ(is_pending(SIGUSR1), 0);
}

static const struct test_case cases[] = {
    CASE(one_process), CASE(own_group),         CASE(group_by_number),
    CASE(zombies),     CASE(threads_by_number), CASE(refused),
    CASE(strangers),
};

TEST_MAIN(cases)
