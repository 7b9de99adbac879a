/* SPDX-License-Identifier: MIT */
/*
 * The frame of the demonstrations: numbered steps, the kernel's counters
 * beside them, and claims that are checked where the kernel counts.
 *
 *     demo_step("The first page is written to.");
 *     area[0] = 1;
 *     demo_counted();
 *     demo_expect(VMCOUNT_FILLED, 1);
 *     demo_say("The kernel took a frame ...");
 */
#ifndef LIB_VMDEMO_H
#define LIB_VMDEMO_H

#include <setjmp.h>
#include <stddef.h>
#include <vminfo.h>

#define DEMO_PAGE 4096UL

void demo_title(const char *title);
/* What is done next; then the counters are read. */
void demo_step(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Another process takes the next n steps. */
void demo_skip(unsigned n);
/* Reads the counters again and prints what the step took. */
void demo_counted(void);
/* What to make of it. */
void demo_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints how much of the pages is there, and whose it is. */
void demo_area(const char *name, const void *start, size_t len);

/* The step made the counter go up by n; says so if not. */
void demo_expect(enum vmcount which, long n);
/* The same of anything else. */
void demo_check(int holds, const char *claim);

/* `npages` of private memory with a page that may not be touched on either
 * side, so that they are an area by themselves. Ends the program on failure. */
char *demo_island(size_t npages);

/* Does one access and says how it went: 0, or the signal, whose si_code and
 * si_addr are then in demo_code and demo_address. */
int demo_read(const volatile char *at);
int demo_write(volatile char *at, char byte);
extern int demo_code;
extern void *demo_address;

/* 0 if all claims held so far, else 1. */
int demo_status(void);
/* The last line; the program's exit status: 0 if all claims held. */
int demo_end(void);

#endif
