/* SPDX-License-Identifier: MIT */
/*
 * Copies to and from the current address space's user memory, with recovery:
 * a page that is merely absent is faulted in; a bad address ends the copy.
 *
 *   => thread context; no spinlock, no mmap_lock held (a fault may sleep)
 */
#ifndef MM_UACCESS_H
#define MM_UACCESS_H

#include "kernel/lib/types.h"

/* Bytes NOT copied: 0 when all went well. Addresses outside user space copy
 * nothing. */
__must_check size_t copy_from_user(void *dst, const void __user *src, size_t n);
__must_check size_t copy_to_user(void __user *dst, const void *src, size_t n);
__must_check size_t clear_user(void __user *dst, size_t n);

/* Length of the string at src, at most max bytes of which are copied to dst,
 * NUL included; -EFAULT, or -ENAMETOOLONG if there is no NUL within max. */
__must_check ssize_t strncpy_from_user(char *dst, const char __user *src,
                                       size_t max);

/* Atomic on a user word, for futexes. 0 or -EFAULT. */
__must_check int user_load_u32(const uint32_t __user *p, uint32_t *out);
__must_check int user_cmpxchg_u32(uint32_t __user *p, uint32_t expected,
                                  uint32_t desired, uint32_t *found);

/* The FPU's registers to an area of the user's and back: FXSAVE's image, or
 * XSAVE's of these components. The area and the state in it are checked by the
 * CPU. 0 or -EFAULT: then part of it may have moved. */
__must_check int user_fxsave(void __user *area);
__must_check int user_fxrstor(const void __user *area);
__must_check int user_xsave(void __user *area, uint64_t components);
__must_check int user_xrstor(const void __user *area, uint64_t components);

/* All of [p, p + n) lies in user space (says nothing of mappings). */
static inline bool user_range_ok(const void __user *p, size_t n)
{
    return (uintptr_t)p < 0x00007ffffffff000UL &&
           n <= 0x00007ffffffff000UL - (uintptr_t)p;
}

/* For the trap code (#PF, and #GP of bad FPU state): if rip is an instruction
 * that may touch user memory, sets *resume to where to go on after a failed
 * access and returns true. */
bool uaccess_fixup(uint64_t rip, uint64_t *resume);

#endif
