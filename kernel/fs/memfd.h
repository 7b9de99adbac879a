/* SPDX-License-Identifier: MIT */
/*
 * Files without a name in any directory: memfd_create(2), and the seals of
 * files as fcntl(2) shows them.
 */
#ifndef KERNEL_FS_MEMFD_H
#define KERNEL_FS_MEMFD_H

#include "kernel/lib/types.h"

struct file;

#define MEMFD_NAME_MAX 249 /* with "memfd:" it is NAME_MAX */

/* An empty file, open for reading and writing, that goes with its last
 * descriptor and mapping. flags: MFD_*, valid ones; neither MFD_EXEC nor
 * MFD_NOEXEC_SEAL means the former. 0 or -ENOMEM. */
__must_check int memfd_create(const char *name, unsigned flags,
                              struct file **out);

/* F_ADD_SEALS: 0, -EPERM, -EINVAL or -EBUSY. => may sleep */
__must_check int file_add_seals(struct file *file, uint32_t seals);
/* F_GET_SEALS: the seals, or -EINVAL if this kind of file has none. */
int file_get_seals(struct file *file);

#endif
