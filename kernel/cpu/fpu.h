/* SPDX-License-Identifier: MIT */
/*
 * x87, SSE and (with XSAVE) AVX state, saved and restored per thread at each
 * switch. The kernel itself is compiled without these registers.
 */
#ifndef KERNEL_CPU_FPU_H
#define KERNEL_CPU_FPU_H

#include "kernel/lib/types.h"

/* Bytes of one thread's state, for every component in XCR0; areas are 64-byte
 * aligned. C: set by cpu_init_boot. */
extern size_t fpu_area_size;

/* The components that an area holds, as bits of XCR0; 0: FXSAVE's alone.
 * C: set by cpu_init_boot. */
extern uint64_t fpu_components;

/* The state a new program starts with: FCW 0x37f, MXCSR 0x1f80. */
void fpu_init_area(void *area);

/* => preemption off */
void fpu_save(void *area);
void fpu_restore(const void *area);

/* The registers get a new program's state. => any context of the thread's */
void fpu_reset(void);

/* No reserved bit of MXCSR is set, which its loading would refuse. */
bool fpu_mxcsr_valid(uint32_t mxcsr);

#endif
