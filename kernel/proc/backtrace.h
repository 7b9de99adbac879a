/* SPDX-License-Identifier: MIT */
/*
 * Who called whom: the chain of frame pointers (System V ABI, 3.2.2), which
 * all of Quire is compiled to keep. Any word of it may be garbage: each is
 * looked at only where reading is known not to fault, or allowed to.
 */
#ifndef KERNEL_PROC_BACKTRACE_H
#define KERNEL_PROC_BACKTRACE_H

#include "kernel/lib/types.h"

struct trap_frame;

#define BACKTRACE_MAX 16

/* Fills addrs with rip and the return addresses found from rbp on; how many.
 * backtrace_kernel: => any context. backtrace_user: the current program's, by
 * the registers of its frame => thread context, no spinlock held */
size_t backtrace_kernel(uint64_t rip, uint64_t rbp, vaddr_t *addrs);
size_t backtrace_user(const struct trap_frame *frame, vaddr_t *addrs);

/* The kernel can read the word at va, a multiple of 8, of its own memory. */
bool kernel_can_read(vaddr_t va);

#endif
