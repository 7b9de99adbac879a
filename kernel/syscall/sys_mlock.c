/* SPDX-License-Identifier: MIT */
/*
 * System calls about which memory is there: mlock(2) and its kin, msync(2),
 * mincore(2). The work is done in mm/.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/wait.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/mlock.h"
#include "mm/msync.h"
#include "mm/uaccess.h"

bool mlock_is_privileged(void)
{
    return current_is_root();
}

long sys_mlock(unsigned long addr, size_t len)
{
    return mm_mlock(mm_current(), addr, len, VM_LOCKED);
}

long sys_mlock2(unsigned long addr, size_t len, int flags)
{
    if ((flags & ~MLOCK_ONFAULT) != 0)
        return -EINVAL;
    return mm_mlock(mm_current(), addr, len,
                    flags != 0 ? VM_LOCK_FLAGS : VM_LOCKED);
}

long sys_munlock(unsigned long addr, size_t len)
{
    return mm_mlock(mm_current(), addr, len, 0);
}

long sys_mlockall(int flags)
{
    const int known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;

    if (flags == 0 || (flags & ~known) != 0 || flags == MCL_ONFAULT)
        return -EINVAL;
    return mm_mlockall(mm_current(), flags);
}

long sys_munlockall(void)
{
    return mm_mlockall(mm_current(), 0);
}

long sys_msync(unsigned long addr, size_t len, int flags)
{
    return mm_msync(mm_current(), addr, len, flags);
}

#define MINCORE_CHUNK 256 /* pages at once, by way of the stack */

long sys_mincore(unsigned long addr, size_t len, unsigned char __user *out)
{
    size_t left = (len >> PAGE_SHIFT) + ((len & PAGE_MASK) != 0);
    unsigned char resident[MINCORE_CHUNK];

    if ((addr & PAGE_MASK) != 0)
        return -EINVAL;
    if (!user_range_ok((void __user *)addr, len))
        return -ENOMEM;
    if (!user_range_ok(out, left))
        return -EFAULT;
    while (left > 0 && !signal_fatal_pending()) {
        const size_t n = MIN(left, (size_t)MINCORE_CHUNK);
        int err = mm_mincore(mm_current(), addr, n, resident);

        if (err != 0)
            return err;
        if (copy_to_user(out, resident, n) != 0)
            return -EFAULT;
        addr += n * PAGE_SIZE;
        out += n;
        left -= n;
    }
    return 0;
}
