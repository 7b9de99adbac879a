/* SPDX-License-Identifier: MIT */
/* What the System V calls share. */
#ifndef LIB_SYS_IPC_H
#define LIB_SYS_IPC_H

#include "kernel/abi/shm.h"

#endif
