/* SPDX-License-Identifier: MIT */
/*
 * Verifies rt_sigqueueinfo and rt_tgsigqueueinfo: the value arrives, codes
 * cannot be forged towards others, and the queue has a limit.
 */
#include <sys/resource.h>

#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

static int queue_info(pid_t pid, int signo, int code)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_code = code;
    info.si_pid = 4711;
    info.si_value.sival_ptr = (void *)0x123456789abc;
    return (int)syscall(SYS_rt_sigqueueinfo, pid, signo, &info);
}

static void value_arrives(void)
{
    union sigval value = { .sival_ptr = (void *)0x7654321012345678 };

    catch_signal(SIGUSR1, 0);
    CHECK_OK(sigqueue(getpid(), SIGUSR1, value));
    CHECK_EQ(seen[SIGUSR1].info.si_code, SI_QUEUE);
    CHECK_EQ(seen[SIGUSR1].info.si_signo, SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].info.si_pid, getpid());
    CHECK_EQ(seen[SIGUSR1].info.si_uid, getuid());
    CHECK_EQ(seen[SIGUSR1].info.si_value.sival_ptr, value.sival_ptr);
}

/* Towards oneself any code goes. */
static void own_process_may_say_anything(void)
{
    catch_signal(SIGUSR1, 0);
    CHECK_OK(queue_info(getpid(), SIGUSR1, SI_USER));
    CHECK_EQ(seen[SIGUSR1].info.si_code, SI_USER);
    CHECK_EQ(seen[SIGUSR1].info.si_pid, 4711);
    CHECK_OK(queue_info(getpid(), SIGUSR1, SI_TKILL));
    CHECK_EQ(seen[SIGUSR1].info.si_code, SI_TKILL);
    CHECK_EQ(seen[SIGUSR1].count, 2);
}

static int waits_for_two(void *baton)
{
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;

    baton_pass(baton);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1);
    CHECK_EQ(info.si_code, SI_QUEUE);
    CHECK_EQ(info.si_pid, 4711);
    CHECK_EQ(info.si_value.sival_ptr, 0x123456789abc);
    return 0;
}

static void others_are_not_lied_to(void)
{
    int baton[2];
    pid_t child;

    baton_make(baton);
    block_signal(SIGUSR1);
    child = start_child(waits_for_two, baton);
    baton_wait(baton);
    CHECK_ERRNO(queue_info(child, SIGUSR1, SI_USER), EPERM);
    CHECK_ERRNO(queue_info(child, SIGUSR1, SI_KERNEL), EPERM);
    CHECK_ERRNO(queue_info(child, SIGUSR1, SI_TKILL), EPERM);
    CHECK_ERRNO(queue_info(child, SIGSEGV, SEGV_MAPERR), EPERM);
    CHECK_OK(queue_info(child, SIGUSR1, SI_QUEUE));
    CHECK_EXIT(wait_child(child), 0);
}

static void refused(void)
{
    catch_signal(SIGUSR1, 0);
    CHECK_ERRNO(queue_info(getpid(), 65, SI_QUEUE), EINVAL);
    CHECK_OK(queue_info(getpid(), 0, SI_QUEUE));
    CHECK_ERRNO(queue_info(32767, SIGUSR1, SI_QUEUE), ESRCH);
    CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, 8), EFAULT);
    CHECK_EQ(seen[SIGUSR1].count, 0);
}

static void to_one_thread(void)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 99;
    catch_signal(SIGUSR1, 0);
    CHECK_OK(
        syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGUSR1, &info));
    CHECK_EQ(seen[SIGUSR1].info.si_value.sival_int, 99);
    CHECK_ERRNO(syscall(SYS_rt_tgsigqueueinfo, getpid(), 0, SIGUSR1, &info),
                EINVAL);
    CHECK_ERRNO(
        syscall(SYS_rt_tgsigqueueinfo, getppid(), gettid(), SIGUSR1, &info),
        ESRCH);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

/* Real-time signals that do not fit are refused, not dropped; kill(2) and
 * plain signals still come. */
static void queue_has_a_limit(void)
{
    union sigval value = { .sival_int = 7 };
    int sent = 0;

    set_limit(RLIMIT_SIGPENDING, 20);
    catch_signal(SIGRTMIN + 1, 0);
    catch_signal(SIGUSR1, 0);
    block_signal(SIGRTMIN + 1);
    block_signal(SIGUSR1);
    while (sent < 1000 && sigqueue(getpid(), SIGRTMIN + 1, value) == 0)
        sent++;
    CHECK_EQ(errno, EAGAIN);
    CHECK(sent > 0 && sent <= 20);
    CHECK_OK(kill(getpid(), SIGUSR1));
    CHECK_EQ(is_pending(SIGUSR1), 1);
    unblock_signal(SIGRTMIN + 1);
    CHECK_EQ(seen[SIGRTMIN + 1].count, sent);
    unblock_signal(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

static const struct test_case cases[] = {
    CASE(value_arrives),          CASE(own_process_may_say_anything),
    CASE(others_are_not_lied_to), CASE(refused),
    CASE(to_one_thread),          CASE(queue_has_a_limit),
};

TEST_MAIN(cases)
