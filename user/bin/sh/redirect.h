/* SPDX-License-Identifier: MIT */
/* Redirections: done for a while in the shell, for good in a child. */
#ifndef SH_REDIRECT_H
#define SH_REDIRECT_H

#include <stdbool.h>

#include "user/bin/sh/node.h"

/* Descriptors from here on are the shell's own and close when it executes. */
#define SHELL_FD 10

/* A descriptor's copy with a number for the shell's own; closes the first
 * one. -1 if there is none to be had. */
int redirect_own(int fd);

/* Does them, left to right. `keep`: what they replace can be put back. false,
 * with a message, if one fails; those before it are done. */
bool redirect_apply(const struct redirect *list, bool keep);

/* How many replaced descriptors are kept now ... */
unsigned redirect_depth(void);
/* ... and putting back those that came since. */
void redirect_undo(unsigned depth);
/* Those that came since are not to be put back: `exec >file`. */
void redirect_settle(unsigned depth);

#endif
