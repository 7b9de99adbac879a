/* SPDX-License-Identifier: MIT */
/*
 * Memory calls past the C library, which may check or round arguments on its
 * own: for tests of what the kernel says to bad ones.
 */
#ifndef TEST_RAW_H
#define TEST_RAW_H

#include <sys/syscall.h>
#include <unistd.h>

#define raw_mmap(addr, len, prot, flags, fd, offset)                           \
    ((void *)syscall(SYS_mmap, (void *)(addr), (size_t)(len), (long)(prot),    \
                     (long)(flags), (long)(fd), (long)(offset)))
#define raw_munmap(addr, len) syscall(SYS_munmap, (void *)(addr), (size_t)(len))
#define raw_mprotect(addr, len, prot)                                          \
    syscall(SYS_mprotect, (void *)(addr), (size_t)(len), (long)(prot))

#endif
