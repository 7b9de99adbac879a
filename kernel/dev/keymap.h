/* SPDX-License-Identifier: MIT */
/*
 * From scancodes to what a terminal sends: the US layout, and escape
 * sequences as on Linux's console (TERM=linux).
 */
#ifndef KERNEL_DEV_KEYMAP_H
#define KERNEL_DEV_KEYMAP_H

#include "kernel/lib/types.h"

/* One byte of scancode set 1; its bytes, if any, go to the console tty.
 * => the keyboard's interrupt handler */
void keymap_scancode(uint8_t code);

#endif
