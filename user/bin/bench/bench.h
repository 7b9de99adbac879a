/* SPDX-License-Identifier: MIT */
/*
 * What the files of bench share. Each operation is a function that returns
 * what one of it costs, in nanoseconds.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>

#define PAGE 4096UL
#define MIB (1UL << 20)
#define AREA (16 * MIB)
#define AREA_PAGES (AREA / PAGE)

struct operation {
    const char *name;
    long (*run)(void);
    long linux_cost, aim; /* Linux 6.1's in the same machine; ours */
    const char *text;
};

extern const struct operation page_operations[], call_operations[],
    process_operations[]; /* each ends with a name of NULL */

long now(void);
/* Private anonymous memory. */
char *map(size_t len);
/* Writes to the first byte of each page. */
void touch(char *mem, size_t npages);
/* Reads it. */
void look(const char *mem, size_t npages);
/* Waits for the child's end. */
void wait_for(int pid);
/* fork, checked. */
int fork_or_die(void);

#endif
