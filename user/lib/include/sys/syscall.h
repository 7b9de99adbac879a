/* SPDX-License-Identifier: MIT */
/* System calls by number: syscall(2). */
#ifndef LIB_SYS_SYSCALL_H
#define LIB_SYS_SYSCALL_H

#include "kernel/abi/syscall.h"

/* -1 and errno on failure, as the wrappers of <unistd.h>. */
long syscall(long number, ...);

#endif
