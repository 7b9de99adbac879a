/* SPDX-License-Identifier: MIT */
/* The registers that a signal handler is given. */
#ifndef LIB_UCONTEXT_H
#define LIB_UCONTEXT_H

#include <signal.h>

#endif
