/* SPDX-License-Identifier: MIT */
/* Terminals: termios(3). struct termios is the kernel's. */
#ifndef LIB_TERMIOS_H
#define LIB_TERMIOS_H

#include "kernel/abi/termios.h"
#include "kernel/abi/types.h"

int tcgetattr(int fd, struct termios *out);
int tcsetattr(int fd, int when, const struct termios *in);
int tcflush(int fd, int queue);
int tcdrain(int fd);
pid_t tcgetsid(int fd);
void cfmakeraw(struct termios *tio);
speed_t cfgetospeed(const struct termios *tio);

#endif
