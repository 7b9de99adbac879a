/* SPDX-License-Identifier: MIT */
/*
 * The screen as a place to write to; screen_init is in dev.h.
 */
#ifndef KERNEL_DEV_SCREEN_H
#define KERNEL_DEV_SCREEN_H

#include "kernel/lib/types.h"

/* Bytes for a terminal, escape sequences and all. What a burst of calls
 * leaves behind is drawn some milliseconds later. Without a screen nothing
 * happens. => any context */
void screen_write(const char *text, size_t len);

/* In characters; false without a screen. */
bool screen_size(unsigned *ncolumns, unsigned *nrows);

#endif
