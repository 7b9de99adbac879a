/* SPDX-License-Identifier: MIT */
/*
 * The FPU's part of a signal frame, as Linux lays it out:
 *
 *     FXSAVE image, 512 bytes   its last 48 bytes say what follows
 *     XSAVE header, components  only where the CPU has XSAVE
 *     FP_XSTATE_MAGIC2
 *
 * The CPU moves the state between its registers and the frame itself. While a
 * thread is in the kernel its registers are still in the CPU, and are kept over
 * a switch (sched.c I4), so a page fault on the way is no harm.
 *
 * A program may change all of the frame before it returns from the handler, and
 * another of its threads even meanwhile: what the CPU refuses to load (#GP) is
 * an error like an address that cannot be read.
 */
#include "kernel/abi/errno.h"
#include "kernel/cpu/fpu.h"
#include "kernel/proc/signal_impl.h"
#include "mm/uaccess.h"

#define COMPONENTS_LEGACY 3UL /* x87 and SSE: the FXSAVE image */

_Static_assert(offsetof(struct fpstate, sw_reserved) +
                       sizeof(struct fpx_sw_bytes) ==
                   sizeof(struct fpstate),
               "software's bytes end the FXSAVE image");

size_t signal_fpu_size(void)
{
    return fpu_area_size + (fpu_components != 0 ? FP_XSTATE_MAGIC2_SIZE : 0);
}

static int put(uint64_t user, const void *data, size_t len)
{
    return copy_to_user((void *)user, data, len) == 0 ? 0 : -EFAULT;
}

static int get(void *data, uint64_t user, size_t len)
{
    return copy_from_user(data, (const void *)user, len) == 0 ? 0 : -EFAULT;
}

/* The components that the XSAVE header of a frame names. */
static uint64_t present_at(uint64_t user_area)
{
    return user_area + offsetof(struct xstate, header.xfeatures);
}

/* What tells the program, and us on the way back, that it is an XSAVE area. */
static int put_extended(uint64_t user)
{
    const struct fpx_sw_bytes sw = {
        .magic1 = FP_XSTATE_MAGIC1,
        .extended_size = (uint32_t)signal_fpu_size(),
        .xfeatures = fpu_components,
        .xstate_size = (uint32_t)fpu_area_size,
    };
    const uint32_t magic2 = FP_XSTATE_MAGIC2;
    uint64_t present = 0;
    int err =
        put(user + offsetof(struct fpstate, sw_reserved), &sw, sizeof(sw));

    if (err == 0)
        err = get(&present, present_at(user), sizeof(present));
    /* For programs that know the FXSAVE image only, and change that. */
    present |= COMPONENTS_LEGACY;
    if (err == 0)
        err = put(present_at(user), &present, sizeof(present));
    if (err == 0)
        err = put(user + fpu_area_size, &magic2, sizeof(magic2));
    return err;
}

int signal_fpu_save(uint64_t user_area)
{
    char __user *area = (char __user *)user_area;
    int err;

    if (fpu_components == 0)
        return user_fxsave(area);
    /* XSAVE writes the header's first word only. */
    if (clear_user(area + offsetof(struct xstate, header),
                   sizeof(struct xstate_header)) != 0)
        return -EFAULT;
    err = user_xsave(area, fpu_components);
    return err != 0 ? err : put_extended(user_area);
}

/* ---- the way back ---- */

/* The frame is an XSAVE area; else it is an FXSAVE image alone. */
static bool is_extended(const struct fpx_sw_bytes *sw, uint64_t user_area)
{
    uint32_t magic2;

    if (sw->magic1 != FP_XSTATE_MAGIC1 ||
        sw->xstate_size < sizeof(struct xstate) ||
        sw->xstate_size > fpu_area_size || sw->extended_size < sw->xstate_size)
        return false;
    return get(&magic2, user_area + sw->xstate_size, sizeof(magic2)) == 0 &&
           magic2 == FP_XSTATE_MAGIC2;
}

/* Components that the frame does not claim to have start afresh. */
static int load_extended(uint64_t user_area)
{
    const void __user *area = (const void __user *)user_area;
    struct fpx_sw_bytes sw;

    if (get(&sw, user_area + offsetof(struct fpstate, sw_reserved),
            sizeof(sw)) != 0)
        return -EFAULT;
    fpu_reset();
    if (is_extended(&sw, user_area))
        return user_xrstor(area, sw.xfeatures & fpu_components);
    return user_fxrstor(area);
}

static int load(uint64_t user_area)
{
    const struct fpstate __user *area =
        (const struct fpstate __user *)user_area;
    uint32_t mxcsr;

    /* QEMU does not look at it. */
    if (user_load_u32(&area->mxcsr, &mxcsr) != 0 || !fpu_mxcsr_valid(mxcsr))
        return -EFAULT;
    return fpu_components == 0 ? user_fxrstor(area) : load_extended(user_area);
}

int signal_fpu_restore(uint64_t user_area)
{
    int err = user_area == 0 ? 0 : load(user_area);

    if (err != 0 || user_area == 0)
        fpu_reset();
    return err;
}
