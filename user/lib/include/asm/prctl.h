/* SPDX-License-Identifier: MIT */
/* Operations of arch_prctl(2). */
#ifndef LIB_ASM_PRCTL_H
#define LIB_ASM_PRCTL_H

#include "kernel/abi/prctl.h"

#endif
