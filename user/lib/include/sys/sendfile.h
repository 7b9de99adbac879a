/* SPDX-License-Identifier: MIT */
/* sendfile(2). */
#ifndef LIB_SYS_SENDFILE_H
#define LIB_SYS_SENDFILE_H

#include "kernel/abi/types.h"

ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t len);

#endif
