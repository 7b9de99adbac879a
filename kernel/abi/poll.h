/* SPDX-License-Identifier: MIT */
/*
 * Waiting for descriptors: poll(2), select(2).
 */
#ifndef ABI_POLL_H
#define ABI_POLL_H

#include <stdint.h>

struct pollfd {
    int32_t fd;
    int16_t events;
    int16_t revents;
};

#define POLLIN 0x0001
#define POLLPRI 0x0002
#define POLLOUT 0x0004
#define POLLERR 0x0008
#define POLLHUP 0x0010
#define POLLNVAL 0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLRDHUP 0x2000

/* select's sets: bit fd % 64 of word fd / 64. */
#define FD_SETSIZE 1024
typedef struct {
    uint64_t fds_bits[FD_SETSIZE / 64];
} fd_set;

/* pselect6's sixth argument. */
struct pselect_sigmask {
    const uint64_t *mask;
    uint64_t size;
};

#endif
