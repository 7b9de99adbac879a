/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory: the arguments of shmget(2), shmop(2) and shmctl(2).
 * The work is done in kernel/proc/shm.c.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/shm.h"
#include "kernel/proc/shm.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

long sys_shmget(int key, size_t size, int flags)
{
    return shm_get(key, size, flags);
}

long sys_shmat(int id, unsigned long addr, int flags)
{
    vaddr_t at;
    int err = shm_attach(id, addr, flags, &at);

    return err != 0 ? err : (long)at;
}

long sys_shmdt(unsigned long addr)
{
    return shm_detach(addr);
}

/* ---- shmctl: each takes a pointer to a struct of its own ---- */

/* Hands over a result, if it is one. */
static long put(void __user *to, const void *from, size_t len, long ret)
{
    if (ret >= 0 && copy_to_user(to, from, len) != 0)
        return -EFAULT;
    return ret;
}

static long get_limits(void __user *out)
{
    const struct shminfo limits = {
        .shmmax = SHMMAX,
        .shmmin = SHMMIN,
        .shmmni = SHMMNI,
        .shmseg = SHMSEG,
        .shmall = SHMALL,
    };
    struct shm_info unused;

    return put(out, &limits, sizeof(limits), shm_totals(&unused));
}

static long get_totals(void __user *out)
{
    struct shm_info info;
    long highest = shm_totals(&info);

    return put(out, &info, sizeof(info), highest);
}

static long get_segment(int id, int cmd, void __user *out)
{
    struct shmid_ds ds;
    long ret;

    if (cmd == IPC_STAT)
        ret = shm_stat(id, &ds);
    else
        ret = shm_stat_index(id, cmd == SHM_STAT_ANY, &ds);
    return put(out, &ds, sizeof(ds), ret);
}

static long set_segment(int id, const void __user *from)
{
    struct shmid_ds ds;

    if (copy_from_user(&ds, from, sizeof(ds)) != 0)
        return -EFAULT;
    return shm_set(id, &ds);
}

long sys_shmctl(int id, int cmd, void __user *arg)
{
    if (id < 0)
        return -EINVAL;
    switch (cmd) {
    case IPC_INFO: return get_limits(arg);
    case SHM_INFO: return get_totals(arg);
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY: return get_segment(id, cmd, arg);
    case IPC_SET: return set_segment(id, arg);
    case IPC_RMID: return shm_remove(id);
    case SHM_LOCK:
    case SHM_UNLOCK: return shm_set_locked(id, cmd == SHM_LOCK);
    default: return -EINVAL;
    }
}
