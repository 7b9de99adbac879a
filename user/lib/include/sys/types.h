/* SPDX-License-Identifier: MIT */
/* The types of POSIX. */
#ifndef LIB_SYS_TYPES_H
#define LIB_SYS_TYPES_H

#include "kernel/abi/types.h"

#endif
