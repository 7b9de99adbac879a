/* SPDX-License-Identifier: MIT */
/*
 * New processes and threads: clone(2), of which fork and vfork are cases.
 *
 *   check -> prepare all that can fail -> publish -> start -> vfork: wait
 *
 * Nothing of the program's is copied: the child gets the areas and page-table
 * entries (mm_fork), references to what is shared, and the registers.
 *
 * I1: until it is published nobody but its maker knows the child, so taking it
 *     apart again needs no lock.
 * I2: a signal to a whole group meets a fork either before it is published
 *     (then the call is repeated after the signal) or finds the child too: both
 *     happen under process_tree_lock. One to this process alone does not hold
 *     up the fork: it would never end where signals come quicker than it runs.
 *
 * Locks: process_tree_lock, then process->lock.
 */
#include "kernel/abi/prctl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/sched.h"
#include "kernel/abi/signal.h"
#include "kernel/cpu/fpu.h"
#include "kernel/fs/file.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/family.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

#define CLONE_NAMESPACES                                                       \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |             \
     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* ---- may it be? ---- */

static int check_flags(const struct clone_request *req)
{
    uint64_t flags = req->flags;

    if (flags & (CLONE_NAMESPACES | CLONE_PIDFD))
        return -EINVAL; /* Quire has neither */
    if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
        return -EINVAL;
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
        return -EINVAL;
    if ((flags & CLONE_SIGHAND) && !(flags & CLONE_THREAD))
        return -EINVAL; /* signal actions belong to one process */
    if ((flags & CLONE_PARENT) && !(flags & CLONE_THREAD) &&
        current_process()->pid == INIT_PID)
        return -EINVAL;
    if ((flags & CLONE_SETTLS) && req->tls >= USER_END)
        return -EPERM;
    return 0;
}

/* Threads of the user's processes; a zombie counts as one. */
static unsigned count_threads_of_locked(uint32_t uid)
{
    unsigned n = 0;

    for (struct pid *id = pid_next_locked(0); id != NULL;
         id = pid_next_locked(id->nr))
        if (id->process != NULL && id->process->cred.uid == uid)
            n += (unsigned)MAX(id->process->nthreads, 1);
    return n;
}

/* RLIMIT_NPROC, which does not bind the superuser, and the machine's own
 * limit. => process_tree_lock held */
static bool may_be_more_locked(const struct process *process)
{
    uint64_t limit = READ_ONCE(process->rlimits[RLIMIT_NPROC].soft);

    if (process_counts.nthreads >= process_max_threads)
        return false;
    if (process->cred.uid == 0 || process->cred.euid == 0)
        return true;
    if (limit >= process_max_threads)
        return true;
    return count_threads_of_locked(process->cred.uid) < limit;
}

static int check_limits(const struct process *process)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    bool ok = may_be_more_locked(process);

    spin_unlock_irqrestore(&process_tree_lock, flags);
    return ok ? 0 : -EAGAIN;
}

/* ---- what the child gets ---- */

static int copy_mm(uint64_t flags, struct process *child)
{
    struct mm *mm = current_process()->mm;

    if (!(flags & CLONE_VM))
        return mm_fork(mm, &child->mm);
    mm_get(mm);
    child->mm = mm;
    return 0;
}

static int copy_files(uint64_t flags, struct process *child)
{
    struct fdtable *files = current_files();

    if (!(flags & CLONE_FILES))
        return fdtable_clone(files, &child->files);
    fdtable_get(files);
    child->files = files;
    return 0;
}

static int copy_fs(uint64_t flags, struct process *child)
{
    struct fs_context *fs = current_fs();

    if (!(flags & CLONE_FS))
        return fs_context_clone(fs, &child->fs);
    fs_context_get(fs);
    child->fs = fs;
    return 0;
}

/* Takes apart a process that was never published. */
static void drop_child(struct process *child)
{
    if (child->mm != NULL)
        mm_put(child->mm);
    if (child->files != NULL)
        fdtable_put(child->files);
    if (child->fs != NULL)
        fs_context_put(child->fs);
    if (child->exe != NULL)
        file_put(child->exe);
    process_put(child);
}

/* A process with all that it owns, but no thread. */
static int make_process(const struct clone_request *req, struct process **out)
{
    struct process *parent = current_process(), *child;
    int err = process_create(parent, &child);

    if (err != 0)
        return err;
    child->exit_signal = req->exit_signal;
    child->exe = process_get_exe(parent);
    err = copy_files(req->flags, child);
    if (err == 0)
        err = copy_fs(req->flags, child);
    if (err == 0)
        err = copy_mm(req->flags, child);
    if (err != 0)
        drop_child(child);
    else
        *out = child;
    return err;
}

/* The registers, as the system call finds and leaves them, but for rax. */
static void copy_registers(struct thread *child,
                           const struct clone_request *req)
{
    struct trap_frame *frame = thread_frame(child);

    *frame = *thread_frame(current_thread());
    frame->rax = 0;
    if (req->stack != 0)
        frame->rsp = req->stack;
    preempt_disable();
    fpu_save(child->fpu);
    child->fs_base = cpu_user_fs();
    child->gs_base = cpu_user_gs();
    preempt_enable();
    if (req->flags & CLONE_SETTLS)
        child->fs_base = req->tls;
}

/* A thread of process (the current one, or a new one) with a number, in no
 * list. */
static int make_thread(const struct clone_request *req, struct process *process,
                       struct thread **out)
{
    struct thread *parent = current_thread(), *thread;
    int err = thread_create(process, true, &thread);

    if (err != 0)
        return err;
    err = pid_alloc(&thread->id);
    if (err != 0) {
        thread->id = NULL;
        thread_put(thread);
        return err;
    }
    thread->tid = thread->id->nr;
    thread->mm = process->mm;
    thread->affinity = parent->affinity;
    thread->blocked = parent->blocked;
    /* Two threads must not share the alternate stack. */
    if (!(req->flags & CLONE_VM) || (req->flags & CLONE_VFORK))
        thread->altstack = parent->altstack;
    if (req->flags & CLONE_CHILD_SETTID)
        thread->set_child_tid = (uint32_t *)req->child_tid;
    if (req->flags & CLONE_CHILD_CLEARTID)
        thread->clear_child_tid = (uint32_t *)req->child_tid;
    copy_registers(thread, req);
    *out = thread;
    return 0;
}

static void drop_thread(struct thread *thread)
{
    pid_free(thread->id);
    thread->id = NULL;
    thread_put(thread);
}

/* ---- publishing ---- */

/* Links the thread into its process. => process->lock held too */
static void link_thread_locked(struct thread *thread)
{
    struct process *process = thread->process;

    ASSERT(spin_is_locked(&process_tree_lock));
    list_push_back(&process->threads, &thread->process_link);
    process->nthreads++;
    thread->id->thread = thread;
    pid_publish_locked(thread->id);
    process_counts.nthreads++;
    process_counts.forks++;
}

static void publish_locked(struct process *process, struct thread *thread,
                           struct process *parent)
{
    struct pid *id = thread->id;

    ASSERT(spin_is_locked(&process_tree_lock));
    process->pid = id->nr;
    process->id = id;
    process->leader = thread;
    id->process = process;
    process->parent = parent;
    process->group = parent != NULL ? parent->group : id;
    process->session = parent != NULL ? parent->session : id;
    if (parent != NULL)
        list_push_back(&parent->children, &process->sibling);
    list_push_back(&process->group->group, &process->group_link);
    list_push_back(&process->session->session, &process->session_link);
    spin_lock(&process->lock);
    link_thread_locked(thread);
    spin_unlock(&process->lock);
    process_counts.nprocesses++;
}

void process_publish(struct process *process, struct thread *thread,
                     struct process *parent)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);

    publish_locked(process, thread, parent);
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

/* The parent of a new process: for CLONE_PARENT a brother's. */
static struct process *choose_parent_locked(const struct clone_request *req,
                                            struct process *child)
{
    struct process *process = current_process();

    if (!(req->flags & CLONE_PARENT))
        return process;
    child->exit_signal = process->exit_signal;
    return process->parent;
}

/* Publishes a new process, unless a signal to its group came first (I2) or
 * this one ends. ngroup_signals: as the fork began. */
static int publish_child(const struct clone_request *req, struct process *child,
                         struct thread *thread, uint64_t ngroup_signals)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct process *parent = current_process();
    int err = 0;

    /* One that is ignored or blocked leaves nothing to do before the fork. */
    if ((parent->ngroup_signals != ngroup_signals && signal_pending()) ||
        READ_ONCE(parent->exiting) || READ_ONCE(current_thread()->must_exit))
        err = -ERESTARTNOINTR;
    else if (!may_be_more_locked(current_process()))
        err = -EAGAIN;
    else
        publish_locked(child, thread, choose_parent_locked(req, child));
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return err;
}

static int publish_thread(struct thread *thread)
{
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    int err = 0;

    spin_lock(&process->lock);
    if (process->exiting || process->exec_alone || process->stopping)
        err = -ERESTARTNOINTR;
    else if (!may_be_more_locked(process))
        err = -EAGAIN;
    else
        link_thread_locked(thread);
    spin_unlock(&process->lock);
    spin_unlock_irqrestore(&process_tree_lock, flags);
    return err;
}

/* ---- the system call ---- */

/* Lets a published thread run. Its number. */
static long start(const struct clone_request *req, struct thread *thread)
{
    bool waits = (req->flags & CLONE_VFORK) != 0;
    struct vfork_wait wait;
    int tid = thread->tid;

    if (req->flags & CLONE_PARENT_SETTID) /* failure is not reported */
        (void)!copy_to_user(req->parent_tid, &tid, sizeof(tid));
    if (waits)
        vfork_prepare(thread, &wait);
    sched_start(thread);
    if (waits)
        vfork_wait_for(thread, &wait);
    return tid;
}

static long clone_thread(const struct clone_request *req)
{
    struct thread *thread;
    int err = make_thread(req, current_process(), &thread);

    if (err != 0)
        return err;
    mm_get(thread->mm);
    err = publish_thread(thread);
    if (err != 0) {
        mm_put(thread->mm);
        drop_thread(thread);
        return err;
    }
    return start(req, thread);
}

static long clone_process(const struct clone_request *req)
{
    uint64_t ngroup_signals = READ_ONCE(current_process()->ngroup_signals);
    struct process *child;
    struct thread *thread;
    int err = make_process(req, &child);

    if (err != 0)
        return err;
    err = make_thread(req, child, &thread);
    if (err != 0)
        goto drop_child;
    err = publish_child(req, child, thread, ngroup_signals);
    if (err != 0)
        goto drop_thread;
    return start(req, thread);

drop_thread:
    drop_thread(thread);
drop_child:
    drop_child(child);
    return err;
}

long process_clone(const struct clone_request *req)
{
    int err = check_flags(req);

    if (err == 0)
        err = check_limits(current_process());
    if (err != 0)
        return err;
    /* A pending signal would only undo it all at the end. */
    if (signal_pending())
        return -ERESTARTNOINTR;
    return req->flags & CLONE_THREAD ? clone_thread(req) : clone_process(req);
}
