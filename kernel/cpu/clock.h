/* SPDX-License-Identifier: MIT */
/*
 * What the clock's files and the interrupt code share.
 */
#ifndef KERNEL_CPU_CLOCK_H
#define KERNEL_CPU_CLOCK_H

#include "kernel/lib/types.h"

/* The APIC timer has counted down to 0. => interrupts off, preemption off */
void clock_tick(void);

/* Seconds since 1970-01-01 UTC by the PC's real-time clock; kernel/cpu/rtc.c.
 * => boot */
uint64_t rtc_read(void);

#endif
