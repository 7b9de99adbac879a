/* SPDX-License-Identifier: MIT */
/*
 * memfd_create(2): a descriptor for memory of its own.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/abi/resource.h"
#include "kernel/fs/memfd.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

#define PLAIN_FLAGS                                                            \
    (MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)

/* Files of large pages are not offered: as on a Linux without hugetlbfs. */
static int check_flags(unsigned flags)
{
    unsigned known = PLAIN_FLAGS;

    if (flags & MFD_HUGETLB)
        known |= MFD_HUGETLB | (unsigned)MAP_HUGE_MASK << MAP_HUGE_SHIFT;
    if ((flags & ~known) ||
        (flags & (MFD_EXEC | MFD_NOEXEC_SEAL)) == (MFD_EXEC | MFD_NOEXEC_SEAL))
        return -EINVAL;
    return 0;
}

/* 0, -EFAULT, or -EINVAL if it is too long. */
static int get_name(const char __user *from, char name[MEMFD_NAME_MAX + 1])
{
    ssize_t len = strncpy_from_user(name, from, MEMFD_NAME_MAX + 1);

    if (len == -ENAMETOOLONG)
        return -EINVAL;
    return len < 0 ? (int)len : 0;
}

static void own(struct file *file)
{
    const struct credentials *cred = &current_process()->cred;

    inode_chown(file->inode, READ_ONCE(cred->euid), READ_ONCE(cred->egid));
}

long sys_memfd_create(const char __user *from, unsigned flags)
{
    char name[MEMFD_NAME_MAX + 1];
    struct file *file;
    long fd;
    int err;

    err = check_flags(flags);
    if (err == 0)
        err = get_name(from, name);
    if (err == 0 && (flags & MFD_HUGETLB))
        err = -ENOSYS;
    if (err == 0)
        err = memfd_create(name, flags, &file);
    if (err != 0)
        return err;
    own(file);
    fd =
        fdtable_install(current_files(), file, 0, current_rlimit(RLIMIT_NOFILE),
                        (flags & MFD_CLOEXEC) != 0);
    if (fd < 0)
        file_put(file);
    return fd;
}
