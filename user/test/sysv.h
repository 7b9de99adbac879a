/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory in tests. Segments stay until somebody removes them:
 * those that went through sysv_keep go when the program ends, whatever became
 * of the case that made them.
 */
#ifndef TEST_SYSV_H
#define TEST_SYSV_H

#include <stddef.h>
#include <sys/shm.h>

#include "user/test/test.h"

/* The ID, noted; ends the case if it is none. */
int sysv_keep(int id);
/* A fresh segment of npages pages, without a key, kept. */
int sysv_make(size_t npages);
/* A key that nobody else uses at the same time. */
key_t sysv_key(void);
/* shmat; ends the case on failure. */
char *sysv_attach(int id, const void *addr, int flags);
/* IPC_STAT; ends the case on failure. */
struct shmid_ds sysv_stat(int id);
/* How often it is attached. */
long sysv_attached(int id);

/* test_main, and then removes what was kept. */
int sysv_main(int argc, char **argv, char **envp, const struct test_case *cases,
              size_t ncases);

#define SYSV_MAIN(table)                                                       \
    int main(int argc, char **argv, char **envp)                               \
    {                                                                          \
        return sysv_main(argc, argv, envp, table, COUNT(table));               \
    }

#endif
