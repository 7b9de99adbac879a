/* SPDX-License-Identifier: MIT */
/*
 * The memory system calls' argument plumbing: descriptors become files, and
 * the current address space is named. The work is done in mm/.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/madvise.h"
#include "mm/mm.h"
#include "mm/mremap.h"

long sys_brk(unsigned long addr)
{
    return (long)mm_brk(mm_current(), addr);
}

static long map(const struct mmap_request *req)
{
    vaddr_t addr;
    int err = mm_mmap(mm_current(), req, &addr);

    return err != 0 ? err : (long)addr;
}

long sys_mmap(unsigned long addr, size_t len, int prot, int flags, int fd,
              uint64_t offset)
{
    struct mmap_request req = {.addr = addr,
                               .len = len,
                               .prot = prot,
                               .flags = flags,
                               .offset = offset};
    struct file *file;
    long ret;

    if ((offset & PAGE_MASK) != 0)
        return -EINVAL;
    if (flags & MAP_ANONYMOUS)
        return map(&req);
    file = fd_get(fd);
    if (file == NULL)
        return -EBADF;
    req.file = &file->map;
    ret = map(&req);
    file_put(file);
    return ret;
}

long sys_remap_file_pages(unsigned long addr, size_t len, int prot,
                          uint64_t pgoff, int flags)
{
    const struct mmap_request req = {.addr = addr,
                                     .len = len,
                                     .prot = prot,
                                     .flags = flags,
                                     .offset = pgoff << PAGE_SHIFT};

    if (pgoff > UINT64_MAX >> PAGE_SHIFT)
        return -EINVAL;
    return mm_remap_file_pages(mm_current(), &req);
}

long sys_munmap(unsigned long addr, size_t len)
{
    return mm_munmap(mm_current(), addr, len);
}

long sys_mremap(unsigned long addr, size_t old_len, size_t new_len, int flags,
                unsigned long new_addr)
{
    const struct mremap_request req = {addr, old_len, new_len, flags, new_addr};
    vaddr_t now;
    int err = mm_mremap(mm_current(), &req, &now);

    return err != 0 ? err : (long)now;
}

long sys_madvise(unsigned long addr, size_t len, int advice)
{
    return mm_madvise(mm_current(), addr, len, advice);
}

long sys_mprotect(unsigned long addr, size_t len, int prot)
{
    return mm_mprotect(mm_current(), addr, len, prot);
}

/* ---- protection keys: as on Linux where the CPU has none ---- */

long sys_pkey_mprotect(unsigned long addr, size_t len, int prot, int pkey)
{
    return mm_pkey_mprotect(mm_current(), addr, len, prot, pkey);
}

/* Not ENOSPC, although pkey_alloc(2) says so: Linux finds key 0 free, and that
 * the CPU refuses it. */
long sys_pkey_alloc(void)
{
    return -EINVAL;
}

long sys_pkey_free(void)
{
    return -EINVAL;
}
