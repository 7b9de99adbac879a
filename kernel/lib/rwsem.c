/* SPDX-License-Identifier: MIT */
/*
 * The reader/writer lock's slow paths.
 *
 * Invariants:
 *   I1  under sem->lock: RWSEM_WAITING is set iff the queue is not empty.
 *   I2  with RWSEM_WAITING set nobody takes the lock by a fast path; locks are
 *       only given, by rwsem_wake_slow.
 *   I3  RWSEM_WAITING is set only while somebody holds the lock. Whoever is the
 *       last to release it sees the bit (the state is one word) and comes to
 *       rwsem_wake_slow; until it has the spinlock, the state stays
 *       RWSEM_WAITING and newcomers join the queue.
 * From I2 and I3: with the bit set and sem->lock held, the state changes only
 * by holders that release, and not at all once none is left.
 */
#include "kernel/lib/rwsem.h"

struct rwsem_waiter {
    struct waiter waiter; /* first */
    bool writer;
};

void rwsem_init_class(struct rwsem *sem, uint64_t class)
{
    sem->id = class;
    sem->state = 0;
    spin_init(&sem->lock);
    list_init(&sem->waiters);
    sem->owner = NULL;
}

/* One step of a slow path: takes the lock if it is to be had, else announces
 * a waiter. True if taken. */
static bool take_or_announce_locked(struct rwsem *sem, bool writer)
{
    int32_t busy = writer ? ~0 : RWSEM_WRITER | RWSEM_WAITING;
    int32_t old = READ_ONCE(sem->state), new;

    ASSERT(spin_is_locked(&sem->lock));
    do {
        if ((old & busy) != 0)
            new = old | RWSEM_WAITING;
        else
            new = writer ? RWSEM_WRITER : old + 1;
    } while (!__atomic_compare_exchange_n(&sem->state, &old, new, true,
                                          __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
    return (old & busy) == 0;
}

static void lock_slow(struct rwsem *sem, bool writer)
{
    struct rwsem_waiter self = {.waiter.thread = current_thread(),
                                .writer = writer};
    bool taken;

    ASSERT(!rwsem_write_held(sem));
    spin_lock(&sem->lock);
    taken = take_or_announce_locked(sem, writer);
    if (!taken)
        list_push_back(&sem->waiters, &self.waiter.link);
    spin_unlock(&sem->lock);
    if (!taken)
        waiter_sleep_until_granted(&sem->lock, &self.waiter);
}

void rwsem_read_lock_slow(struct rwsem *sem)
{
    lock_slow(sem, false);
}

void rwsem_write_lock_slow(struct rwsem *sem)
{
    lock_slow(sem, true);
}

static struct rwsem_waiter *first_waiter_locked(struct rwsem *sem)
{
    ASSERT(spin_is_locked(&sem->lock));
    if (list_empty(&sem->waiters))
        return NULL;
    return container_of(list_first(&sem->waiters, struct waiter, link),
                        struct rwsem_waiter, waiter);
}

/* Takes the first waiter off the queue; the lock becomes its own with the
 * change `add` to the state, which also ends RWSEM_WAITING with the queue. */
static void give_to_first_locked(struct rwsem *sem, int32_t add)
{
    struct rwsem_waiter *first = first_waiter_locked(sem);

    list_remove(&first->waiter.link);
    if (list_empty(&sem->waiters))
        add -= RWSEM_WAITING;
    __atomic_add_fetch(&sem->state, add, __ATOMIC_SEQ_CST);
    waiter_grant(&first->waiter);
}

/* Gives the lock to the writer at the head of the queue, if nobody holds it,
 * or to all readers at the head, if no writer holds it. */
void rwsem_wake_slow(struct rwsem *sem)
{
    struct rwsem_waiter *first;

    spin_lock(&sem->lock);
    first = first_waiter_locked(sem);
    if (first != NULL && first->writer) {
        if (!rwsem_held(sem))
            give_to_first_locked(sem, RWSEM_WRITER);
    } else {
        for (; first != NULL && !first->writer;
             first = first_waiter_locked(sem))
            give_to_first_locked(sem, 1);
    }
    spin_unlock(&sem->lock);
}

bool rwsem_read_trylock(struct rwsem *sem)
{
    int32_t old = READ_ONCE(sem->state);

    while ((old & (RWSEM_WRITER | RWSEM_WAITING)) == 0)
        if (__atomic_compare_exchange_n(&sem->state, &old, old + 1, true,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            LOCKCK_TELL(LOCKCK_SLEEP_TRYLOCK, &sem->id);
            return true;
        }
    return false;
}

void rwsem_downgrade(struct rwsem *sem)
{
    int32_t now;

    ASSERT(rwsem_write_held(sem));
    WRITE_ONCE(sem->owner, NULL);
    now = __atomic_add_fetch(&sem->state, 1 - RWSEM_WRITER, __ATOMIC_RELEASE);
    if ((now & RWSEM_WAITING) != 0)
        rwsem_wake_slow(sem);
}
