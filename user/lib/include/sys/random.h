/* SPDX-License-Identifier: MIT */
/* getrandom(2). */
#ifndef LIB_SYS_RANDOM_H
#define LIB_SYS_RANDOM_H

#include "kernel/abi/fcntl.h"
#include "kernel/abi/types.h"

ssize_t getrandom(void *to, size_t len, unsigned flags);

#endif
