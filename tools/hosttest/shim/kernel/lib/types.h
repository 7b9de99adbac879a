/* SPDX-License-Identifier: MIT */
/*
 * The kernel's compiler words beside those of the host's C library.
 */
#ifndef TOOLS_HOSTTEST_SHIM_KERNEL_LIB_TYPES_H
#define TOOLS_HOSTTEST_SHIM_KERNEL_LIB_TYPES_H

#include <stdint.h>

#undef __always_inline
#include_next "kernel/lib/types.h"

#endif
