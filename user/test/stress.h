/* SPDX-License-Identifier: MIT */
/*
 * For the programs named stress_*.c: what several CPUs do at once to one
 * address space. Each takes some seconds under emulation; a number as first
 * argument makes it as many times as long:
 *
 *     stress_memory 50 same_region
 *
 * What they find is only found with more than one CPU; with one they still
 * have to pass.
 */
#ifndef TEST_STRESS_H
#define TEST_STRESS_H

#include <stddef.h>
#include <stdint.h>

#include "user/test/test.h"

/* Runs the cases, after a first argument that is a number has been taken. */
int stress_main(int argc, char **argv, char **envp,
                const struct test_case *cases, size_t ncases);

#define STRESS_MAIN(table)                                                     \
    int main(int argc, char **argv, char **envp)                               \
    {                                                                          \
        return stress_main(argc, argv, envp, table, COUNT(table));             \
    }

/* How many rounds to make where n are usual. */
unsigned long stress_rounds(unsigned long n);

/* A thread's own random numbers; any seed will do. */
static inline unsigned stress_random(uint64_t *state)
{
    *state = *state * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(*state >> 33);
}

/* Accesses that tell whether they went through; for threads too.
 * => stress_catch_faults has been called */
int stress_load(const volatile void *address, unsigned long *value);
int stress_store(volatile void *address, unsigned long value);

/* Installs the handler that makes them return 0 instead of dying. */
void stress_catch_faults(void);

#endif
