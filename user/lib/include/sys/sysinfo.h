/* SPDX-License-Identifier: MIT */
/* The machine at a glance. */
#ifndef LIB_SYS_SYSINFO_H
#define LIB_SYS_SYSINFO_H

#include "kernel/abi/sysinfo.h"

int sysinfo(struct sysinfo *out);
int get_nprocs(void);

#endif
