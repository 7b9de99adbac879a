/* SPDX-License-Identifier: MIT */
/*
 * System calls on processes: making them, waiting for them, who they are.
 */
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/lib/syscall.h"

pid_t lib_vfork_result(long result);

pid_t fork(void)
{
    return (pid_t)CALL(fork);
}

/* Called by vfork.asm. */
pid_t lib_vfork_result(long result)
{
    return (pid_t)lib_result(result);
}

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    return (pid_t)CALL(wait4, pid, status, options, usage);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return wait4(pid, status, options, NULL);
}

pid_t wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

int waitid(idtype_t which, id_t id, siginfo_t *info, int options)
{
    return (int)CALL(waitid, which, id, info, options);
}

pid_t getpid(void)
{
    return (pid_t)ASK(getpid);
}

pid_t getppid(void)
{
    return (pid_t)ASK(getppid);
}

pid_t gettid(void)
{
    return (pid_t)ASK(gettid);
}

uid_t getuid(void)
{
    return (uid_t)ASK(getuid);
}

uid_t geteuid(void)
{
    return (uid_t)ASK(geteuid);
}

gid_t getgid(void)
{
    return (gid_t)ASK(getgid);
}

gid_t getegid(void)
{
    return (gid_t)ASK(getegid);
}

int setuid(uid_t uid)
{
    return (int)CALL(setuid, uid);
}

int setgid(gid_t gid)
{
    return (int)CALL(setgid, gid);
}

int setreuid(uid_t real, uid_t effective)
{
    return (int)CALL(setreuid, real, effective);
}

int setregid(gid_t real, gid_t effective)
{
    return (int)CALL(setregid, real, effective);
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
    return (int)CALL(setresuid, real, effective, saved);
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
    return (int)CALL(setresgid, real, effective, saved);
}

int getgroups(int size, gid_t *list)
{
    return (int)CALL(getgroups, size, list);
}

int setgroups(size_t size, const gid_t *list)
{
    return (int)CALL(setgroups, size, list);
}

pid_t getpgid(pid_t pid)
{
    return (pid_t)CALL(getpgid, pid);
}

int setpgid(pid_t pid, pid_t group)
{
    return (int)CALL(setpgid, pid, group);
}

pid_t getpgrp(void)
{
    return (pid_t)ASK(getpgid, 0);
}

pid_t getsid(pid_t pid)
{
    return (pid_t)CALL(getsid, pid);
}

pid_t setsid(void)
{
    return (pid_t)CALL(setsid);
}

/* ---- limits, usage, scheduling ---- */

int prlimit(pid_t pid, int resource, const struct rlimit *in,
            struct rlimit *out)
{
    return (int)CALL(prlimit64, pid, resource, in, out);
}

int getrlimit(int resource, struct rlimit *out)
{
    return prlimit(0, resource, NULL, out);
}

int setrlimit(int resource, const struct rlimit *in)
{
    return prlimit(0, resource, in, NULL);
}

int getrusage(int who, struct rusage *out)
{
    return (int)CALL(getrusage, who, out);
}

/* The system call answers 20 - priority, so that it is never negative. */
int getpriority(int which, id_t who)
{
    long result = CALL(getpriority, which, who);

    return result < 0 ? -1 : (int)(20 - result);
}

int setpriority(int which, id_t who, int priority)
{
    return (int)CALL(setpriority, which, who, priority);
}

int nice(int increment)
{
    int priority;

    errno = 0;
    priority = getpriority(PRIO_PROCESS, 0);
    if (errno != 0 || setpriority(PRIO_PROCESS, 0, priority + increment) != 0)
        return -1;
    return getpriority(PRIO_PROCESS, 0);
}
