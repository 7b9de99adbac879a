/* SPDX-License-Identifier: MIT */
/* prctl(2). */
#ifndef LIB_SYS_PRCTL_H
#define LIB_SYS_PRCTL_H

#include "kernel/abi/prctl.h"

int prctl(int op, ...);
int arch_prctl(int op, unsigned long arg);

#endif
