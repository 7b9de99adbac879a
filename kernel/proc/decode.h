/* SPDX-License-Identifier: MIT */
/*
 * Numbers into words, for reports.
 */
#ifndef KERNEL_PROC_DECODE_H
#define KERNEL_PROC_DECODE_H

#include "kernel/lib/types.h"

#define DECODE_MAX 96 /* room for any of the texts below */

const char *decode_signal(int sig);            /* "SIGSEGV" */
const char *decode_code(int sig, int code);    /* si_code: "SEGV_MAPERR" */
const char *decode_trap(uint64_t vector);      /* "#PF page fault" */
const char *decode_trap_deed(uint64_t vector); /* what the program did */

/* A page fault's error code: "write in user mode, the page is not present". */
void decode_page_fault(uint64_t error, char *buf, size_t size);
/* The flags that are set in RFLAGS. */
void decode_flags(uint64_t rflags, char *buf, size_t size);

#endif
