/* SPDX-License-Identifier: MIT */
/*
 * Files with names that nobody else has.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRIES 100

int mkstemp(char *pattern)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char *xs = pattern + strlen(pattern) - 6;
    struct timespec now;
    unsigned seed, try, i;
    int fd;

    if (strlen(pattern) < 6 || strcmp(xs, "XXXXXX") != 0) {
        errno = EINVAL;
        return -1;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    seed = (unsigned)now.tv_nsec ^ ((unsigned)getpid() << 16);
    for (try = 0; try < TRIES; try++) {
        for (i = 0; i < 6; i++)
            xs[i] = letters[(unsigned)rand_r(&seed) % (sizeof(letters) - 1)];
        fd = open(pattern, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    memcpy(xs, "XXXXXX", 6);
    return -1;
}
