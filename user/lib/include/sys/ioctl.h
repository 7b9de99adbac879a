/* SPDX-License-Identifier: MIT */
/* ioctl(2), and the requests of terminals. */
#ifndef LIB_SYS_IOCTL_H
#define LIB_SYS_IOCTL_H

#include "kernel/abi/termios.h"

int ioctl(int fd, unsigned long request, ...);

#endif
