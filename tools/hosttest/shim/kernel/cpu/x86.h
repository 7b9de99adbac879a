/* SPDX-License-Identifier: MIT */
/*
 * The instructions that a program cannot execute, as functions of the test:
 * mm_test.c has a TLB that they flush.
 */
#ifndef TOOLS_HOSTTEST_SHIM_KERNEL_CPU_X86_H
#define TOOLS_HOSTTEST_SHIM_KERNEL_CPU_X86_H

#include_next "kernel/cpu/x86.h"

void host_flush_page(vaddr_t va);
void host_flush_all(void);

#define x86_invlpg(va) host_flush_page(va)
#define x86_read_cr3() 0UL
#define x86_write_cr3(value) ((void)(value), host_flush_all())

#endif
