/* SPDX-License-Identifier: MIT */
/* Operations of futex(2). */
#ifndef LIB_LINUX_FUTEX_H
#define LIB_LINUX_FUTEX_H

#include "kernel/abi/futex.h"

#endif
