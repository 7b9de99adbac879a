/* SPDX-License-Identifier: MIT */
/* Scheduling, and clone(2). errno is one for all threads that share memory. */
#ifndef LIB_SCHED_H
#define LIB_SCHED_H

#include <stddef.h>

#include "kernel/abi/sched.h"
#include "kernel/abi/types.h"

#define CPU_SETSIZE 1024

typedef struct {
    unsigned long bits[CPU_SETSIZE / 64];
} cpu_set_t;

#define CPU_ZERO(set) __builtin_memset((set), 0, sizeof(cpu_set_t))
#define CPU_SET(cpu, set) ((set)->bits[(cpu) / 64] |= 1UL << ((cpu) % 64))
#define CPU_CLR(cpu, set) ((set)->bits[(cpu) / 64] &= ~(1UL << ((cpu) % 64)))
#define CPU_ISSET(cpu, set) (((set)->bits[(cpu) / 64] >> ((cpu) % 64)) & 1)
#define CPU_COUNT(set) lib_cpu_count(set)

/* fn(arg) in a new process or thread, on `stack` (its upper end); further
 * arguments: int *parent_tid, void *tls, int *child_tid. */
int clone(int (*fn)(void *arg), void *stack, int flags, void *arg, ...);

int lib_cpu_count(const cpu_set_t *set);
int sched_yield(void);
int sched_getcpu(void);
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int sched_getscheduler(pid_t pid);
int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);

#endif
