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

bool process_may_access(const struct process *target, enum access_as as)
{
    const struct credentials *own = &current_process()->cred;
    const struct credentials *its = &target->cred;
    const uint32_t uid = as == ACCESS_AS_REAL ? own->uid : own->euid;
    const uint32_t gid = as == ACCESS_AS_REAL ? own->gid : own->egid;

    return target == current_process() || own->euid == 0 ||
           (READ_ONCE(target->dumpable) && uid == its->uid &&
            uid == its->euid && uid == its->suid && gid == its->gid &&
            gid == its->egid && gid == its->sgid);
}

bool proc_may_access(int pid)
{
    struct thread *thread;
    bool may;

    if (proc_current_is_root())
        return true;
    thread = thread_find(pid);
    if (thread == NULL)
        return false;
    may = process_may_access(thread->process, ACCESS_AS_EFFECTIVE);
    thread_put(thread);
    return may;
}

/* Who may look into it is asked once it is held: an exec may come at any time,
 * and make both others. */
int proc_find_mm(int pid, uint64_t *id)
{
    struct process *process = process_find(pid);
    struct mm *mm = NULL;
    int err = -ESRCH;

    if (process == NULL)
        return err;
    mm = process_get_mm(process);
    if (mm != NULL) {
        err = process_may_access(process, ACCESS_AS_EFFECTIVE) ? 0 : -EACCES;
        *id = mm->id;
        mm_put(mm);
    }
    process_put(process);
    return err;
}
