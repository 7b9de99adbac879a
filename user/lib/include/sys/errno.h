/* SPDX-License-Identifier: MIT */
/* The older name of <errno.h>. */
#ifndef LIB_SYS_ERRNO_H
#define LIB_SYS_ERRNO_H

#include <errno.h>

#endif
