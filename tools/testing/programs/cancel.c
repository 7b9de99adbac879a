/* SPDX-License-Identifier: MIT */
/*
 * Threads that are cancelled: in system calls that block, between them, with
 * cleanup handlers, not while they forbid it; and signals among threads.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MANY 200

static int fds[2];
static volatile int cleaned, ready, go, handled;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static int get(const volatile int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void set(volatile int *word, int value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static void until(const volatile int *word)
{
    while (get(word) == 0)
        sched_yield();
}

static void cleans(void *arg)
{
    cleaned += (int)(intptr_t)arg;
}

static void *reads(void *arg)
{
    char byte;

    pthread_cleanup_push(cleans, (void *)1);
    pthread_cleanup_push(cleans, (void *)10);
    set(&ready, 1);
    if (read(fds[0], &byte, 1) != 1)
        return arg;
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return arg;
}

static void *sleeps(void *arg)
{
    pthread_cleanup_push(cleans, (void *)100);
    set(&ready, 1);
    sleep(1000);
    pthread_cleanup_pop(0);
    return arg;
}

static void unlocks(void *arg)
{
    pthread_mutex_unlock(arg);
    cleaned += 1000;
}

static void *waits(void *arg)
{
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlocks, &mutex);
    set(&ready, 1);
    for (;;)
        pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(0);
    return arg;
}

static void *spins(void *arg)
{
    int old;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old);
    pthread_cleanup_push(cleans, (void *)10000);
    set(&ready, 1);
    for (;;)
        continue;
    pthread_cleanup_pop(0);
    return arg;
}

static void *tests_for_it(void *arg)
{
    set(&ready, 1);
    for (;;) {
        pthread_testcancel();
        sched_yield();
    }
    return arg;
}

static void *forbids(void *arg)
{
    int old;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    set(&ready, 1);
    until(&go);
    usleep(1000);
    return (char *)arg + 77;
}

/* Whether it was cancelled; its result if not. */
static void cancel(const char *what, void *(*fn)(void *))
{
    pthread_t thread;
    void *result;

    set(&ready, 0);
    set(&go, 0);
    cleaned = 0;
    if (pthread_create(&thread, NULL, fn, NULL) != 0)
        exit(1);
    until(&ready);
    pthread_cancel(thread);
    set(&go, 1);
    pthread_join(thread, &result);
    if (result == PTHREAD_CANCELED)
        printf("%s: cancelled, cleaned %d\n", what, cleaned);
    else
        printf("%s: returned %ld, cleaned %d\n", what, (long)(intptr_t)result,
               cleaned);
}

/* Cancelled at whatever moment. */
static void cancel_many(void)
{
    int i, n = 0;

    for (i = 0; i < MANY; i++) {
        pthread_t thread;
        void *result;

        set(&ready, 0);
        pthread_create(&thread, NULL, i % 2 != 0 ? reads : sleeps, NULL);
        if (i % 3 == 0)
            until(&ready);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        n += result == PTHREAD_CANCELED;
    }
    printf("cancelled: %d\n", n);
}

/* ---- signals ---- */

static pthread_t receiver;
static volatile int right_thread;

static void on_signal(int signo)
{
    (void)signo;
    set(&right_thread, pthread_equal(pthread_self(), receiver) != 0);
    __atomic_add_fetch(&handled, 1, __ATOMIC_SEQ_CST);
}

static void *receives(void *arg)
{
    set(&ready, 1);
    until(&handled);
    return arg;
}

static void *waits_for_signals(void *arg)
{
    sigset_t set_of_two;
    long sum = 0;
    int i, signo;

    (void)arg;
    sigemptyset(&set_of_two);
    sigaddset(&set_of_two, SIGUSR1);
    sigaddset(&set_of_two, SIGUSR2);
    for (i = 0; i < 20; i++) {
        if (sigwait(&set_of_two, &signo) != 0)
            return NULL;
        sum += signo == SIGUSR1 ? 1 : 100;
        set(&ready, i + 1);
    }
    return (void *)sum;
}

static void try_signals(void)
{
    sigset_t set_of_two;
    pthread_t thread;
    void *result;
    int i;

    signal(SIGUSR1, on_signal);
    set(&ready, 0);
    pthread_create(&receiver, NULL, receives, NULL);
    until(&ready);
    pthread_kill(receiver, SIGUSR1);
    pthread_join(receiver, NULL);
    printf("handled: %d, by the right thread: %d\n", handled, right_thread);

    sigemptyset(&set_of_two);
    sigaddset(&set_of_two, SIGUSR1);
    sigaddset(&set_of_two, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set_of_two, NULL);
    set(&ready, 0);
    pthread_create(&thread, NULL, waits_for_signals, NULL);
    for (i = 0; i < 20; i++) {
        kill(getpid(), i % 2 == 0 ? SIGUSR1 : SIGUSR2);
        while (get(&ready) <= i)
            sched_yield();
    }
    pthread_join(thread, &result);
    printf("waited for: %ld\n", (long)(intptr_t)result);
}

static void on_alarm(int signo)
{
    (void)signo;
    __atomic_add_fetch(&handled, 1, __ATOMIC_SEQ_CST);
}

static void *locks_and_unlocks(void *arg)
{
    long *count = arg;
    int i;

    for (i = 0; i < 3000; i++) {
        pthread_mutex_lock(&mutex);
        ++*count;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

/* A timer's signals while threads lock and unlock. */
static void try_timer(void)
{
    struct itimerval timer = {{0, 1000}, {0, 1000}};
    pthread_t threads[4];
    long count = 0;
    int i;

    handled = 0;
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, locks_and_unlocks, &count);
    for (i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    until(&handled);
    memset(&timer, 0, sizeof(timer));
    setitimer(ITIMER_REAL, &timer, NULL);
    printf("counted under alarms: %ld\n", count);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (pipe(fds) != 0)
        return 1;
    cancel("read", reads);
    cancel("sleep", sleeps);
    cancel("condition", waits);
    cancel("endless loop", spins);
    cancel("test", tests_for_it);
    cancel("forbidden", forbids);
    cancel_many();
    try_signals();
    try_timer();
    return 0;
}
