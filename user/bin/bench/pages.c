/* SPDX-License-Identifier: MIT */
/*
 * Costs of single pages: first touch, unmapping, copy-on-write, files.
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/bin/bench/bench.h"

#define COW_PAGES 256UL

static long touch_page(void)
{
    char *mem = map(AREA);
    long start = now(), end;

    touch(mem, AREA_PAGES);
    end = now();
    munmap(mem, AREA);
    return (end - start) / (long)AREA_PAGES;
}

static long munmap_page(void)
{
    char *mem = map(AREA);
    long start;

    touch(mem, AREA_PAGES);
    start = now();
    munmap(mem, AREA);
    return (now() - start) / (long)AREA_PAGES;
}

static long read_page(void)
{
    char *mem = map(AREA);
    long start = now(), end;

    look(mem, AREA_PAGES);
    end = now();
    munmap(mem, AREA);
    return (end - start) / (long)AREA_PAGES;
}

static long populate_page(void)
{
    long start = now(), end;
    char *mem = mmap(NULL, AREA, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    end = now();
    if (mem == MAP_FAILED)
        err(1, "mmap");
    munmap(mem, AREA);
    return (end - start) / (long)AREA_PAGES;
}

/* Writes to shared pages, in a child whose parent waits. */
static long cow_copy_page(void)
{
    char *mem = map(COW_PAGES * PAGE);
    long cost = 0;
    int ends[2];
    pid_t pid;

    touch(mem, COW_PAGES);
    if (pipe(ends) != 0)
        err(1, "pipe");
    pid = fork_or_die();
    if (pid == 0) {
        long start = now();

        touch(mem, COW_PAGES);
        cost = (now() - start) / (long)COW_PAGES;
        _exit(write(ends[1], &cost, sizeof(cost)) < 0);
    }
    wait_for(pid);
    if (read(ends[0], &cost, sizeof(cost)) != (ssize_t)sizeof(cost))
        err(1, "pipe");
    close(ends[0]);
    close(ends[1]);
    munmap(mem, COW_PAGES * PAGE);
    return cost;
}

/* Writes to pages that were shared with a child, which has ended. */
static long cow_reuse_page(void)
{
    char *mem = map(COW_PAGES * PAGE);
    long start, end;
    pid_t pid;

    touch(mem, COW_PAGES);
    pid = fork_or_die();
    if (pid == 0)
        _exit(0);
    wait_for(pid);
    start = now();
    touch(mem, COW_PAGES);
    end = now();
    munmap(mem, COW_PAGES * PAGE);
    return (end - start) / (long)COW_PAGES;
}

/* A mapping of 1 MiB of a file that is in memory. */
#define FILE_BYTES MIB
#define FILE_PAGES (FILE_BYTES / PAGE)

static char *map_file(int sharing)
{
    char name[] = "/tmp/bench.XXXXXX", *data = map(FILE_BYTES), *mem;
    int fd = mkstemp(name);

    touch(data, FILE_PAGES);
    if (fd < 0 || write(fd, data, FILE_BYTES) != (ssize_t)FILE_BYTES)
        err(1, "%s", name);
    mem = mmap(NULL, FILE_BYTES, PROT_READ | PROT_WRITE, sharing, fd, 0);
    if (mem == MAP_FAILED)
        err(1, "mmap");
    unlink(name);
    close(fd);
    munmap(data, FILE_BYTES);
    return mem;
}

static long file_access(int sharing, int write)
{
    char *mem = map_file(sharing);
    long start = now(), end;

    if (write)
        touch(mem, FILE_PAGES);
    else
        look(mem, FILE_PAGES);
    end = now();
    munmap(mem, FILE_BYTES);
    return (end - start) / (long)FILE_PAGES;
}

static long file_private_read(void)
{
    return file_access(MAP_PRIVATE, 0);
}

static long file_private_write(void)
{
    return file_access(MAP_PRIVATE, 1);
}

static long file_shared_write(void)
{
    return file_access(MAP_SHARED, 1);
}

const struct operation page_operations[] = {
    { "touch_page", touch_page, 3246, 1000, "first write, 16 MiB" },
    { "read_page", read_page, 1230, 0, "first read, 16 MiB" },
    { "munmap_page", munmap_page, 1230, 60, "munmap of 16 MiB, each page" },
    { "populate_page", populate_page, 3370, 700, "MAP_POPULATE, each page" },
    { "file_private_read", file_private_read, 590, 200,
      "warm file, each page" },
    { "file_private_write", file_private_write, 4119, 1200, "its copy" },
    { "file_shared_write", file_shared_write, 2158, 500, "shared, each page" },
    { "cow_copy_page", cow_copy_page, 4252, 1000, "shared page: a copy" },
    { "cow_reuse_page", cow_reuse_page, 1337, 300, "last owner: no copy" },
    { NULL, NULL, 0, 0, NULL },
};
