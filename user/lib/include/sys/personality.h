/* SPDX-License-Identifier: MIT */
/* personality(2). */
#ifndef LIB_SYS_PERSONALITY_H
#define LIB_SYS_PERSONALITY_H

#include "kernel/abi/prctl.h"

int personality(unsigned long persona);

#endif
