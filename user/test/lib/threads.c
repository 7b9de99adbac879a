/* SPDX-License-Identifier: MIT */
/*
 * Threads made with clone(2): see threads.h.
 */
#include "user/test/threads.h"

#include "user/test/probe.h"
#include "user/test/test.h"

int thread_start_on(struct test_thread *thread, char *stack, int flags,
                    int (*fn)(void *arg), void *arg)
{
    int tid;

    thread->stack = stack;
    tid = clone(fn, stack + THREAD_STACK, flags, arg, &thread->alive, NULL,
                &thread->alive);
    thread->tid = tid;
    return tid > 0 ? tid : -errno;
}

void thread_start(struct test_thread *thread, int (*fn)(void *arg), void *arg)
{
    char *stack = map_anon(THREAD_STACK, RW);
    int result = thread_start_on(thread, stack, THREAD_FLAGS, fn, arg);

    if (result < 0) {
        errno = -result;
        REQUIRE_OK(-1);
    }
}

void thread_join(struct test_thread *thread)
{
    int alive;

    while ((alive = word_get(&thread->alive)) != 0)
        futex(&thread->alive, FUTEX_WAIT, (unsigned)alive, NULL);
    REQUIRE(ASK(munmap, thread->stack, THREAD_STACK) == 0);
}
