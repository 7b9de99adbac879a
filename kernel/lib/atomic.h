/* SPDX-License-Identifier: MIT */
/*
 * Atomic counters. Read-modify-write operations are sequentially
 * consistent; load and store are acquire and release.
 */
#ifndef KERNEL_LIB_ATOMIC_H
#define KERNEL_LIB_ATOMIC_H

#include "kernel/lib/types.h"

struct atomic {
    int32_t v;
};

struct atomic64 {
    int64_t v;
};

/* For fields of any integer or pointer type that are read without a lock. */
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val) __atomic_store_n(&(x), (val), __ATOMIC_RELAXED)
#define load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_release(p, val) __atomic_store_n((p), (val), __ATOMIC_RELEASE)
#define atomic_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define compiler_barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

static inline int32_t atomic_load(const struct atomic *a)
{
    return __atomic_load_n(&a->v, __ATOMIC_ACQUIRE);
}

static inline void atomic_store(struct atomic *a, int32_t v)
{
    __atomic_store_n(&a->v, v, __ATOMIC_RELEASE);
}

/* Both return the new value. */
static inline int32_t atomic_add(struct atomic *a, int32_t n)
{
    return __atomic_add_fetch(&a->v, n, __ATOMIC_SEQ_CST);
}

static inline int32_t atomic_sub(struct atomic *a, int32_t n)
{
    return __atomic_sub_fetch(&a->v, n, __ATOMIC_SEQ_CST);
}

static inline void atomic_inc(struct atomic *a)
{
    __atomic_add_fetch(&a->v, 1, __ATOMIC_SEQ_CST);
}

/* True if the counter fell to 0. */
static inline bool atomic_dec_and_test(struct atomic *a)
{
    return __atomic_sub_fetch(&a->v, 1, __ATOMIC_SEQ_CST) == 0;
}

/* Adds 1 unless the counter is 0; true if it did: takes a reference on an
 * object that may be on its way out. */
static inline bool atomic_inc_not_zero(struct atomic *a)
{
    int32_t v = __atomic_load_n(&a->v, __ATOMIC_RELAXED);

    while (v != 0)
        if (__atomic_compare_exchange_n(&a->v, &v, v + 1, true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
            return true;
    return false;
}

static inline int64_t atomic64_load(const struct atomic64 *a)
{
    return __atomic_load_n(&a->v, __ATOMIC_ACQUIRE);
}

static inline void atomic64_store(struct atomic64 *a, int64_t v)
{
    __atomic_store_n(&a->v, v, __ATOMIC_RELEASE);
}

static inline int64_t atomic64_add(struct atomic64 *a, int64_t n)
{
    return __atomic_add_fetch(&a->v, n, __ATOMIC_SEQ_CST);
}

#endif
