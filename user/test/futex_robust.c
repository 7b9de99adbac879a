/* SPDX-License-Identifier: MIT */
/*
 * Verifies robust lists: locks that a thread holds when it ends are marked,
 * and one of those who wait is woken; a list that is nonsense does no harm.
 */
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"

#define LOCKS 3

struct lock {
    struct robust_list link;
    volatile int word;
};

/* In memory that processes share. */
struct robust {
    struct robust_list_head head;
    struct lock locks[LOCKS];
    volatile int ready;
};

static struct robust *robust;
static struct test_thread thread;

static long set_list(void *head)
{
    return ASK(set_robust_list, head, sizeof(struct robust_list_head));
}

static void make_list(void)
{
    int i;

    robust = (struct robust *)map_shared(PAGE, RW);
    robust->head.futex_offset = offsetof(struct lock, word);
    for (i = 0; i < LOCKS; i++)
        robust->locks[i].link.next = &robust->locks[i + 1].link;
    robust->head.list.next = &robust->locks[0].link;
    robust->locks[LOCKS - 1].link.next = &robust->head.list;
}

static int holds_and_ends(void *unused)
{
    int tid = (int)ASK(gettid), i;

    (void)unused;
    for (i = 0; i < LOCKS; i++)
        word_set(&robust->locks[i].word, tid);
    word_set(&robust->locks[1].word, tid | (int)FUTEX_WAITERS);
    word_set(&robust->locks[2].word, tid + 1); /* another's */
    return set_list(&robust->head) == 0 ? 0 : 1;
}

static void check_marks(int other)
{
    CHECK_EQ((unsigned)robust->locks[0].word, FUTEX_OWNER_DIED);
    CHECK_EQ((unsigned)robust->locks[1].word, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    CHECK_EQ(robust->locks[2].word, other);
}

static void of_a_thread(void)
{
    make_list();
    thread_start(&thread, holds_and_ends, NULL);
    thread_join(&thread);
    check_marks(thread.tid + 1);
}

static void of_a_process(void)
{
    pid_t child;

    make_list();
    child = start_child(holds_and_ends, NULL);
    CHECK_EXIT(wait_child(child), 0);
    check_marks(child + 1);
}

static int holds_until_killed(void *unused)
{
    holds_and_ends(unused);
    word_set(&robust->ready, 1);
    pause();
    return 1;
}

static void of_one_that_is_killed(void)
{
    pid_t child;

    make_list();
    child = start_child(holds_until_killed, NULL);
    wait_until(&robust->ready);
    CHECK_OK(kill(child, SIGKILL));
    CHECK_SIGNAL(wait_child(child), SIGKILL);
    check_marks(child + 1);
}

static int waits_for_the_dead(void *unused)
{
    (void)unused;
    word_set(&robust->ready, 1);
    while (!(word_get(&robust->locks[1].word) & (int)FUTEX_OWNER_DIED))
        futex(&robust->locks[1].word, FUTEX_WAIT,
              (unsigned)robust->locks[1].word, NULL);
    return 0;
}

/* Who waits for the lock is woken. */
static void sleepers_are_woken(void)
{
    static struct test_thread waiter;

    make_list();
    robust->locks[1].word = 1;
    thread_start(&waiter, waits_for_the_dead, NULL);
    wait_until(&robust->ready);
    sleep_ms(2);
    CHECK_EXIT(wait_child(start_child(holds_and_ends, NULL)), 0);
    thread_join(&waiter);
}

static int ends_in_the_midst(void *unused)
{
    int tid = (int)ASK(gettid);

    (void)unused;
    robust->head.list.next = &robust->head.list;
    robust->head.list_op_pending = &robust->locks[0].link;
    robust->locks[0].word = tid;
    return (int)set_list(&robust->head);
}

/* The lock that was just being taken or released counts too. */
static void pending_operation(void)
{
    make_list();
    thread_start(&thread, ends_in_the_midst, NULL);
    thread_join(&thread);
    CHECK_EQ((unsigned)robust->locks[0].word, FUTEX_OWNER_DIED);
    CHECK_EQ(robust->locks[1].word, 0);
}

/* ---- nonsense ---- */

static int sets_and_ends(void *head)
{
    return set_list(head) == 0 ? 0 : 1;
}

static int tries(void *head)
{
    int i;

    for (i = 0; i < LOCKS; i++)
        robust->locks[i].word = (int)ASK(getpid);
    return sets_and_ends(head);
}

static void nonsense(void)
{
    make_list();
    CHECK_EXIT(run_child(tries, (void *)8), 0);
    CHECK_EXIT(run_child(tries, (void *)0xffff800000000000), 0);
    CHECK_EXIT(run_child(tries, free_range(PAGE)), 0);
    /* A circle that does not come back to its head. */
    robust->locks[LOCKS - 1].link.next = &robust->locks[0].link;
    CHECK_EXIT(run_child(tries, &robust->head), 0);
    CHECK_EQ((unsigned)robust->locks[LOCKS - 1].word, FUTEX_OWNER_DIED);
    /* Pointers and an offset that lead nowhere. */
    robust->locks[1].link.next = (void *)0x123456789000;
    CHECK_EXIT(run_child(tries, &robust->head), 0);
    CHECK_EQ((unsigned)robust->locks[1].word, FUTEX_OWNER_DIED);
    robust->locks[0].link.next = (void *)0xffff888000000000;
    CHECK_EXIT(run_child(tries, &robust->head), 0);
    robust->head.futex_offset = 1;
    CHECK_EXIT(run_child(tries, &robust->head), 0);
    robust->head.futex_offset = 1L << 62;
    CHECK_EXIT(run_child(tries, &robust->head), 0);
    robust->head.list_op_pending = (void *)-8L;
    CHECK_EXIT(run_child(tries, &robust->head), 0);
}

/* ---- registration ---- */

static void registered(void)
{
    struct robust_list_head *found = NULL;
    size_t len = 0;

    make_list();
    CHECK_EQ(set_list(&robust->head), 0);
    CHECK_EQ(ASK(get_robust_list, 0, &found, &len), 0);
    CHECK_EQ(found, &robust->head);
    CHECK_EQ(len, sizeof(struct robust_list_head));
    CHECK_EQ(ASK(set_robust_list, &robust->head, len + 1), -EINVAL);
    CHECK_EQ(ASK(get_robust_list, 32767, &found, &len), -ESRCH);
    CHECK_EQ(ASK(get_robust_list, 0, 8, &len), -EFAULT);
    CHECK_EQ(ASK(get_robust_list, 0, &found, 8), -EFAULT);
    CHECK_EQ(set_list(NULL), 0);
}

static int has_none(void *unused)
{
    struct robust_list_head *found = NULL;
    size_t len;

    (void)unused;
    CHECK_EQ(ASK(get_robust_list, 0, &found, &len), 0);
    CHECK_EQ(found, NULL);
    return 0;
}

static void not_inherited(void)
{
    make_list();
    CHECK_EQ(set_list(&robust->head), 0);
    CHECK_CHILD(has_none, NULL);
    CHECK_EQ(set_list(NULL), 0);
}

static const struct test_case cases[] = {
    CASE(of_a_thread),
    CASE(of_a_process),
    CASE(of_one_that_is_killed),
    CASE(sleepers_are_woken),
    CASE(pending_operation),
    CASE(nonsense),
    CASE(registered),
    CASE(not_inherited),
};

TEST_MAIN(cases)
