/* SPDX-License-Identifier: MIT */
/* The auxiliary vector: getauxval(3). */
#ifndef LIB_SYS_AUXV_H
#define LIB_SYS_AUXV_H

#include "kernel/abi/elf.h"

/* The value for AT_*; 0 and errno ENOENT if there is none. */
unsigned long getauxval(unsigned long type);

#endif
