/* SPDX-License-Identifier: MIT */
/*
 * The signal system calls' argument plumbing: sets, actions, stacks and infos
 * are copied in and out here; the work is done in kernel/proc/signal_calls.c
 * and signal_kill.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/time.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "kernel/proc/signal_calls.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

_Static_assert(sizeof(struct signal_action) == sizeof(struct sigaction) &&
                   sizeof(struct signal_stack) == sizeof(stack_t),
               "the kernel's and the program's are laid out alike");

#define SET_SIZE sizeof(uint64_t)

long sys_rt_sigaction(int sig, const struct signal_action __user *in,
                      struct signal_action __user *out, size_t set_size)
{
    struct signal_action action, old;
    int err;

    if (set_size != SET_SIZE)
        return -EINVAL;
    if (in != NULL && copy_from_user(&action, in, sizeof(action)) != 0)
        return -EFAULT;
    err = signal_set_action(sig, in != NULL ? &action : NULL, &old);
    if (err != 0)
        return err;
    if (out != NULL && copy_to_user(out, &old, sizeof(old)) != 0)
        return -EFAULT;
    return 0;
}

long sys_rt_sigprocmask(int how, const uint64_t __user *in,
                        uint64_t __user *out, size_t set_size)
{
    uint64_t set, old;
    int err;

    if (set_size != SET_SIZE)
        return -EINVAL;
    if (in != NULL && copy_from_user(&set, in, sizeof(set)) != 0)
        return -EFAULT;
    err = signal_change_mask(how, in != NULL ? &set : NULL, &old);
    if (err != 0)
        return err;
    if (out != NULL && copy_to_user(out, &old, sizeof(old)) != 0)
        return -EFAULT;
    return 0;
}

long sys_rt_sigreturn(void)
{
    return signal_return();
}

long sys_rt_sigpending(uint64_t __user *out, size_t set_size)
{
    uint64_t set = signal_pending_set();

    if (set_size > SET_SIZE)
        return -EINVAL;
    return copy_to_user(out, &set, set_size) == 0 ? 0 : -EFAULT;
}

long sys_rt_sigsuspend(const uint64_t __user *mask, size_t set_size)
{
    uint64_t set;

    if (set_size != SET_SIZE)
        return -EINVAL;
    if (copy_from_user(&set, mask, sizeof(set)) != 0)
        return -EFAULT;
    return signal_suspend(set);
}

/* When a time from now on ends; a time of 0 is no wait at all. 0, -EFAULT or
 * -EINVAL. */
static int read_deadline(const struct timespec __user *timeout, uint64_t *out)
{
    struct timespec ts;
    uint64_t left, now = clock_now();

    *out = WAIT_FOREVER;
    if (timeout == NULL)
        return 0;
    if (copy_from_user(&ts, timeout, sizeof(ts)) != 0)
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (long)NSEC_PER_SEC)
        return -EINVAL;
    if ((uint64_t)ts.tv_sec >= (WAIT_FOREVER - now) / NSEC_PER_SEC - 1)
        return 0; /* centuries */
    left = (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
    *out = left == 0 ? 0 : now + left;
    return 0;
}

long sys_rt_sigtimedwait(const uint64_t __user *set, void __user *info,
                         const struct timespec __user *timeout, size_t set_size)
{
    uint64_t wanted, deadline;
    struct siginfo found;
    int sig;

    if (set_size != SET_SIZE)
        return -EINVAL;
    if (copy_from_user(&wanted, set, sizeof(wanted)) != 0)
        return -EFAULT;
    sig = read_deadline(timeout, &deadline);
    if (sig != 0)
        return sig;
    sig = signal_wait(wanted, deadline, &found);
    if (sig > 0 && info != NULL &&
        copy_to_user(info, &found, sizeof(found)) != 0)
        return -EFAULT;
    return sig;
}

long sys_rt_sigqueueinfo(int pid, int sig, const void __user *info)
{
    struct siginfo copy;

    if (copy_from_user(&copy, info, sizeof(copy)) != 0)
        return -EFAULT;
    return signal_queue_to_process(pid, sig, &copy);
}

long sys_rt_tgsigqueueinfo(int pid, int tid, int sig, const void __user *info)
{
    struct siginfo copy;

    if (copy_from_user(&copy, info, sizeof(copy)) != 0)
        return -EFAULT;
    return signal_queue_to_thread(pid, tid, sig, &copy);
}

long sys_sigaltstack(const struct signal_stack __user *in,
                     struct signal_stack __user *out)
{
    uint64_t sp = thread_frame(current_thread())->rsp;
    struct signal_stack stack, old;
    int err;

    if (in != NULL && copy_from_user(&stack, in, sizeof(stack)) != 0)
        return -EFAULT;
    err = signal_set_stack(in != NULL ? &stack : NULL, &old, sp);
    if (err != 0)
        return err;
    old.pad = 0;
    if (out != NULL && copy_to_user(out, &old, sizeof(old)) != 0)
        return -EFAULT;
    return 0;
}

long sys_kill(int pid, int sig)
{
    return signal_kill(pid, sig);
}

long sys_tkill(int tid, int sig)
{
    return signal_kill_thread(0, tid, sig);
}

long sys_tgkill(int pid, int tid, int sig)
{
    if (pid <= 0)
        return -EINVAL;
    return signal_kill_thread(pid, tid, sig);
}

long sys_pause(void)
{
    return signal_pause();
}
