/* SPDX-License-Identifier: MIT */
/*
 * The FPU's part of a signal frame, as Linux lays it out:
 *
 *     FXSAVE image, 512 bytes   its last 48 bytes say what follows
 *     XSAVE header, components  only where the CPU has XSAVE
 *     FP_XSTATE_MAGIC2
 *
 * A program may change all of it before it returns from the handler. What
 * comes back is copied first and checked in the copy, so that neither another
 * thread nor a bad value can make the CPU fault while it loads it.
 *
 * While a thread is in the kernel its registers are still in the CPU (or were
 * saved when it was switched away, sched.c I4): its area is true only after
 * fpu_save, and changes to it only count once they are loaded, before anything
 * can switch.
 */
#include "kernel/abi/errno.h"
#include "kernel/cpu/fpu.h"
#include "kernel/lib/preempt.h"
#include "kernel/lib/string.h"
#include "kernel/proc/signal_impl.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define COMPONENTS_LEGACY 3UL /* x87 and SSE: the FXSAVE image */
#define AREA_ALIGN 64

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

/* What tells the program, and us on the way back, that it is an XSAVE area. */
static int put_extended(uint64_t user, const struct xstate *area)
{
    const struct fpx_sw_bytes sw = {
        .magic1 = FP_XSTATE_MAGIC1,
        .extended_size = (uint32_t)signal_fpu_size(),
        .xfeatures = fpu_components,
        .xstate_size = (uint32_t)fpu_area_size,
    };
    const uint32_t magic2 = FP_XSTATE_MAGIC2;
    /* For programs that know the FXSAVE image only, and change that. */
    const uint64_t present = area->header.xfeatures | COMPONENTS_LEGACY;
    int err =
        put(user + offsetof(struct fpstate, sw_reserved), &sw, sizeof(sw));

    if (err == 0)
        err = put(user + offsetof(struct xstate, header.xfeatures), &present,
                  sizeof(present));
    if (err == 0)
        err = put(user + fpu_area_size, &magic2, sizeof(magic2));
    return err;
}

int signal_fpu_save(uint64_t user_area)
{
    void *area = current_thread()->fpu;
    int err;

    preempt_disable();
    fpu_save(area);
    preempt_enable();
    err = put(user_area, area, fpu_area_size);
    if (err == 0 && fpu_components != 0)
        err = put_extended(user_area, area);
    return err;
}

void signal_fpu_reset(void)
{
    void *area = current_thread()->fpu;

    preempt_disable();
    fpu_init_area(area);
    fpu_restore(area);
    preempt_enable();
}

/* How much of the frame is an XSAVE area; 0: it is an FXSAVE image alone. */
static size_t extended_size(const struct fpx_sw_bytes *sw, uint64_t user_area)
{
    uint32_t magic2;

    if (sw->magic1 != FP_XSTATE_MAGIC1 ||
        sw->xstate_size < sizeof(struct xstate) ||
        sw->xstate_size > fpu_area_size || sw->extended_size < sw->xstate_size)
        return 0;
    if (get(&magic2, user_area + sw->xstate_size, sizeof(magic2)) != 0 ||
        magic2 != FP_XSTATE_MAGIC2)
        return 0;
    return sw->xstate_size;
}

/* Copies the frame's state to `area` (all zero) and makes it whole. */
static int read_area(struct xstate *area, uint64_t user_area)
{
    struct fpx_sw_bytes sw;
    size_t size;
    int err = get(&area->fpstate, user_area, sizeof(area->fpstate));

    if (err != 0 || fpu_components == 0)
        return err;
    sw = area->fpstate.sw_reserved;
    size = extended_size(&sw, user_area);
    if (size == 0) {
        area->header.xfeatures = COMPONENTS_LEGACY;
        return 0;
    }
    err = get(area, user_area, size);
    /* Components that the frame does not claim to have start afresh. */
    area->header.xfeatures &= sw.xfeatures | ~fpu_components;
    return err;
}

static void load_area(const void *from)
{
    void *area = current_thread()->fpu;

    preempt_disable();
    memcpy(area, from, fpu_area_size);
    fpu_restore(area);
    preempt_enable();
}

int signal_fpu_restore(uint64_t user_area)
{
    size_t size = ROUND_UP(fpu_area_size, (size_t)AREA_ALIGN);
    void *area;
    int err;

    if (user_area == 0) {
        signal_fpu_reset();
        return 0;
    }
    area = kzalloc(size);
    if (area == NULL)
        return -ENOMEM;
    err = read_area(area, user_area);
    if (err == 0 && !fpu_area_valid(area))
        err = -EINVAL;
    if (err == 0)
        load_area(area);
    kfree(area);
    return err;
}
