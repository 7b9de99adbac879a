/* SPDX-License-Identifier: MIT */
/* A few constants and macros of BSD. */
#ifndef LIB_SYS_PARAM_H
#define LIB_SYS_PARAM_H

#include <limits.h>

#define MAXPATHLEN PATH_MAX
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
