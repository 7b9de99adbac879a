/* SPDX-License-Identifier: MIT */
/* CPU time in clock ticks. */
#ifndef LIB_SYS_TIMES_H
#define LIB_SYS_TIMES_H

#include "kernel/abi/time.h"

clock_t times(struct tms *out);

#endif
