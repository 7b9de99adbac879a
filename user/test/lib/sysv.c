/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory in tests: sysv.h.
 */
#include <sys/mman.h>

#include "user/test/probe.h"
#include "user/test/sysv.h"

#define FIRST_KEY 0x51000000

/* What the cases made, in memory that they share with the program. */
static struct {
    size_t n;
    int ids[100];
} * made;

int sysv_keep(int id)
{
    REQUIRE(id >= 0 && made->n < COUNT(made->ids));
    made->ids[made->n++] = id;
    return id;
}

int sysv_make(size_t npages)
{
    return sysv_keep(shmget(IPC_PRIVATE, npages * PAGE, 0600));
}

key_t sysv_key(void)
{
    return FIRST_KEY + (key_t)getpid();
}

char *sysv_attach(int id, const void *addr, int flags)
{
    char *p = shmat(id, addr, flags);

    REQUIRE(p != (char *)-1);
    return p;
}

struct shmid_ds sysv_stat(int id)
{
    struct shmid_ds ds;

    REQUIRE_OK(shmctl(id, IPC_STAT, &ds));
    return ds;
}

long sysv_attached(int id)
{
    return (long)sysv_stat(id).shm_nattch;
}

int sysv_main(int argc, char **argv, char **envp, const struct test_case *cases,
              size_t ncases)
{
    int status;

    made = mmap(NULL, sizeof(*made), RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
        return 1;
    status = test_main(argc, argv, envp, cases, ncases);
    while (made->n > 0)
        shmctl(made->ids[--made->n], IPC_RMID, NULL);
    return status;
}
