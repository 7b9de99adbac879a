/* SPDX-License-Identifier: MIT */
/* Frame buffers, /dev/fb0. */
#ifndef LIB_LINUX_FB_H
#define LIB_LINUX_FB_H

#include "kernel/abi/fb.h"

#endif
