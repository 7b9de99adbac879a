/* SPDX-License-Identifier: MIT */
/*
 * COM1, the console's serial line. Without a UART, or while nobody listens,
 * output goes nowhere; it never fails.
 */
#ifndef KERNEL_DEV_SERIAL_H
#define KERNEL_DEV_SERIAL_H

#include "kernel/lib/types.h"

/* Queues bytes to be sent: as many as there is room for. Never waits.
 * => any context */
size_t serial_write(const char *text, size_t len);

/* How many bytes serial_write takes now. When there is more room than there
 * was, tty_output_ready is called. */
size_t serial_room(void);

/* Waits, by polling, until all that was queued is sent, or until the line
 * seems to be stuck. => any context */
void serial_drain(void);

/* The tty takes input again: tty_input_ready has become true. */
void serial_resume(void);

bool serial_present(void);

#endif
