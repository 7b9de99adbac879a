/* SPDX-License-Identifier: MIT */
/*
 * What the files of vmfuzz share. A step's choices come from the seed and the
 * step's number alone, so that leaving steps out does not change the others.
 */
#ifndef VMFUZZ_H
#define VMFUZZ_H

#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL
#define ARENA 0x10000000000UL /* where both systems have room */
#define ARENA_PAGES 64UL
#define FILE_PAGES 12UL /* the file's usual size */

/* ---- chance ---- */

struct rng {
    uint64_t state;
};

void rng_seed(struct rng *rng, uint64_t seed, uint64_t step);
uint64_t rng_next(struct rng *rng);
/* 0 .. n-1 */
unsigned long rng_below(struct rng *rng, unsigned long n);

/* ---- the transcript ---- */

extern int quiet; /* only its hash counts */

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t transcript_hash(void);

/* A result: `= 0`, or the errno's name. */
void say_result(long result);
/* An address of the arena as page+offset. */
void say_address(unsigned long address);

/* ---- what is done: ops.c ---- */

struct op {
    const char *set; /* the name of its set */
    unsigned weight;
    void (*run)(struct rng *rng);
};

extern const struct op ops[];
extern const size_t nops;

extern int file_fd;  /* the file that is mapped */
extern int in_child; /* no forks from there */

void ops_begin(void);
/* Runs one step with a generator of its own. */
void run_step(uint64_t seed, uint64_t step, const char *sets);

/* ---- looking: look.c ---- */

/* Installs the handlers; touch catches what they get. */
void look_begin(void);
/* Reads or writes the byte, and says what came of it. */
void touch(unsigned long address, int write, unsigned char value);
/* The areas of the arena, neighbours that are alike as one. */
void say_maps(void);
/* The first byte of each page that can be read. */
void say_contents(void);

#endif
