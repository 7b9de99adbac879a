/* SPDX-License-Identifier: MIT */
/*
 * The clock (TSC, calibrated at boot) and each CPU's one-shot timer (local
 * APIC).
 */
#ifndef KERNEL_CPU_TIME_H
#define KERNEL_CPU_TIME_H

#include "kernel/lib/types.h"

#define NSEC_PER_SEC 1000000000UL
#define NSEC_PER_MSEC 1000000UL
#define NSEC_PER_USEC 1000UL

/* Nanoseconds since boot, monotonic, the same on all CPUs. => any context */
uint64_t clock_now(void);

/* Nanoseconds since 1970-01-01 UTC at clock_now() == 0, from the RTC. */
extern uint64_t clock_boot_time;

/* Calibrates the TSC and the APIC timer, reads the RTC. */
void clock_init(void);

/* This CPU's timer interrupt is due at deadline_ns (UINT64_MAX: never); at
 * once if it has passed. Replaces the deadline before. => interrupts off */
void timer_set(uint64_t deadline_ns);

/* The timer interrupt. => interrupts off, preemption off.
 * Implemented in kernel/proc/timer.c. */
void timer_interrupt(void);

#endif
