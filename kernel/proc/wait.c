/* SPDX-License-Identifier: MIT */
/*
 * Waiting for children: wait4(2), waitid(2).
 *
 * A look at all children under process_tree_lock either finds an event and
 * takes it, or finds that there is nobody to wait for, or is repeated when
 * child_wait is woken. What changes a child's state does so under the same
 * lock and wakes afterwards, so no event is missed.
 */
#include "kernel/abi/signal.h"
#include "kernel/abi/wait.h"
#include "kernel/proc/family.h"

/* What a look at the children has found. */
enum wait_found {
    FOUND_EVENT,   /* req tells it */
    FOUND_NOTHING, /* yet */
    FOUND_NOBODY,  /* no child is meant */
};

/* Linux tells "clone" children, which do not send SIGCHLD, from others. */
static bool is_meant(const struct wait_request *req,
                     const struct process *child)
{
    bool clone = child->exit_signal != SIGCHLD;

    switch (req->which) {
    case WAIT_ANY: break;
    case WAIT_PID:
        if (child->pid != req->id)
            return false;
        break;
    case WAIT_GROUP:
        if (child->group->nr != req->id)
            return false;
        break;
    }
    return (req->options & __WALL) != 0 ||
           clone == ((req->options & (int)__WCLONE) != 0);
}

static void tell(struct wait_request *req, struct process *child, int status)
{
    req->pid = child->pid;
    req->uid = child->cred.uid;
    req->status = status;
    process_usage(child, &req->usage);
    usage_add(&req->usage, &child->children_usage);
}

/* Takes the child's end. *gone: a reference to be dropped without the lock. */
static void take_end_locked(struct wait_request *req, struct process *child,
                            struct process **gone)
{
    tell(req, child, child->exit_status);
    if (req->options & WNOWAIT)
        return;
    usage_add(&child->parent->children_usage, &req->usage);
    process_reap_locked(child);
    *gone = child;
}

/* A stop or continuation that has not been told yet. */
static bool take_report_locked(struct wait_request *req, struct process *child)
{
    uint64_t flags = spin_lock_irqsave(&child->lock);
    enum stop_report report = child->report;
    int status = W_STOPCODE(child->stop_signal);
    bool found = (report == STOP_STOPPED && (req->options & WUNTRACED)) ||
                 (report == STOP_CONTINUED && (req->options & WCONTINUED));

    if (found && !(req->options & WNOWAIT))
        child->report = STOP_NONE;
    spin_unlock_irqrestore(&child->lock, flags);
    if (report == STOP_CONTINUED)
        status = W_CONTINUED;
    if (found)
        tell(req, child, status);
    return found;
}

static bool take_event_locked(struct wait_request *req, struct process *child,
                              struct process **gone)
{
    if (child->state != PROCESS_ZOMBIE)
        return take_report_locked(req, child);
    if (!(req->options & WEXITED))
        return false;
    take_end_locked(req, child, gone);
    return true;
}

static enum wait_found look(struct wait_request *req)
{
    struct process *process = current_process(), *child, *gone = NULL;
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    enum wait_found found = FOUND_NOBODY;

    list_for_each_entry (child, &process->children, sibling) {
        if (!is_meant(req, child))
            continue;
        found = FOUND_NOTHING;
        if (!take_event_locked(req, child, &gone))
            continue;
        found = FOUND_EVENT;
        break;
    }
    spin_unlock_irqrestore(&process_tree_lock, flags);
    if (gone != NULL)
        process_put(gone);
    return found;
}

int process_wait(struct wait_request *req)
{
    enum wait_found found;
    int err = 0;

    req->pid = 0;
    found = look(req);
    if (found == FOUND_NOTHING && !(req->options & WNOHANG))
        err = wait_event_interruptible(&current_process()->child_wait,
                                       (found = look(req)) != FOUND_NOTHING);
    if (found == FOUND_NOBODY)
        return -ECHILD;
    return err;
}
