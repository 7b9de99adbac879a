/* SPDX-License-Identifier: MIT */
/*
 * Copies to and from user memory.
 *
 * The instructions simply touch the user's address. If a page is absent, the
 * page fault resolves it as it would for the program, and the copy goes on. If
 * the access is refused, the fault handler looks the instruction up in the
 * exception table and resumes after it, with the number of bytes left undone.
 */
#include "mm/uaccess.h"
#include "kernel/abi/errno.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/x86_user.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/preempt.h"
#include "mm/mm.h"

struct ex_entry {
    uint64_t fault, resume;
};

extern const struct ex_entry __ex_table_start[], __ex_table_end[];

/* A fault may sleep, and takes the address space's lock. */
static __always_inline void assert_may_fault(void)
{
    struct mm *mm = cpu_gs->mm;

    if (likely(mm != NULL))
        LOCKCK_TELL(LOCKCK_MAY_LOCK, &mm->mmap_lock.id);
    ASSERT(cpu_head_gs->preempt_count == 0);
}

size_t copy_from_user(void *dst, const void __user *src, size_t n)
{
    size_t left;

    assert_may_fault();
    if (!user_range_ok(src, n))
        return n;
    x86_stac();
    left = x86_user_copy(dst, src, n);
    x86_clac();
    return left;
}

size_t copy_to_user(void __user *dst, const void *src, size_t n)
{
    size_t left;

    assert_may_fault();
    if (!user_range_ok(dst, n))
        return n;
    x86_stac();
    left = x86_user_copy(dst, src, n);
    x86_clac();
    return left;
}

size_t clear_user(void __user *dst, size_t n)
{
    size_t left;

    assert_may_fault();
    if (!user_range_ok(dst, n))
        return n;
    x86_stac();
    left = x86_user_clear(dst, n);
    x86_clac();
    return left;
}

ssize_t strncpy_from_user(char *dst, const char __user *src, size_t max)
{
    ssize_t ret = -ENAMETOOLONG;

    assert_may_fault();
    x86_stac();
    for (size_t i = 0; i < max && ret == -ENAMETOOLONG; i++) {
        uint8_t byte;

        if (!user_range_ok(src + i, 1) || !x86_user_load8(src + i, &byte)) {
            ret = -EFAULT;
            break;
        }
        dst[i] = (char)byte;
        if (byte == 0)
            ret = (ssize_t)i;
    }
    x86_clac();
    return ret;
}

int user_load_u32(const uint32_t __user *p, uint32_t *out)
{
    bool ok;

    assert_may_fault();
    if (!user_range_ok(p, sizeof(*p)))
        return -EFAULT;
    x86_stac();
    ok = x86_user_load32(p, out);
    x86_clac();
    return ok ? 0 : -EFAULT;
}

int user_cmpxchg_u32(uint32_t __user *p, uint32_t expected, uint32_t desired,
                     uint32_t *found)
{
    bool ok;

    assert_may_fault();
    if (!user_range_ok(p, sizeof(*p)))
        return -EFAULT;
    x86_stac();
    ok = x86_user_cmpxchg32(p, expected, desired, found);
    x86_clac();
    return ok ? 0 : -EFAULT;
}

/* ---- the FPU's state: a switch on the way keeps the registers ---- */

int user_fxsave(void __user *area)
{
    bool ok;

    assert_may_fault();
    if (!user_range_ok(area, fpu_area_size))
        return -EFAULT;
    x86_stac();
    ok = x86_user_fxsave(area);
    x86_clac();
    return ok ? 0 : -EFAULT;
}

int user_fxrstor(const void __user *area)
{
    bool ok;

    assert_may_fault();
    if (!user_range_ok(area, fpu_area_size))
        return -EFAULT;
    x86_stac();
    ok = x86_user_fxrstor(area);
    x86_clac();
    return ok ? 0 : -EFAULT;
}

int user_xsave(void __user *area, uint64_t components)
{
    bool ok;

    assert_may_fault();
    if (!user_range_ok(area, fpu_area_size))
        return -EFAULT;
    x86_stac();
    ok = x86_user_xsave(area, components);
    x86_clac();
    return ok ? 0 : -EFAULT;
}

int user_xrstor(const void __user *area, uint64_t components)
{
    bool ok;

    assert_may_fault();
    if (!user_range_ok(area, fpu_area_size))
        return -EFAULT;
    x86_stac();
    ok = x86_user_xrstor(area, components);
    x86_clac();
    return ok ? 0 : -EFAULT;
}

bool uaccess_fixup(uint64_t rip, uint64_t *resume)
{
    for (const struct ex_entry *e = __ex_table_start; e < __ex_table_end; e++) {
        if (e->fault != rip)
            continue;
        *resume = e->resume;
        return true;
    }
    return false;
}
