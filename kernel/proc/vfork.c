/* SPDX-License-Identifier: MIT */
/*
 * vfork(2): the parent stands still while the child runs in its memory, on its
 * stack, until the child has an address space of its own or none.
 *
 * The child's thread.vfork points to a struct on the parent's stack. The
 * parent leaves it only after it has taken the lock under which the child
 * uses it.
 *
 * Locks: the child's process->lock.
 */
#include "kernel/proc/family.h"
#include "kernel/proc/sched.h"

void vfork_prepare(struct thread *child, struct vfork_wait *wait)
{
    wait->parent = current_thread();
    wait->done = false;
    child->vfork = wait;
    thread_get(child);
}

void vfork_release(struct thread *thread)
{
    struct process *process = thread->process;
    struct vfork_wait *wait;
    uint64_t flags;

    if (READ_ONCE(thread->vfork) == NULL)
        return; /* it was set before the thread first ran, or not at all */
    flags = spin_lock_irqsave(&process->lock);
    wait = thread->vfork;
    thread->vfork = NULL;
    if (wait != NULL) {
        store_release(&wait->done, true);
        sched_wake(wait->parent);
    }
    spin_unlock_irqrestore(&process->lock, flags);
}

void vfork_wait_for(struct thread *child, struct vfork_wait *wait)
{
    uint64_t flags;
    int err = 0;

    while (err == 0) {
        sched_sleep_prepare_killable();
        if (load_acquire(&wait->done))
            break;
        err = sched_sleep(WAIT_FOREVER);
    }
    sched_sleep_cancel();
    flags = spin_lock_irqsave(&child->process->lock);
    WRITE_ONCE(child->vfork, NULL);
    spin_unlock_irqrestore(&child->process->lock, flags);
    thread_put(child);
}
