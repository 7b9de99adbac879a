/* SPDX-License-Identifier: MIT */
/*
 * Who may look into whose memory, for /proc and process_vm_readv: the contract
 * stands in process.h and kernel/fs/file.h.
 */
#include "kernel/abi/errno.h"
#include "kernel/fs/file.h"
#include "kernel/proc/process.h"
#include "mm/mm.h"

bool proc_current_is_root(void)
{
    return READ_ONCE(current_process()->cred.euid) == 0;
}

bool process_may_access(const struct process *target)
{
    const struct credentials *own = &current_process()->cred;
    const struct credentials *its = &target->cred;

    return target == current_process() || own->euid == 0 ||
           (own->uid == its->uid && own->uid == its->euid &&
            own->uid == its->suid && own->gid == its->gid &&
            own->gid == its->egid && own->gid == its->sgid);
}

int proc_find_mm(int pid, uint64_t *id)
{
    struct process *process = process_find(pid);
    struct mm *mm = NULL;
    int err = -ESRCH;

    if (process == NULL)
        return err;
    if (!process_may_access(process))
        err = -EACCES;
    else
        mm = process_get_mm(process);
    if (mm != NULL) {
        *id = mm->id;
        mm_put(mm);
        err = 0;
    }
    process_put(process);
    return err;
}
