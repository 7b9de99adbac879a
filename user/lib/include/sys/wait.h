/* SPDX-License-Identifier: MIT */
/* Waiting for children. */
#ifndef LIB_SYS_WAIT_H
#define LIB_SYS_WAIT_H

#include <signal.h>
#include <sys/resource.h>

#include "kernel/abi/types.h"
#include "kernel/abi/wait.h"

typedef int idtype_t; /* P_* */

pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait3(int *status, int options, struct rusage *usage);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
int waitid(idtype_t which, id_t id, siginfo_t *info, int options);

#endif
