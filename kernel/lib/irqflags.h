/* SPDX-License-Identifier: MIT */
/*
 * Interrupts off and back, for the short sections that an interrupt handler
 * shares with other code.
 */
#ifndef KERNEL_LIB_IRQFLAGS_H
#define KERNEL_LIB_IRQFLAGS_H

#include "kernel/lib/types.h"

#define RFLAGS_IF_BIT (1UL << 9) /* SDM vol. 1, 3.4.3 */

/* The state before, for irq_restore. */
static __always_inline uint64_t irq_save(void)
{
    uint64_t flags = __builtin_ia32_readeflags_u64();

    __builtin_ia32_writeeflags_u64(flags & ~RFLAGS_IF_BIT);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return flags;
}

static __always_inline void irq_restore(uint64_t flags)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __builtin_ia32_writeeflags_u64(flags);
}

static __always_inline bool irq_enabled(void)
{
    return (__builtin_ia32_readeflags_u64() & RFLAGS_IF_BIT) != 0;
}

#endif
