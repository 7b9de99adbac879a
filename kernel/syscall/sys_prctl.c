/* SPDX-License-Identifier: MIT */
/*
 * Attributes of threads and processes: arch_prctl(2), prctl(2),
 * personality(2). What Quire does not have is refused as by a Linux that was
 * built without it.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/prctl.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/layout.h"
#include "mm/uaccess.h"

/* ---- arch_prctl ---- */

static long put_base(unsigned long arg, uint64_t base)
{
    return copy_to_user((void __user *)arg, &base, sizeof(base)) == 0 ? 0
                                                                      : -EFAULT;
}

/* The bases are in the CPU's registers while the thread runs; the scheduler
 * moves them along. */
long sys_arch_prctl(int op, unsigned long arg)
{
    switch (op) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
        if (arg >= USER_END)
            return -EPERM;
        if (op == ARCH_SET_FS)
            cpu_set_user_fs(arg);
        else
            cpu_set_user_gs(arg);
        return 0;
    case ARCH_GET_FS: return put_base(arg, cpu_user_fs());
    case ARCH_GET_GS: return put_base(arg, cpu_user_gs());
    case ARCH_GET_CPUID: return 1; /* programs may use CPUID, and always can */
    case ARCH_SET_CPUID: return -ENODEV;
    default: return -EINVAL;
    }
}

/* ---- prctl ---- */

_Static_assert(COMM_LEN == PR_NAME_LENGTH, "a name is as long as prctl's");

static long set_name(const char __user *from)
{
    struct process *process = current_process();
    char name[COMM_LEN] = {0};
    uint64_t flags;
    ssize_t len;

    len = strncpy_from_user(name, from, COMM_LEN - 1);
    if (len == -EFAULT)
        return len;
    name[COMM_LEN - 1] = '\0'; /* what is longer is cut */
    flags = spin_lock_irqsave(&process->lock);
    memcpy(process->name, name, COMM_LEN);
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

static long get_name(char __user *to)
{
    struct process *process = current_process();
    char name[COMM_LEN] = {0};
    uint64_t flags;

    flags = spin_lock_irqsave(&process->lock);
    strlcpy(name, process->name, sizeof(name));
    spin_unlock_irqrestore(&process->lock, flags);
    return copy_to_user(to, name, sizeof(name)) == 0 ? 0 : -EFAULT;
}

static long set_dumpable(unsigned long on)
{
    struct process *process = current_process();
    uint64_t flags;

    if (on > 1)
        return -EINVAL;
    flags = spin_lock_irqsave(&process->lock);
    WRITE_ONCE(process->dumpable, on != 0);
    spin_unlock_irqrestore(&process->lock, flags);
    return 0;
}

static long put_int(unsigned long arg, int value)
{
    return copy_to_user((void __user *)arg, &value, sizeof(value)) == 0
               ? 0
               : -EFAULT;
}

#define TIMING_STATISTICAL 0 /* PR_GET_TIMING: by sampling */
#define TSC_ENABLED 1        /* PR_GET_TSC: RDTSC works */

long sys_prctl(int op, unsigned long a2, unsigned long a3, unsigned long a4,
               unsigned long a5)
{
    switch (op) {
    case PR_SET_NAME: return set_name((const char __user *)a2);
    case PR_GET_NAME: return get_name((char __user *)a2);
    case PR_SET_DUMPABLE: return set_dumpable(a2);
    case PR_GET_DUMPABLE: return READ_ONCE(current_process()->dumpable);
    case PR_GET_PDEATHSIG:
    case PR_GET_CHILD_SUBREAPER: return put_int(a2, 0);
    case PR_GET_KEEPCAPS: return 0;
    case PR_GET_TIMING: return TIMING_STATISTICAL;
    case PR_SET_TIMING: return a2 == TIMING_STATISTICAL ? 0 : -EINVAL;
    case PR_GET_TSC: return put_int(a2, TSC_ENABLED);
    case PR_SET_TSC: return a2 == TSC_ENABLED ? 0 : -EINVAL;
    case PR_GET_NO_NEW_PRIVS:
    case PR_GET_THP_DISABLE: return (a2 | a3 | a4 | a5) == 0 ? 0 : -EINVAL;
    default: return -EINVAL;
    }
}

/* ---- personality ---- */

#define PERSONALITY_ASK 0xffffffffU /* only tells the present one */

/* Of all that can be asked for, only this is done. */
#define PERSONALITY_KNOWN ((unsigned)(PER_LINUX | ADDR_NO_RANDOMIZE))

long sys_personality(unsigned persona)
{
    struct process *process = current_process();
    uint32_t before = READ_ONCE(process->personality);

    if (persona == PERSONALITY_ASK)
        return before;
    if (persona & ~PERSONALITY_KNOWN)
        return -EINVAL;
    return __atomic_exchange_n(&process->personality, persona,
                               __ATOMIC_SEQ_CST);
}
