/* SPDX-License-Identifier: MIT */
/*
 * From a program's exception to the signal that it gets.
 */
#ifndef KERNEL_PROC_TRAP_SIGNAL_H
#define KERNEL_PROC_TRAP_SIGNAL_H

#include "kernel/lib/types.h"

struct trap_frame;

/* Boot: has system calls looked at when they end, if that is to be checked.
 * => vmck_enabled is set. kernel/proc/trap.c */
void trap_init(void);

/* Any exception but a page fault: the signal that Linux sends.
 * => interrupts on */
void trap_to_signal(struct trap_frame *frame);

/* The current thread gets this signal for its fault; if the process dies of
 * it, that is reported. */
void trap_send_signal(const struct trap_frame *frame, int sig, int code,
                      uint64_t address);

#endif
