/* SPDX-License-Identifier: MIT */
/* Who the system is. */
#ifndef LIB_SYS_UTSNAME_H
#define LIB_SYS_UTSNAME_H

#include "kernel/abi/utsname.h"

int uname(struct utsname *out);

#endif
