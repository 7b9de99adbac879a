/* SPDX-License-Identifier: MIT */
/*
 * System calls on scheduling: sched(7).
 */
#include <sched.h>
#include <string.h>

#include "user/lib/syscall.h"

int sched_yield(void)
{
    return (int)CALL(sched_yield);
}

int sched_getcpu(void)
{
    unsigned cpu;

    return CALL(getcpu, &cpu, 0, 0) < 0 ? -1 : (int)cpu;
}

/* The kernel fills only as much of the set as it has CPUs for. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    long used = CALL(sched_getaffinity, pid, size, set);

    if (used < 0)
        return -1;
    memset((char *)set + used, 0, size - (size_t)used);
    return 0;
}

int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set)
{
    return (int)CALL(sched_setaffinity, pid, size, set);
}

int lib_cpu_count(const cpu_set_t *set)
{
    int count = 0;
    size_t i;

    for (i = 0; i < CPU_SETSIZE; i++)
        count += (int)CPU_ISSET(i, set);
    return count;
}

int sched_getscheduler(pid_t pid)
{
    return (int)CALL(sched_getscheduler, pid);
}

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param)
{
    return (int)CALL(sched_setscheduler, pid, policy, param);
}

int sched_getparam(pid_t pid, struct sched_param *param)
{
    return (int)CALL(sched_getparam, pid, param);
}

int sched_setparam(pid_t pid, const struct sched_param *param)
{
    return (int)CALL(sched_setparam, pid, param);
}

int sched_get_priority_max(int policy)
{
    return (int)CALL(sched_get_priority_max, policy);
}

int sched_get_priority_min(int policy)
{
    return (int)CALL(sched_get_priority_min, policy);
}
