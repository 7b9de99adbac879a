/* SPDX-License-Identifier: MIT */
/* flock(2). */
#ifndef LIB_SYS_FILE_H
#define LIB_SYS_FILE_H

#include <fcntl.h>

int flock(int fd, int operation);

#endif
