/* SPDX-License-Identifier: MIT */
/*
 * Turns the floating-point and vector units on; for kernel/cpu/cpu.c.
 */
#ifndef KERNEL_CPU_FPU_INIT_H
#define KERNEL_CPU_FPU_INIT_H

/* The boot CPU: chooses what is saved. => cpu_features is filled */
void fpu_init_boot(void);
/* Each other CPU: the same choice. */
void fpu_init_cpu(void);

#endif
