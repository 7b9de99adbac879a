/* SPDX-License-Identifier: MIT */
/* The older name of <fcntl.h>. */
#ifndef LIB_SYS_FCNTL_H
#define LIB_SYS_FCNTL_H

#include <fcntl.h>

#endif
