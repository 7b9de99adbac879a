/* SPDX-License-Identifier: MIT */
/*
 * Breaking the kernel on purpose: `selftest=NAME` on the command line, for the
 * tests of what a reader then sees, and for seeing it yourself.
 *
 *   panic      an assertion of ours
 *   overflow   a kernel stack overflow: double fault, reported as such
 *   null       a read through a NULL pointer
 *   wx-text    a store to the kernel's code: it is mapped read-only
 *   wx-data    running data: it is mapped non-executable
 *   wx-direct  a store to the kernel's code through the direct map
 *   smap       a read of a user address outside mm/uaccess.c
 *   lockck-…   rules of locks, with `lockck`: selftest_lockck.c
 */
#ifndef KERNEL_PROC_SELFTEST_H
#define KERNEL_PROC_SELFTEST_H

#include "kernel/lib/types.h"

/* Does what the command line asks for, and does not return then; an unknown
 * name is an error in the log. Without the option it returns at once.
 * => the end of the boot, thread context */
void selftest_run(void);

/* Those named lockck-…; false if there is none of that name. It returns. */
bool selftest_lockck(const char *name);

#endif
