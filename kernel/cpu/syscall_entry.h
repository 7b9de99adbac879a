/* SPDX-License-Identifier: MIT */
/*
 * What SYSCALL and SYSRET need to know; for cpu.c and syscall.asm.
 */
#ifndef KERNEL_CPU_SYSCALL_ENTRY_H
#define KERNEL_CPU_SYSCALL_ENTRY_H

#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"

/* SYSCALL loads CS and SS from STAR[47:32] and the next descriptor; SYSRET
 * SS from STAR[63:48] + 8 and CS from + 16. SDM vol. 3, 5.8.8. */
#define SYSCALL_STAR ((uint64_t)KERNEL_CS << 32 | (uint64_t)(USER_DS - 8) << 48)

_Static_assert(KERNEL_DS == KERNEL_CS + 8 && USER_CS == USER_DS + 8,
               "the order that SYSCALL and SYSRET prescribe");

/* Cleared on entry: everything that a program may have set. */
#define SYSCALL_FLAGS_CLEARED                                                  \
    (RFLAGS_USER | RFLAGS_IF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_ID)

void syscall_entry(void);

#endif
