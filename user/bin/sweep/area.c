/* SPDX-License-Identifier: MIT */
/*
 * The memory that operations work on. Each page's first byte tells its number.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/bin/sweep/sweep.h"

static void fill(char *mem, size_t npages)
{
    size_t i;

    for (i = 0; i < npages; i++)
        mem[i * PAGE] = (char)(i + 1);
}

void area_begin(void)
{
    MUST(mmap((void *)PARENTS_PAGES, 4 * PAGE, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    fill((char *)PARENTS_PAGES, 4);
}

const char *areas_read(char *text, size_t size)
{
    int fd = (int)MUST(open("/proc/self/maps", O_RDONLY));
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, text + len, size - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    MUST(close(fd));
    return text;
}

static void touch(unsigned long start, unsigned long end, int write)
{
    for (; start < end; start += PAGE) {
        volatile char *at = (volatile char *)start;

        char byte = *at;

        if (write)
            *at = byte;
    }
}

void areas_touch(const char *maps)
{
    while (*maps != '\0') {
        const char *line_end = strchr(maps, '\n');
        char *at;
        unsigned long start = strtoul(maps, &at, 16);
        unsigned long end = strtoul(at + 1, &at, 16);
        int is_stack = strncmp(line_end - 7, "[stack]", 7) == 0;

        if (at[1] == 'r' && (start < AREA || is_stack))
            touch(start, end, at[2] == 'w');
        maps = line_end + 1;
    }
}

void area_map(void)
{
    MUST(mmap((void *)AREA, AREA_LEN, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    fill((char *)AREA, AREA_PAGES);
}

int area_is_filled(size_t first, size_t end)
{
    size_t i;

    for (i = first; i < end; i++)
        if (((const volatile char *)AREA)[i * PAGE] != (char)(i + 1))
            return 0;
    return 1;
}

int file_make(void)
{
    static char data[AREA_LEN];
    char name[] = "/tmp/sweep.XXXXXX";
    int fd = (int)MUST(mkstemp(name));

    fill(data, AREA_PAGES);
    MUST(write(fd, data, AREA_LEN));
    MUST(unlink(name));
    return fd;
}
