/* SPDX-License-Identifier: MIT */
/*
 * Making and ending processes, and waiting for them. The work is done in
 * kernel/proc (fork.c, exec.c, exit.c, wait.c).
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/sched.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/wait.h"
#include "kernel/proc/exec.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "kernel/syscall/usage.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

/* ---- making ---- */

long sys_fork(void)
{
    struct clone_request req = {.exit_signal = SIGCHLD};

    return process_clone(&req);
}

long sys_vfork(void)
{
    struct clone_request req = {
        .flags = CLONE_VFORK | CLONE_VM,
        .exit_signal = SIGCHLD,
    };

    return process_clone(&req);
}

/* The flags are 32 bits wide; clone3 has the wider ones. */
long sys_clone(unsigned long flags, unsigned long stack, int __user *parent_tid,
               int __user *child_tid, unsigned long tls)
{
    struct clone_request req = {
        .flags = (uint32_t)flags & ~(uint32_t)CSIGNAL,
        .exit_signal = (int)(flags & CSIGNAL),
        .stack = stack,
        .parent_tid = parent_tid,
        .child_tid = child_tid,
        .tls = tls,
    };

    return process_clone(&req);
}

long sys_execve(const char __user *path, char __user *const __user *argv,
                char __user *const __user *envp)
{
    char *text;
    int err;

    err = path_get(path, false, &text);
    if (err != 0)
        return err;
    err = process_exec(text, argv, envp);
    kfree(text);
    return err;
}

/* ---- ending ---- */

#define EXIT_CODE_MASK 0xff

long sys_exit(int status)
{
    thread_exit(W_EXITCODE(status & EXIT_CODE_MASK, 0));
}

long sys_exit_group(int status)
{
    process_exit_group(W_EXITCODE(status & EXIT_CODE_MASK, 0));
}

/* ---- waiting ---- */

#define WAIT_KINDS (__WNOTHREAD | (int)__WCLONE | __WALL)
#define WAIT4_OPTIONS (WNOHANG | WUNTRACED | WCONTINUED | WAIT_KINDS)
#define WAITID_EVENTS (WEXITED | WSTOPPED | WCONTINUED)
#define WAITID_OPTIONS (WNOHANG | WNOWAIT | WAITID_EVENTS | WAIT_KINDS)

/* The process group of the current process. */
static int own_group(void)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    int group = current_process()->group->nr;

    spin_unlock_irqrestore(&process_tree_lock, flags);
    return group;
}

/* wait4's way to say whom to wait for. */
static void wait4_target(int pid, struct wait_request *req)
{
    if (pid == -1) {
        req->which = WAIT_ANY;
    } else if (pid > 0) {
        req->which = WAIT_PID;
        req->id = pid;
    } else {
        req->which = WAIT_GROUP;
        req->id = pid == 0 ? own_group() : -pid;
    }
}

long sys_wait4(int pid, int __user *status, int options,
               struct rusage __user *usage)
{
    struct wait_request req = {.options = options | WEXITED};
    int err;

    if (options & ~WAIT4_OPTIONS)
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    wait4_target(pid, &req);
    err = process_wait(&req);
    if (err != 0 || req.pid == 0)
        return err;
    if (status != NULL &&
        copy_to_user(status, &req.status, sizeof(*status)) != 0)
        return -EFAULT;
    if (usage != NULL && usage_put(usage, &req.usage) != 0)
        return -EFAULT;
    return req.pid;
}

/* waitid's. */
static int waitid_target(int which, int id, struct wait_request *req)
{
    req->id = id;
    switch (which) {
    case P_ALL: req->which = WAIT_ANY; return 0;
    case P_PID: req->which = WAIT_PID; return id > 0 ? 0 : -EINVAL;
    case P_PGID:
        req->which = WAIT_GROUP;
        if (id == 0)
            req->id = own_group();
        return id >= 0 ? 0 : -EINVAL;
    case P_PIDFD: return id >= 0 ? -EBADF : -EINVAL; /* there are none */
    default: return -EINVAL;
    }
}

/* The two parts of siginfo_t that waitid writes. */
struct wait_info {
    int32_t signo, error, code;
};
struct wait_child {
    int32_t pid;
    uint32_t uid;
    int32_t status;
};
#define WAIT_CHILD_OFFSET offsetof(struct siginfo, si_pid)

_Static_assert(offsetof(struct siginfo, si_code) ==
                   offsetof(struct wait_info, code),
               "siginfo_t begins like struct wait_info");
_Static_assert(offsetof(struct siginfo, si_status) ==
                   WAIT_CHILD_OFFSET + offsetof(struct wait_child, status),
               "siginfo_t goes on like struct wait_child");

/* What wait4's status word says, as si_code and si_status. */
static void explain_status(int status, struct wait_info *info,
                           struct wait_child *child)
{
    if (WIFCONTINUED(status)) {
        info->code = CLD_CONTINUED;
        child->status = SIGCONT;
    } else if (WIFSTOPPED(status)) {
        info->code = CLD_STOPPED;
        child->status = WSTOPSIG(status);
    } else if (WIFEXITED(status)) {
        info->code = CLD_EXITED;
        child->status = WEXITSTATUS(status);
    } else {
        info->code = WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED;
        child->status = WTERMSIG(status);
    }
}

/* All zero if no child has been found. */
static int put_wait_info(char __user *to, const struct wait_request *req)
{
    struct wait_info info = {0};
    struct wait_child child = {0};

    if (to == NULL)
        return 0;
    if (req->pid != 0) {
        info.signo = SIGCHLD;
        child.pid = req->pid;
        child.uid = req->uid;
        explain_status(req->status, &info, &child);
    }
    if (copy_to_user(to, &info, sizeof(info)) != 0 ||
        copy_to_user(to + WAIT_CHILD_OFFSET, &child, sizeof(child)) != 0)
        return -EFAULT;
    return 0;
}

long sys_waitid(int which, int id, void __user *info, int options,
                struct rusage __user *usage)
{
    struct wait_request req = {.options = options};
    int err;

    if ((options & ~WAITID_OPTIONS) || !(options & WAITID_EVENTS))
        return -EINVAL;
    err = waitid_target(which, id, &req);
    if (err == 0)
        err = process_wait(&req);
    if (err != 0)
        return err;
    if (req.pid != 0 && usage != NULL && usage_put(usage, &req.usage) != 0)
        return -EFAULT;
    return put_wait_info(info, &req);
}
