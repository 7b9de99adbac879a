/* SPDX-License-Identifier: MIT */
/*
 * Locked memory, mlock(2): areas that are faulted in at once and, on a system
 * with swap, stay. What remains of that here: RLIMIT_MEMLOCK, and that
 * madvise and msync may not take the pages away.
 *
 * VM_LOCKED says so of an area; VM_LOCKONFAULT that its pages need not be
 * there yet. mm->new_flags (mlockall) are for areas to come.
 */
#ifndef MM_MLOCK_H
#define MM_MLOCK_H

#include "mm/mm.h"
#include "mm/vma.h"

#define VM_LOCK_FLAGS (VM_LOCKED | VM_LOCKONFAULT)

/* The caller is above RLIMIT_MEMLOCK (Linux: CAP_IPC_LOCK).
 * kernel/syscall/sys_mlock.c */
bool mlock_is_privileged(void);

/* May the caller lock anything at all? */
bool mlock_is_allowed(const struct mm *mm);

/* May npages more with these flags be mapped, as far as locking goes?
 * => mmap_lock held for write */
bool mlock_allows(const struct mm *mm, uint32_t flags, size_t npages);

/* mlock2(2), or munlock(2) if flags, of VM_LOCK_FLAGS, is 0. 0 or the errno.
 * => these: take mmap_lock; may sleep */
__must_check int mm_mlock(struct mm *mm, vaddr_t addr, size_t len,
                          uint32_t flags);
/* mlockall(2), munlockall(2) if flags is 0. MCL_* */
__must_check int mm_mlockall(struct mm *mm, int flags);

#endif
