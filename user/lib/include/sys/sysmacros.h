/* SPDX-License-Identifier: MIT */
/* Device numbers: makedev(3). */
#ifndef LIB_SYS_SYSMACROS_H
#define LIB_SYS_SYSMACROS_H

#include "kernel/abi/stat.h"

#define major(dev) ABI_MAJOR(dev)
#define minor(dev) ABI_MINOR(dev)
#define makedev(major, minor) ABI_MAKEDEV(major, minor)

#endif
