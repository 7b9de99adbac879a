/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors: poll(2). */
#ifndef LIB_POLL_H
#define LIB_POLL_H

#include <signal.h>

#include "kernel/abi/poll.h"

typedef unsigned long nfds_t;

int poll(struct pollfd *fds, nfds_t nfds, int timeout_ms);
int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *timeout,
          const sigset_t *mask);

#endif
