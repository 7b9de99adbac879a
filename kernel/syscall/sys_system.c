/* SPDX-License-Identifier: MIT */
/*
 * The machine as a whole: its names, its memory, its end; and randomness.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/reboot.h"
#include "kernel/abi/sysinfo.h"
#include "kernel/abi/utsname.h"
#include "kernel/abi/wait.h"
#include "kernel/cpu/time.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

/* ---- names ---- */

/* Programs look for Linux, whose ABI this is, and its release; the version
 * says whose kernel it really is. */
static struct utsname names = {
    .sysname = "Linux",
    .nodename = "quire",
    .release = "6.1.0-quire",
    .version = "#1 SMP Quire, a teaching kernel for virtual memory",
    .machine = "x86_64",
    .domainname = "(none)",
};                                                 /* L: the two that change */
static struct spinlock names_lock = SPINLOCK_INIT; /* L */

long sys_uname(struct utsname __user *out)
{
    struct utsname now;

    spin_lock(&names_lock);
    now = names;
    spin_unlock(&names_lock);
    return copy_to_user(out, &now, sizeof(now)) == 0 ? 0 : -EFAULT;
}

static long set_name(char *name, const char __user *from, int len)
{
    char text[UTSNAME_LENGTH] = {0};

    if (!current_is_root())
        return -EPERM;
    if (len < 0 || len >= UTSNAME_LENGTH)
        return -EINVAL;
    if (copy_from_user(text, from, (size_t)len) != 0)
        return -EFAULT;
    spin_lock(&names_lock);
    memcpy(name, text, sizeof(text));
    spin_unlock(&names_lock);
    return 0;
}

long sys_sethostname(const char __user *name, int len)
{
    return set_name(names.nodename, name, len);
}

long sys_setdomainname(const char __user *name, int len)
{
    return set_name(names.domainname, name, len);
}

/* ---- memory and load ---- */

long sys_sysinfo(struct sysinfo __user *out)
{
    struct system_info info;
    struct sysinfo si;

    process_system_info(&info);
    si = (struct sysinfo){
        .uptime = (int64_t)(clock_now() / NSEC_PER_SEC),
        .loads = {info.load[0], info.load[1], info.load[2]},
        .totalram = page_total() << PAGE_SHIFT,
        .freeram = page_count(PAGE_FREE) << PAGE_SHIFT,
        .procs = (uint16_t)info.nthreads,
        .mem_unit = 1,
    };
    return copy_to_user(out, &si, sizeof(si)) == 0 ? 0 : -EFAULT;
}

/* ---- the end ---- */

static bool is_reboot_magic(unsigned magic1, unsigned magic2)
{
    return magic1 == LINUX_REBOOT_MAGIC1 &&
           (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
            magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C);
}

/* A halt too powers off: nothing could be done with a halted machine. No key
 * restarts the machine, so only turning that off succeeds. */
long sys_reboot(int magic1, int magic2, unsigned cmd)
{
    if (!current_is_root())
        return -EPERM;
    if (!is_reboot_magic((unsigned)magic1, (unsigned)magic2))
        return -EINVAL;
    switch (cmd) {
    case LINUX_REBOOT_CMD_RESTART:
    case LINUX_REBOOT_CMD_RESTART2: machine_restart();
    case LINUX_REBOOT_CMD_HALT:
    case LINUX_REBOOT_CMD_POWER_OFF: process_end_machine(W_EXITCODE(0, 0));
    case LINUX_REBOOT_CMD_CAD_OFF: return 0;
    default: return -EINVAL;
    }
}

/* ---- randomness ---- */

#define RANDOM_CHUNK 256

/* Never waits: the generator is seeded when the first program starts. */
long sys_getrandom(void __user *buf, size_t len, unsigned flags)
{
    char chunk[RANDOM_CHUNK];
    size_t done = 0, n = 0, left = 0;

    if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) ||
        (flags & (GRND_RANDOM | GRND_INSECURE)) ==
            (GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    len = MIN(len, (size_t)MAX_RW_COUNT);
    while (done < len && left == 0) {
        if (done > 0 && signal_pending())
            break;
        n = MIN(len - done, sizeof(chunk));
        random_bytes(chunk, n);
        left = copy_to_user((char __user *)buf + done, chunk, n);
        done += n - left;
    }
    memset(chunk, 0, sizeof(chunk));
    return done > 0 || len == 0 ? (long)done : -EFAULT;
}
