/* SPDX-License-Identifier: MIT */
/*
 * POSIX threads as C libraries make them: creating and joining, mutexes of
 * each kind, condition variables, barriers, read-write locks, once, keys,
 * thread-local variables, semaphores, detaching, many threads.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 2000
#define MANY 500

static pthread_t threads[THREADS];

static void check(int result, const char *what)
{
    if (result != 0) {
        printf("failed: %s: %s\n", what, strerror(result));
        exit(1);
    }
}

static void run(void *(*fn)(void *))
{
    intptr_t i;

    for (i = 0; i < THREADS; i++)
        check(pthread_create(&threads[i], NULL, fn, (void *)i), "create");
}

/* The sum of what they return. */
static long join(void)
{
    long sum = 0;
    void *result;
    int i;

    for (i = 0; i < THREADS; i++) {
        check(pthread_join(threads[i], &result), "join");
        sum += (long)(intptr_t)result;
    }
    return sum;
}

/* ---- joining ---- */

static void *returns_square(void *arg)
{
    intptr_t n = (intptr_t)arg;

    if (n % 2 == 0)
        pthread_exit((void *)(n * n));
    return (void *)(n * n);
}

static void try_join(void)
{
    run(returns_square);
    printf("squares: %ld\n", join());
    printf("self: %d\n", pthread_equal(pthread_self(), pthread_self()) != 0);
}

/* ---- mutexes ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;

static void *counts(void *arg)
{
    int i;

    for (i = 0; i < ROUNDS; i++) {
        check(pthread_mutex_lock(&mutex), "lock");
        counter++;
        check(pthread_mutex_unlock(&mutex), "unlock");
        if (i % 100 == 0)
            sched_yield();
    }
    return arg;
}

static void try_mutex(void)
{
    run(counts);
    join();
    printf("counted: %ld\n", counter);
}

static void try_kinds(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t other;
    struct timespec soon;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&other, &attr);
    check(pthread_mutex_lock(&other), "lock");
    check(pthread_mutex_lock(&other), "lock again");
    check(pthread_mutex_unlock(&other), "unlock");
    check(pthread_mutex_unlock(&other), "unlock again");
    printf("one unlock too many: %d\n", pthread_mutex_unlock(&other) == EPERM);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&other, &attr);
    check(pthread_mutex_lock(&other), "lock");
    printf("locked twice: %d\n", pthread_mutex_lock(&other) == EDEADLK);
    check(pthread_mutex_unlock(&other), "unlock");

    check(pthread_mutex_lock(&mutex), "lock");
    printf("try: %d\n", pthread_mutex_trylock(&mutex) == EBUSY);
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 2000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    printf("timed: %d\n", pthread_mutex_timedlock(&mutex, &soon) == ETIMEDOUT);
    check(pthread_mutex_unlock(&mutex), "unlock");
}

/* ---- condition variables: a queue of one place ---- */

static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static pthread_cond_t emptied = PTHREAD_COND_INITIALIZER;
static long place, taken;

static void *takes(void *arg)
{
    long sum = 0;

    (void)arg;
    for (;;) {
        long value;

        pthread_mutex_lock(&mutex);
        while (place == 0)
            pthread_cond_wait(&filled, &mutex);
        value = place;
        if (value > 0)
            place = 0;
        taken += value > 0;
        pthread_mutex_unlock(&mutex);
        if (value < 0)
            return (void *)sum;
        pthread_cond_signal(&emptied);
        sum += value;
    }
}

static void put(long value)
{
    pthread_mutex_lock(&mutex);
    while (place != 0)
        pthread_cond_wait(&emptied, &mutex);
    place = value;
    pthread_mutex_unlock(&mutex);
    if (value > 0)
        pthread_cond_signal(&filled);
    else
        pthread_cond_broadcast(&filled);
}

static void try_conditions(void)
{
    struct timespec soon;
    long i, sum;

    run(takes);
    for (i = 1; i <= 1000; i++)
        put(i);
    put(-1);
    sum = join();
    printf("taken: %ld, sum %ld\n", taken, sum);
    clock_gettime(CLOCK_REALTIME, &soon);
    pthread_mutex_lock(&mutex);
    printf("wait in time: %d\n",
           pthread_cond_timedwait(&filled, &mutex, &soon) == ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
}

/* ---- barriers, read-write locks, once ---- */

static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int times, serial, shared_value[2], torn;

static void just_once(void)
{
    times++;
}

static void *meets(void *arg)
{
    int i, round;

    for (round = 0; round < 20; round++) {
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
        pthread_once(&once, just_once);
    }
    for (i = 0; i < 300; i++) {
        if (((intptr_t)arg + i) % 4 == 0) {
            pthread_rwlock_wrlock(&rwlock);
            shared_value[0]++;
            sched_yield();
            shared_value[1]++;
        } else {
            pthread_rwlock_rdlock(&rwlock);
            if (shared_value[0] != shared_value[1])
                __atomic_add_fetch(&torn, 1, __ATOMIC_SEQ_CST);
        }
        pthread_rwlock_unlock(&rwlock);
    }
    return NULL;
}

static void try_meetings(void)
{
    pthread_barrier_init(&barrier, NULL, THREADS);
    run(meets);
    join();
    printf("barrier: %d, once: %d, writes: %d, torn: %d\n", serial, times,
           shared_value[0], torn);
}

/* ---- thread-local data ---- */

static _Thread_local int local = 7;
static _Thread_local char zeroes[3000];
static pthread_key_t key;
static int destroyed;

static void destroys(void *value)
{
    __atomic_add_fetch(&destroyed, (int)(intptr_t)value, __ATOMIC_SEQ_CST);
}

static void *has_own(void *arg)
{
    intptr_t n = (intptr_t)arg;
    long sum = local;
    int i;

    pthread_setspecific(key, (void *)(n + 1));
    for (i = 0; i < 100; i++) {
        local += (int)n;
        zeroes[i * 30]++;
        errno = (int)n;
        sched_yield();
        sum += errno != (int)n || zeroes[i * 30] != 1;
    }
    sum += (long)(intptr_t)pthread_getspecific(key) + local - 7 - 100 * n;
    return (void *)sum;
}

static void try_local(void)
{
    long sum;

    pthread_key_create(&key, destroys);
    run(has_own);
    sum = join();
    printf("local: %ld, destroyed: %d, here: %d\n", sum, destroyed, local);
}

/* ---- semaphores, detached threads, many ---- */

static sem_t semaphore;

static void *posts(void *arg)
{
    sem_post(&semaphore);
    return arg;
}

static void try_many(void)
{
    pthread_attr_t attr;
    pthread_t thread;
    int i;

    sem_init(&semaphore, 0, 0);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 65536);
    for (i = 0; i < MANY; i++) {
        check(pthread_create(&thread, &attr, posts, NULL), "detached");
        if (i % 16 == 15)
            while (sem_trywait(&semaphore) != 0)
                sched_yield();
    }
    for (i = 0; i < MANY - MANY / 16; i++)
        while (sem_wait(&semaphore) != 0)
            continue;
    printf("detached: %d\n", MANY);
    for (i = 0; i < MANY; i++) {
        check(pthread_create(&thread, NULL, posts, NULL), "create");
        check(pthread_join(thread, NULL), "join");
    }
    printf("joined: %d\n", MANY);
}

/* ---- between processes ---- */

static void try_shared(void)
{
    struct shared {
        pthread_mutex_t mutex;
        long count;
    } *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attr;
    int i, child;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &attr);
    for (child = 0; child < 3; child++) {
        if (fork() != 0)
            continue;
        for (i = 0; i < 1000; i++) {
            pthread_mutex_lock(&shared->mutex);
            shared->count++;
            if (i % 100 == 0)
                sched_yield();
            pthread_mutex_unlock(&shared->mutex);
        }
        _exit(0);
    }
    while (wait(NULL) > 0)
        continue;
    printf("shared: %ld\n", shared->count);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    try_join();
    try_mutex();
    try_kinds();
    try_conditions();
    try_meetings();
    try_local();
    try_many();
    try_shared();
    return 0;
}
