/* SPDX-License-Identifier: MIT */
/*
 * The places where lockck watches, free of cost while it does not.
 *
 * Each is an instruction of at least five bytes that the code needs anyway (the
 * count of preemption goes up or down) or a no-operation. With `lockck` on the
 * command line lockck_init writes a jump over each of them:
 *
 *     site:   incl %gs:16    --->    site:   jmp stub
 *     next:                          next:
 *
 *     stub:   push the lock, the event, the address of next
 *             jmp to the entry (kernel/cpu/lockck.asm), which keeps all
 *             registers, does what the instruction did, calls lockck_event and
 *             returns to next
 *
 * The stubs stand apart from the code, in .lockck.stubs; .lockck.sites lists
 * the pairs. This is the kernel's only inline assembly outside kernel/cpu.
 */
#ifndef KERNEL_LIB_LOCKCK_SITE_H
#define KERNEL_LIB_LOCKCK_SITE_H

#include "kernel/lib/preempt.h"
#include "kernel/lib/types.h"

/* The low byte says what happens to a lock, the next one its subclass. */
#define LOCKCK_SPIN_LOCK 0    /* about to be taken */
#define LOCKCK_SPIN_TRYLOCK 1 /* taken without waiting */
#define LOCKCK_SPIN_UNLOCK 2  /* about to be released, or just so */
#define LOCKCK_SLEEP_LOCK 3   /* the same of mutexes and rwsems */
#define LOCKCK_SLEEP_TRYLOCK 4
#define LOCKCK_SLEEP_UNLOCK 5
#define LOCKCK_MAY_LOCK 6      /* may be taken in what follows */
#define LOCKCK_NESTED (1 << 8) /* subclass 1 */

#define LOCKCK_SITE(instruction, entry, event, lock_id)                        \
    do {                                                                       \
        unsigned long scratch_;                                                \
                                                                               \
        asm volatile("771:\t" instruction "\n"                                 \
                     "772:\n\t"                                                \
                     ".pushsection .lockck.stubs, \"ax\"\n"                    \
                     "773:\tlea %[id], %[scratch]\n\t"                         \
                     "push %[scratch]\n\t"                                     \
                     "push %[what]\n\t"                                        \
                     "push $772b\n\t"                                          \
                     "jmp " entry "\n\t"                                       \
                     ".popsection\n\t"                                         \
                     ".pushsection .lockck.sites, \"a\"\n\t"                   \
                     ".long 771b - ., 773b - .\n\t"                            \
                     ".popsection"                                             \
                     : [scratch] "=&r"(scratch_)                               \
                     : [id] "m"(*(lock_id)), [what] "i"(event),                \
                       [count] "i"(offsetof(struct cpu_head, preempt_count))   \
                     : "memory", "cc");                                        \
    } while (0)

/* preempt_disable() and preempt_enable_no_resched() that tell of a spinlock. */
#define LOCKCK_DISABLE(event, lock_id)                                         \
    LOCKCK_SITE("incl %%gs:%c[count]", "lockck_enter_disable", event, lock_id)
#define LOCKCK_ENABLE(event, lock_id)                                          \
    LOCKCK_SITE("decl %%gs:%c[count]", "lockck_enter_enable", event, lock_id)

/* Nothing but the telling: a no-operation of five bytes. */
#define LOCKCK_TELL(event, lock_id)                                            \
    LOCKCK_SITE(".byte 0x0f, 0x1f, 0x44, 0x00, 0x00", "lockck_enter", event,   \
                lock_id)

#endif
