/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors: select(2). */
#ifndef LIB_SYS_SELECT_H
#define LIB_SYS_SELECT_H

#include "kernel/abi/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/time.h"

#define FD_ZERO(set) __builtin_memset((set), 0, sizeof(fd_set))
#define FD_SET(fd, set) ((set)->fds_bits[(fd) / 64] |= 1UL << ((fd) % 64))
#define FD_CLR(fd, set) ((set)->fds_bits[(fd) / 64] &= ~(1UL << ((fd) % 64)))
#define FD_ISSET(fd, set) (((set)->fds_bits[(fd) / 64] >> ((fd) % 64)) & 1)

int select(int nfds, fd_set *in, fd_set *out, fd_set *except,
           struct timeval *timeout);
int pselect(int nfds, fd_set *in, fd_set *out, fd_set *except,
            const struct timespec *timeout, const sigset_t *mask);

#endif
