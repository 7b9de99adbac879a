/* SPDX-License-Identifier: MIT */
/*
 * The number of the last error: errno(3). One variable, as programs here have
 * one thread.
 */
#ifndef LIB_ERRNO_H
#define LIB_ERRNO_H

#include "kernel/abi/errno.h"

extern int errno;

/* argv[0], whole and without folders (GNU). */
extern char *program_invocation_name;
extern char *program_invocation_short_name;

#endif
