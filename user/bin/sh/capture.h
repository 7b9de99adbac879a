/* SPDX-License-Identifier: MIT */
/* $(command). */
#ifndef SH_CAPTURE_H
#define SH_CAPTURE_H

/* Runs the commands in a child; what it wrote to its standard output, without
 * the newlines at the end, on the stack of memory. Sets shell.captured. */
char *capture_output(const char *commands);

#endif
