/* SPDX-License-Identifier: MIT */
/*
 * Standard input from the host in run mode; the rest is in dev.h.
 */
#ifndef KERNEL_DEV_HOSTIN_H
#define KERNEL_DEV_HOSTIN_H

/* Boot: COM2, if it is there. */
void hostin_init(void);

#endif
