/* SPDX-License-Identifier: MIT */
/*
 * Advisory locks. The contract stands in locks.h.
 *
 * Each inode has one list of locks, of both families:
 *
 *   I1  two locks of one family that overlap are both for reading, or have
 *       one owner, and then do not overlap at all
 *   I2  locks of one owner that touch differ in type: equal ones are merged
 *
 * All lists, and the list of those who wait, are guarded by one spinlock:
 * locks are rare, and looking for deadlocks crosses inodes. Whoever gives up
 * a lock wakes all waiters, who look again.
 */
#include "kernel/fs/locks.h"
#include "kernel/abi/fcntl.h"
#include "kernel/lib/wait.h"
#include "mm/slab.h"

#define DEADLOCK_STEPS 32 /* owners that are asked for whom they wait */

struct file_lock {
    struct list link; /* in inode->locks */
    enum lock_family family;
    int type; /* F_RDLCK, F_WRLCK */
    uint64_t start, end;
    const void *owner;
    int pid;
};

/* Somebody who sleeps until a lock goes. */
struct lock_waiter {
    struct list link;
    const void *owner;   /* who waits */
    const void *blocker; /* for whom; NULL: it is being found out */
};

static struct spinlock locks_lock = SPINLOCK_INIT;
static struct list waiters = LIST_INIT(waiters);
static struct waitqueue released = WAITQUEUE_INIT(released);

static bool overlaps(const struct file_lock *lock,
                     const struct lock_request *req)
{
    return lock->family == req->family && lock->start <= req->end &&
           req->start <= lock->end;
}

static struct file_lock *find_conflict_locked(struct inode *inode,
                                              const struct lock_request *req)
{
    struct file_lock *lock;

    list_for_each_entry (lock, &inode->locks, link)
        if (overlaps(lock, req) && lock->owner != req->owner &&
            (lock->type == F_WRLCK || req->type == F_WRLCK))
            return lock;
    return NULL;
}

/* ---- changing an owner's locks ---- */

/* Does the owner's lock end just before the request starts, or the other way
 * round? */
static bool touches(const struct file_lock *lock,
                    const struct lock_request *req)
{
    return (lock->end != LOCK_END && lock->end + 1 == req->start) ||
           (req->end != LOCK_END && req->end + 1 == lock->start);
}

/* Takes the request's range out of a lock that overlaps it. *spare is used up
 * if the lock falls into two. False if nothing of it is left. */
static bool lock_cut(struct file_lock *lock, const struct lock_request *req,
                     struct file_lock **spare)
{
    struct file_lock *tail;

    if (lock->start < req->start && lock->end > req->end) {
        tail = *spare;
        *spare = NULL;
        *tail = *lock;
        tail->start = req->end + 1;
        list_insert_after(&lock->link, &tail->link);
        lock->end = req->start - 1;
    } else if (lock->start < req->start) {
        lock->end = req->start - 1;
    } else if (lock->end > req->end) {
        lock->start = req->end + 1;
    } else {
        return false;
    }
    return true;
}

/* Makes the owner's locks what req says. Spares are NULL once used; what is
 * left in `dead` is the caller's to free. */
static void lock_apply_locked(struct inode *inode,
                              const struct lock_request *req,
                              struct file_lock *spare[2], struct list *dead)
{
    struct lock_request whole = *req; /* grows by what it is merged with */
    struct file_lock *lock, *next, *new;

    list_for_each_entry_safe (lock, next, &inode->locks, link) {
        if (lock->family != req->family || lock->owner != req->owner)
            continue;
        if (lock->type == req->type &&
            (overlaps(lock, req) || touches(lock, req))) {
            whole.start = MIN(whole.start, lock->start);
            whole.end = MAX(whole.end, lock->end);
        } else if (!overlaps(lock, req) || lock_cut(lock, req, &spare[0])) {
            continue;
        }
        list_remove(&lock->link);
        list_push_back(dead, &lock->link);
    }
    if (req->type == F_UNLCK)
        return;
    new = spare[1];
    spare[1] = NULL;
    *new = (struct file_lock){
        .family = req->family,
        .type = req->type,
        .start = whole.start,
        .end = whole.end,
        .owner = req->owner,
        .pid = req->pid,
    };
    list_push_back(&inode->locks, &new->link);
}

static void free_locks(struct list *dead)
{
    struct file_lock *lock, *next;

    list_for_each_entry_safe (lock, next, dead, link)
        kfree(lock);
}

/* ---- waiting ---- */

/* Does the blocker wait, directly or through others, for the owner? The search
 * may come upon a circle that leaves the owner out, as open files can make one
 * (nobody looks for deadlocks among them): it ends after so many steps. */
static bool would_deadlock_locked(const void *owner, const void *blocker)
{
    struct lock_waiter *waiter;
    bool moved = true;

    for (int i = 0; i < DEADLOCK_STEPS && moved && blocker != owner; i++) {
        moved = false;
        list_for_each_entry (waiter, &waiters, link) {
            if (waiter->owner != blocker || waiter->blocker == NULL)
                continue;
            blocker = waiter->blocker;
            moved = true;
            break;
        }
    }
    return blocker == owner;
}

/* One attempt. 0, -EDEADLK, or -EAGAIN with the waiter's blocker set. */
static int lock_try(struct inode *inode, const struct lock_request *req,
                    struct file_lock *spare[2], struct lock_waiter *waiter)
{
    struct list dead = LIST_INIT(dead);
    struct file_lock *conflict = NULL;
    int err = 0;

    spin_lock(&locks_lock);
    waiter->blocker = NULL;
    if (req->type != F_UNLCK)
        conflict = find_conflict_locked(inode, req);
    if (conflict == NULL) {
        lock_apply_locked(inode, req, spare, &dead);
    } else {
        err = -EAGAIN;
        if (req->family == LOCK_RECORD && req->pid >= 0 &&
            would_deadlock_locked(req->owner, conflict->owner))
            err = -EDEADLK;
        waiter->blocker = conflict->owner;
    }
    spin_unlock(&locks_lock);
    free_locks(&dead);
    return err;
}

static int lock_wait(struct inode *inode, const struct lock_request *req,
                     struct file_lock *spare[2])
{
    struct lock_waiter waiter = {.owner = req->owner};
    int err, broken;

    spin_lock(&locks_lock);
    list_push_back(&waiters, &waiter.link);
    spin_unlock(&locks_lock);
    broken = wait_event_interruptible(
        &released, (err = lock_try(inode, req, spare, &waiter)) != -EAGAIN);
    spin_lock(&locks_lock);
    list_remove(&waiter.link);
    spin_unlock(&locks_lock);
    return broken != 0 ? broken : err;
}

/* Does the request shrink or weaken what somebody may be waiting for? */
static bool may_release(const struct lock_request *req)
{
    return req->type != F_WRLCK;
}

int lock_set(struct inode *inode, const struct lock_request *req, bool wait)
{
    struct file_lock *spare[2] = {
        kmalloc(sizeof(struct file_lock)),
        kmalloc(sizeof(struct file_lock)),
    };
    struct lock_waiter nobody = {.owner = NULL};
    int err = -ENOMEM;

    if (spare[0] != NULL && spare[1] != NULL) {
        if (wait)
            err = lock_wait(inode, req, spare);
        else
            err = lock_try(inode, req, spare, &nobody);
        if (err == -EDEADLK && !wait)
            err = -EAGAIN;
    }
    kfree(spare[0]);
    kfree(spare[1]);
    if (err == 0 && may_release(req))
        wake_up_all(&released);
    return err;
}

void lock_test(struct inode *inode, struct lock_request *req)
{
    struct file_lock *lock;

    spin_lock(&locks_lock);
    lock = find_conflict_locked(inode, req);
    if (lock != NULL) {
        req->type = lock->type;
        req->start = lock->start;
        req->end = lock->end;
        req->pid = lock->pid;
    } else {
        req->type = F_UNLCK;
    }
    spin_unlock(&locks_lock);
}

/* ---- the end of an owner ---- */

/* Removes an owner's locks (NULL: everybody's), of one family or of both. */
static void release_locks(struct inode *inode, const void *owner,
                          bool records_only)
{
    struct list dead = LIST_INIT(dead);
    struct file_lock *lock, *next;
    bool any;

    spin_lock(&locks_lock);
    list_for_each_entry_safe (lock, next, &inode->locks, link) {
        if ((owner != NULL && lock->owner != owner) ||
            (records_only && lock->family != LOCK_RECORD))
            continue;
        list_remove(&lock->link);
        list_push_back(&dead, &lock->link);
    }
    spin_unlock(&locks_lock);
    any = !list_empty(&dead);
    free_locks(&dead);
    if (any)
        wake_up_all(&released);
}

void locks_release_owner(struct file *file, const void *owner)
{
    if (unlikely(!list_empty(&file->inode->locks)))
        release_locks(file->inode, owner, true);
}

void locks_release_file(struct file *file)
{
    if (unlikely(!list_empty(&file->inode->locks)))
        release_locks(file->inode, file, false);
}

void locks_release_all(struct inode *inode)
{
    if (unlikely(!list_empty(&inode->locks)))
        release_locks(inode, NULL, false);
}
