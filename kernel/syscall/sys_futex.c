/* SPDX-License-Identifier: MIT */
/*
 * futex(2) and the registration of robust lists. The work is done in
 * kernel/proc/futex.c; here are the operations' arguments, and waits that go
 * on after a signal.
 *
 * Of the operations there are those that plain mutexes, condition variables
 * and joins are made of. FUTEX_WAKE_OP and priority inheritance are ENOSYS.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/futex.h"
#include "kernel/abi/time.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

/* A wait, and what is kept of it over a signal. */
struct futex_sleep {
    struct futex_word word;
    uint32_t expected, bitset;
    uint64_t deadline;
};

static int check_word(const struct futex_word *word)
{
    if ((vaddr_t)word->at % sizeof(uint32_t) != 0)
        return -EINVAL;
    return user_range_ok(word->at, sizeof(uint32_t)) ? 0 : -EFAULT;
}

/* arg[0]: address; arg[1]: expected, and above it `private`; arg[2]: bitset */
#define RESTART_PRIVATE_SHIFT 32

static long sleep_restartable(const struct futex_sleep *sleep);

static long sleep_restart(struct restart_block *block)
{
    struct futex_sleep sleep = {
        .word =
            {
                .at = (uint32_t __user *)block->arg[0],
                .private = block->arg[1] >> RESTART_PRIVATE_SHIFT != 0,
            },
        .expected = (uint32_t)block->arg[1],
        .bitset = (uint32_t)block->arg[2],
        .deadline = block->deadline,
    };

    return sleep_restartable(&sleep);
}

/* One without a deadline just starts anew; one with a deadline keeps it. */
static long sleep_restartable(const struct futex_sleep *sleep)
{
    int err = futex_wait(&sleep->word, sleep->expected, sleep->bitset,
                         sleep->deadline);

    if (err != -ERESTARTSYS || sleep->deadline == WAIT_FOREVER)
        return err;
    current_thread()->restart = (struct restart_block){
        .fn = sleep_restart,
        .deadline = sleep->deadline,
        .arg =
            {
                (uint64_t)sleep->word.at,
                sleep->expected | (uint64_t)sleep->word.private
                                      << RESTART_PRIVATE_SHIFT,
                sleep->bitset,
            },
    };
    return -ERESTART_RESTARTBLOCK;
}

/* FUTEX_WAIT's timeout is a span, FUTEX_WAIT_BITSET's a time on a clock. */
static int get_deadline(int op, const struct timespec __user *timeout,
                        uint64_t *deadline)
{
    uint64_t ns;
    int err;

    *deadline = WAIT_FOREVER;
    if (timeout == NULL)
        return 0;
    err = timespec_get(timeout, &ns);
    if (err != 0)
        return err;
    if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT)
        *deadline = deadline_after(ns);
    else
        *deadline = op & FUTEX_CLOCK_REALTIME ? deadline_at_realtime(ns) : ns;
    return 0;
}

static long op_wait(struct futex_sleep *sleep, int op,
                    const struct timespec __user *timeout)
{
    int err;

    err = get_deadline(op, timeout, &sleep->deadline);
    if (err != 0)
        return err;
    if (sleep->bitset == 0)
        return -EINVAL;
    err = check_word(&sleep->word);
    return err != 0 ? err : sleep_restartable(sleep);
}

static long op_wake(const struct futex_word *word, int n, uint32_t bitset)
{
    int err;

    if (bitset == 0)
        return -EINVAL;
    err = check_word(word);
    return err != 0 ? err : futex_wake(word, n, bitset);
}

static long op_requeue(const struct futex_requeue *req)
{
    int err;

    if (req->nwake < 0 || req->nmove < 0)
        return -EINVAL;
    err = check_word(&req->from);
    if (err == 0)
        err = check_word(&req->to);
    return err != 0 ? err : futex_requeue(req);
}

/* Where there is no timeout, that argument is a number. */
long sys_futex(uint32_t __user *word, int op, uint32_t val,
               const struct timespec __user *timeout, uint32_t __user *word2,
               uint32_t val3)
{
    struct futex_word at = {word, (op & FUTEX_PRIVATE_FLAG) != 0};
    struct futex_sleep sleep = {at, val, FUTEX_BITSET_MATCH_ANY, 0};
    struct futex_requeue requeue = {
        .from = at,
        .to = {word2, at.private},
        .nwake = (int)val,
        .nmove = (int)(uintptr_t)timeout,
    };
    int cmd = op & FUTEX_CMD_MASK;

    if ((op & FUTEX_CLOCK_REALTIME) && cmd != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    switch (cmd) {
    case FUTEX_WAIT_BITSET:
        sleep.bitset = val3;
        return op_wait(&sleep, op, timeout);
    case FUTEX_WAIT: return op_wait(&sleep, op, timeout);
    case FUTEX_WAKE: return op_wake(&at, (int)val, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET: return op_wake(&at, (int)val, val3);
    case FUTEX_CMP_REQUEUE:
        requeue.compare = &val3;
        return op_requeue(&requeue);
    case FUTEX_REQUEUE: return op_requeue(&requeue);
    default: return -ENOSYS;
    }
}

/* ---- robust lists ---- */

long sys_set_robust_list(void __user *head, size_t len)
{
    if (len != sizeof(struct robust_list_head))
        return -EINVAL;
    current_thread()->robust_list = head;
    return 0;
}

/* Where another's list is, its owner and the superuser may know. */
static int find_robust_list(int tid, void **head)
{
    struct thread *thread;
    uint32_t euid = READ_ONCE(current_process()->cred.euid);
    int err = 0;

    thread = thread_find(tid);
    if (thread == NULL)
        return -ESRCH;
    if (thread->process != current_process() && euid != 0 &&
        euid != READ_ONCE(thread->process->cred.uid))
        err = -EPERM;
    *head = READ_ONCE(thread->robust_list);
    thread_put(thread);
    return err;
}

long sys_get_robust_list(int pid, void __user *__user *head, size_t __user *len)
{
    size_t size = sizeof(struct robust_list_head);
    void *found = NULL;
    int err;

    err = find_robust_list(pid != 0 ? pid : current_thread()->tid, &found);
    if (err != 0)
        return err;
    if (copy_to_user(len, &size, sizeof(size)) != 0 ||
        copy_to_user(head, &found, sizeof(found)) != 0)
        return -EFAULT;
    return 0;
}
