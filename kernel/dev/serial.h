/* SPDX-License-Identifier: MIT */
/*
 * COM1, the console's serial line.
 */
#ifndef KERNEL_DEV_SERIAL_H
#define KERNEL_DEV_SERIAL_H

#include "kernel/lib/types.h"

/* Sends the bytes as they are, waiting for the line. Nothing happens without a
 * UART. Calls from several CPUs may mix their bytes: callers have a lock.
 * => any context */
void serial_write(const char *text, size_t len);

#endif
