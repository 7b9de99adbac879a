/* SPDX-License-Identifier: MIT */
/*
 * The system as a whole, and the odds and ends.
 */
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "user/lib/syscall.h"

int uname(struct utsname *out)
{
    return (int)CALL(uname, out);
}

int sysinfo(struct sysinfo *out)
{
    return (int)CALL(sysinfo, out);
}

int reboot(int cmd)
{
    return (int)CALL(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, cmd, 0);
}

int prctl(int op, ...)
{
    va_list args;
    long a[4];
    int i;

    va_start(args, op);
    for (i = 0; i < 4; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    return (int)CALL(prctl, op, a[0], a[1], a[2], a[3]);
}

int arch_prctl(int op, unsigned long arg)
{
    return (int)CALL(arch_prctl, op, arg);
}

int personality(unsigned long persona)
{
    return (int)CALL(personality, persona);
}

ssize_t getrandom(void *to, size_t len, unsigned flags)
{
    return CALL(getrandom, to, len, flags);
}

int getentropy(void *to, size_t len)
{
    if (len > 256) {
        errno = EIO;
        return -1;
    }
    return getrandom(to, len, 0) == (ssize_t)len ? 0 : -1;
}

int gethostname(char *name, size_t size)
{
    struct utsname names;

    if (uname(&names) != 0)
        return -1;
    if (strlcpy(name, names.nodename, size) >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return 0;
}

int sethostname(const char *name, size_t len)
{
    return (int)CALL(sethostname, name, len);
}

int getpagesize(void)
{
    return (int)getauxval(AT_PAGESZ);
}

int get_nprocs(void)
{
    cpu_set_t cpus;

    return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? CPU_COUNT(&cpus)
                                                          : 1;
}

/* The soft limit; -1 if there is none. */
static long limit(int resource)
{
    struct rlimit rlimit;

    if (getrlimit(resource, &rlimit) != 0 || rlimit.rlim_cur == RLIM_INFINITY)
        return -1;
    return (long)rlimit.rlim_cur;
}

/* Memory in pages: all of it, or what is free. */
static long pages(int free)
{
    struct sysinfo info;

    if (sysinfo(&info) != 0)
        return -1;
    return (long)((free ? info.freeram : info.totalram) * info.mem_unit /
                  (unsigned)getpagesize());
}

long sysconf(int name)
{
    switch (name) {
    case _SC_ARG_MAX: return ARG_MAX;
    case _SC_CHILD_MAX: return limit(RLIMIT_NPROC);
    case _SC_CLK_TCK: return USER_HZ;
    case _SC_NGROUPS_MAX: return NGROUPS_MAX;
    case _SC_OPEN_MAX: return limit(RLIMIT_NOFILE);
    case _SC_PAGESIZE: return getpagesize();
    case _SC_IOV_MAX: return IOV_MAX;
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN: return get_nprocs();
    case _SC_PHYS_PAGES:
    case _SC_AVPHYS_PAGES: return pages(name == _SC_AVPHYS_PAGES);
    default: errno = EINVAL; return -1;
    }
}
