/* SPDX-License-Identifier: MIT */
/* The older name of <poll.h>. */
#ifndef LIB_SYS_POLL_H
#define LIB_SYS_POLL_H

#include <poll.h>

#endif
