/* SPDX-License-Identifier: MIT */
/* Limits and usage. */
#ifndef LIB_SYS_RESOURCE_H
#define LIB_SYS_RESOURCE_H

#include "kernel/abi/resource.h"

int getrlimit(int resource, struct rlimit *out);
int setrlimit(int resource, const struct rlimit *in);
int prlimit(pid_t pid, int resource, const struct rlimit *in,
            struct rlimit *out);
int getrusage(int who, struct rusage *out);
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int priority);

#endif
