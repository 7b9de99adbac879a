/* SPDX-License-Identifier: MIT */
/* The older name of <signal.h>. */
#ifndef LIB_SYS_SIGNAL_H
#define LIB_SYS_SIGNAL_H

#include <signal.h>

#endif
