/* SPDX-License-Identifier: MIT */
/* The shell's variables. */
#ifndef SH_VARS_H
#define SH_VARS_H

#include <stdbool.h>

#include "user/bin/sh/sh.h"

/* Takes the environment over; all of it is exported. */
void vars_init(char **environment);

/* The value, valid until the variable is changed; NULL: not set. */
const char *var_get(const char *name);
/* => sh_fail if there is no memory */
void var_set(const char *name, const char *value);
/* The same, with the name up to the = */
void var_assign(const char *assignment);
void var_unset(const char *name);
void var_export(const char *name);

/* NAME=value of each, sorted, on the stack of memory. */
struct strings vars_list(bool exported_only);

#endif
