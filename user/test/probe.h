/* SPDX-License-Identifier: MIT */
/*
 * Touching memory: plain accesses that the compiler may neither drop nor
 * merge, and probes, which try an access in a child and say what became of
 * it, so that a test can state which accesses must be refused.
 */
#ifndef TEST_PROBE_H
#define TEST_PROBE_H

#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>

#define RW (PROT_READ | PROT_WRITE)
#define RX (PROT_READ | PROT_EXEC)
#define RWX (PROT_READ | PROT_WRITE | PROT_EXEC)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* A probe's result: 0, or the signal that killed the child that tried.
 * Private memory of the caller is left as it was: the child's write went to
 * the child's copy. */
int probe_read(const volatile void *address);
int probe_write(volatile void *address);
/* Writes nothing; calls the address, where a `ret` should stand. */
int probe_exec(const volatile void *address);

/* The empty instruction hides from the compiler what it may know of the
 * address, NULL above all. */
static inline unsigned char peek(const volatile void *address)
{
    __asm__("" : "+r"(address));
    return *(const volatile unsigned char *)address;
}

static inline void poke(volatile void *address, unsigned char value)
{
    __asm__("" : "+r"(address));
    *(volatile unsigned char *)address = value;
}

/* Writes first+i to the first byte of each page i of npages. */
void mark_pages(void *start, size_t npages, unsigned first);
/* How many pages of npages carry that mark, from the first on. */
size_t marked_pages(const void *start, size_t npages, unsigned first);

/* Whether every byte of the range has this value. */
int all_bytes(const void *start, size_t len, unsigned char value);

/* mmap of private anonymous memory, anywhere; ends the case on failure. */
char *map_anon(size_t len, int prot);
/* The same shared. */
char *map_shared(size_t len, int prot);
/* Read-write private memory of npages pages between two unmapped pages, so
 * that no other area touches it. */
char *map_island(size_t npages);
/* An unmapped range of len bytes: mapped, then unmapped. */
char *free_range(size_t len);

#endif
