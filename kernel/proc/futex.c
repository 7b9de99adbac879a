/* SPDX-License-Identifier: MIT */
/*
 * Futexes. The contract stands in futex.h.
 *
 * Sleepers are kept in a hash table of buckets by their word's key:
 *
 *     private   (address space, address)
 *     shared    (page cache, offset in the file), or where nobody shares the
 *               memory (address space, address + 1): the two kinds of calls
 *               do not meet, as on Linux
 *
 * A key only compares: the memory may go while somebody sleeps on it. If
 * another object then comes to lie at the same address, a sleeper is woken for
 * nothing, which every user of a futex has to expect.
 *
 * User memory cannot be read under a bucket's lock, so a sleeper joins its
 * bucket first and compares the word then. A waker changes the word first and
 * looks at the bucket then. One of them sees the other (locks order both). A
 * sleeper that finds the word changed leaves; if it was woken meanwhile, it
 * passes the wake-up on to one that sleeps for good reason.
 *
 *   I1  a waiter is in the bucket of its key until it is woken or leaves
 *   I2  bucket and key change only under the locks of the old and the new
 *       bucket
 *   I3  a waiter looks at `woken` under its bucket's lock before it returns:
 *       until then the waker may use it, and its thread
 *
 * Locks: a bucket's, a spinlock; of two, the one at the lower address first.
 * Inside: the run queues'. mmap_lock is taken and released before.
 */
#include "kernel/proc/futex.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/futex.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "mm/pagecache.h"
#include "mm/uaccess.h"

#define BUCKETS 256 /* a power of two */

struct bucket {
    struct spinlock lock;
    uint64_t joins;      /* L: how many waiters have ever come */
    struct list waiters; /* L: first come, first served */
};                       /* L: lock */

/* In an offset, which is a multiple of 4: the caller did not say private. */
#define KEY_SHARED 1UL

struct futex_key {
    const void *object; /* struct mm or struct page_cache; only compared */
    uint64_t offset;
};

struct futex_waiter {
    struct list link;      /* B */
    struct bucket *bucket; /* B: whose lock B is */
    struct futex_key key;  /* B */
    uint32_t bitset;       /* C */
    struct thread *thread; /* C */
    bool woken;            /* A: set under B */
};                         /* A: atomic; B: bucket->lock; C: constant */

static struct bucket buckets[BUCKETS];

void futex_init(void)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        spin_init(&buckets[i].lock);
        list_init(&buckets[i].waiters);
    }
}

/* ---- keys ---- */

/* If the word lies in memory that address spaces share, its file's place.
 * -EFAULT if it lies nowhere. */
static int find_shared(struct mm *mm, vaddr_t at, struct futex_key *key)
{
    struct vma *vma;
    int err = -EFAULT;

    rwsem_read_lock(&mm->mmap_lock);
    vma = vma_find(&mm->vmas, at);
    if (vma != NULL && vma->start <= at && !(vma->flags & VM_PFNMAP)) {
        err = 0;
        key->offset |= KEY_SHARED;
        if (vma->flags & VM_MAYSHARE) {
            key->object = vma_cache(vma);
            if (key->object == NULL)
                key->object = vma->file; /* MAP_HUGETLB */
            key->offset = (vma_pgoff(vma, at) << PAGE_SHIFT) + (at & PAGE_MASK);
        }
    }
    rwsem_read_unlock(&mm->mmap_lock);
    return err;
}

static int find_key(const struct futex_word *word, struct futex_key *key)
{
    struct mm *mm = mm_current();

    *key = (struct futex_key){mm, (vaddr_t)word->at};
    return word->private ? 0 : find_shared(mm, (vaddr_t)word->at, key);
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
    return a->object == b->object && a->offset == b->offset;
}

/* Fibonacci hashing, Knuth vol. 3, 6.4. */
static struct bucket *bucket_of(const struct futex_key *key)
{
    uint64_t mixed = (uintptr_t)key->object ^ key->offset;

    mixed = (mixed >> 2) * 0x9e3779b97f4a7c15UL;
    return &buckets[mixed >> 32 & (BUCKETS - 1)];
}

/* ---- sleeping ---- */

static void waiter_enter(struct futex_waiter *waiter)
{
    struct bucket *bucket = bucket_of(&waiter->key);

    waiter->bucket = bucket;
    spin_lock(&bucket->lock);
    list_push_back(&bucket->waiters, &waiter->link);
    bucket->joins++;
    spin_unlock(&bucket->lock);
}

/* Locks the bucket that the waiter is in, or was woken in. */
static struct bucket *waiter_lock(struct futex_waiter *waiter)
{
    struct bucket *bucket;

    for (;;) {
        bucket = READ_ONCE(waiter->bucket);
        spin_lock(&bucket->lock);
        if (likely(bucket == READ_ONCE(waiter->bucket)))
            return bucket;
        spin_unlock(&bucket->lock);
    }
}

/* Nobody refers to the waiter any more. True if it has been woken. */
static bool waiter_exit(struct futex_waiter *waiter)
{
    struct bucket *bucket = waiter_lock(waiter);
    bool woken = waiter->woken;

    if (!woken)
        list_remove(&waiter->link);
    spin_unlock(&bucket->lock);
    return woken;
}

/* Until woken: 0, -ETIMEDOUT or -ERESTARTSYS. */
static int waiter_sleep(struct futex_waiter *waiter, uint64_t deadline)
{
    int err = 0;

    while (err == 0) {
        sched_sleep_prepare(true);
        if (load_acquire(&waiter->woken))
            break;
        err = sched_sleep(deadline);
    }
    sched_sleep_cancel();
    return err;
}

/* ---- waking ---- */

/* => the waiter's bucket is locked */
static void wake_locked(struct futex_waiter *waiter)
{
    ASSERT(spin_is_locked(&waiter->bucket->lock));
    list_remove(&waiter->link);
    store_release(&waiter->woken, true);
    sched_wake(waiter->thread);
}

/* Wakes waiters for the key until n have been woken, one at least. */
static int wake_key_locked(struct bucket *bucket, const struct futex_key *key,
                           int n, uint32_t bitset)
{
    struct futex_waiter *waiter, *next;
    int nwoken = 0;

    ASSERT(spin_is_locked(&bucket->lock));
    list_for_each_entry_safe (waiter, next, &bucket->waiters, link) {
        if (!same_key(&waiter->key, key) || !(waiter->bitset & bitset))
            continue;
        wake_locked(waiter);
        if (++nwoken >= n)
            break;
    }
    return nwoken;
}

static int wake_key(const struct futex_key *key, int n, uint32_t bitset)
{
    struct bucket *bucket = bucket_of(key);
    int nwoken;

    spin_lock(&bucket->lock);
    nwoken = wake_key_locked(bucket, key, n, bitset);
    spin_unlock(&bucket->lock);
    return nwoken;
}

int futex_wake(const struct futex_word *word, int n, uint32_t bitset)
{
    struct futex_key key;
    int err = find_key(word, &key);

    return err != 0 ? err : wake_key(&key, n, bitset);
}

int futex_wait(const struct futex_word *word, uint32_t expected,
               uint32_t bitset, uint64_t deadline)
{
    struct futex_waiter waiter = {
        .bitset = bitset,
        .thread = current_thread(),
    };
    uint32_t found;
    bool woken;
    int err;

    err = find_key(word, &waiter.key);
    if (err != 0)
        return err;
    waiter_enter(&waiter);
    err = user_load_u32(word->at, &found);
    if (err == 0 && found != expected)
        err = -EAGAIN;
    if (err == 0) {
        err = waiter_sleep(&waiter, deadline);
        return waiter_exit(&waiter) ? 0 : err;
    }
    woken = waiter_exit(&waiter);
    if (woken)
        wake_key(&waiter.key, 1, bitset);
    return err;
}

/* ---- requeueing ---- */

static void lock_two(struct bucket *a, struct bucket *b)
{
    struct bucket *first = a < b ? a : b;

    spin_lock(&first->lock);
    if (a != b)
        spin_lock_nested(first == a ? &b->lock : &a->lock);
}

static void unlock_two(struct bucket *a, struct bucket *b)
{
    spin_unlock(&a->lock);
    if (a != b)
        spin_unlock(&b->lock);
}

/* Lets up to n waiters wait for `to` instead. => both buckets locked */
static int move_locked(struct bucket *from_bucket, const struct futex_key *from,
                       struct bucket *to_bucket, const struct futex_key *to,
                       int n)
{
    struct list moved = LIST_INIT(moved);
    struct futex_waiter *waiter, *next;
    int nmoved = 0;

    list_for_each_entry_safe (waiter, next, &from_bucket->waiters, link) {
        if (nmoved >= n)
            break;
        if (!same_key(&waiter->key, from))
            continue;
        list_remove(&waiter->link);
        list_push_back(&moved, &waiter->link);
        WRITE_ONCE(waiter->bucket, to_bucket);
        waiter->key = *to;
        nmoved++;
    }
    if (nmoved > 0)
        to_bucket->joins++;
    list_splice_back(&to_bucket->waiters, &moved);
    return nmoved;
}

/* Does the word hold what the caller compares with? *joins: as the bucket was
 * before it was read. */
static int compare_word(const struct futex_requeue *req, struct bucket *bucket,
                        uint64_t *joins)
{
    uint32_t found;
    int err;

    spin_lock(&bucket->lock);
    *joins = bucket->joins;
    spin_unlock(&bucket->lock);
    if (req->compare == NULL)
        return 0;
    err = user_load_u32(req->from.at, &found);
    if (err != 0)
        return err;
    return found == *req->compare ? 0 : -EAGAIN;
}

/* To those in the bucket, comparing and requeueing are one step: it is tried
 * again if anybody came between. */
int futex_requeue(const struct futex_requeue *req)
{
    struct futex_key from, to;
    struct bucket *a, *b;
    uint64_t joins;
    int err, n = 0;

    err = find_key(&req->from, &from);
    if (err == 0)
        err = find_key(&req->to, &to);
    if (err != 0)
        return err;
    a = bucket_of(&from);
    b = bucket_of(&to);
    for (;;) {
        err = compare_word(req, a, &joins);
        if (err != 0)
            return err;
        lock_two(a, b);
        if (likely(a->joins == joins || req->compare == NULL))
            break;
        unlock_two(a, b);
    }
    if (req->nwake > 0)
        n = wake_key_locked(a, &from, req->nwake, FUTEX_BITSET_MATCH_ANY);
    n += move_locked(a, &from, b, &to, req->nmove);
    unlock_two(a, b);
    return n;
}

/* ---- a thread leaves ---- */

static void wake_shared(uint32_t __user *at)
{
    struct futex_word word = {.at = at};

    (void)futex_wake(&word, 1, FUTEX_BITSET_MATCH_ANY);
}

/* Bit 0 of a robust list's pointers marks priority inheritance. */
#define ROBUST_PI 1UL

/* The lock of one entry, if the current thread holds it, has lost its owner.
 * pending: the thread may just have been releasing it, and have cleared the
 * word without having woken anybody. False if the list is not to be trusted. */
static bool robust_release(vaddr_t at, bool pending)
{
    uint32_t __user *word = (uint32_t __user *)at;
    uint32_t tid = (uint32_t)current_thread()->tid;
    uint32_t value, found;

    if (at % sizeof(*word) != 0 || user_load_u32(word, &value) != 0)
        return false;
    if (pending && value == 0) {
        wake_shared(word);
        return true;
    }
    while ((value & FUTEX_TID_MASK) == tid) {
        if (user_cmpxchg_u32(word, value,
                             (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED,
                             &found) != 0)
            return false;
        if (found == value) {
            if (value & FUTEX_WAITERS)
                wake_shared(word);
            return true;
        }
        value = found;
    }
    return true;
}

/* get_robust_list(2): the list is the program's, and may be any nonsense, a
 * circle too. */
static void release_robust_list(vaddr_t list)
{
    struct robust_list_head head;
    struct robust_list entry;
    vaddr_t at, next, pending;

    if (copy_from_user(&head, (void __user *)list, sizeof(head)) != 0)
        return;
    pending = (vaddr_t)head.list_op_pending & ~ROBUST_PI;
    at = (vaddr_t)head.list.next & ~ROBUST_PI;
    for (unsigned n = 0; at != list && n < ROBUST_LIST_LIMIT; n++) {
        /* Read before the lock is given away, with the entry in it. */
        if (copy_from_user(&entry, (void __user *)at, sizeof(entry)) != 0)
            break;
        next = (vaddr_t)entry.next & ~ROBUST_PI;
        if (at != pending &&
            !robust_release(at + (vaddr_t)head.futex_offset, false))
            break;
        at = next;
    }
    if (pending != 0)
        (void)robust_release(pending + (vaddr_t)head.futex_offset, true);
}

void futex_release(void)
{
    struct thread *thread = current_thread();
    uint32_t __user *clear = thread->clear_child_tid;
    vaddr_t list = (vaddr_t)thread->robust_list;
    uint32_t zero = 0;

    thread->clear_child_tid = NULL;
    thread->robust_list = NULL;
    if (list != 0)
        release_robust_list(list);
    if (clear == NULL || atomic_load(&mm_current()->users) <= 1)
        return;
    if (copy_to_user(clear, &zero, sizeof(zero)) == 0)
        wake_shared(clear);
}
