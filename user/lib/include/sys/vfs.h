/* SPDX-License-Identifier: MIT */
/* The older name of <sys/statfs.h>. */
#ifndef LIB_SYS_VFS_H
#define LIB_SYS_VFS_H

#include <sys/statfs.h>

#endif
