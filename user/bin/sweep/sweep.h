/* SPDX-License-Identifier: MIT */
/*
 * What the files of sweep share: what an operation is, and how it says that
 * something was not as it should be.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include <errno.h>
#include <stddef.h>
#include <sys/types.h>

#define PAGE 4096UL
#define HUGE (512 * PAGE)

/* Addresses of the operations' own: the area, and one that no page tables
 * lead to. */
#define AREA 0x10000000000UL
#define AREA_PAGES 16UL
#define AREA_LEN (AREA_PAGES * PAGE)
#define FAR 0x28000000000UL

/* What may come of a failed allocation beside ENOMEM and success. */
#define MAY_AGAIN 1U   /* EAGAIN */
#define MAY_DIE 2U     /* it touches memory: SIGKILL */
#define MAY_SEGV 4U    /* … or SIGSEGV: a signal's frame */
#define MAY_CUT 8U     /* less than asked for (read, write, …) */
#define MAY_FAULT 16U  /* EFAULT: another process's memory */
#define MAY_NOSPC 32U  /* ENOSPC: a file's memory */
#define KEEPS 64U      /* it takes memory for good */
#define UNCHANGED 128U /* a failure leaves the areas as they were */

/* `run` is what is swept, once in a child of its own: 0, an errno, or CUT. */
#define CUT (-1)
struct operation {
    const char *name;
    unsigned flags;
    void (*prepare)(void); /* before; NULL: nothing. Must succeed */
    int (*run)(void);
    void (*check)(int result); /* afterwards; NULL: nothing */
};

extern const struct operation memory_operations[], fault_operations[],
    process_operations[], file_operations[], shared_operations[];

/* Result of a system call, as `run` returns it. */
#define RESULT_OF(call) ((long)(call) < 0 ? errno : 0)

/* Returns from `run` with the call's errno. */
#define TRY(call)                                                              \
    do {                                                                       \
        if ((long)(call) < 0)                                                  \
            return errno;                                                      \
    } while (0)

/* Has to hold whatever was made to fail; for check, or run itself. */
#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition))                                                      \
            complain(__FILE__, __LINE__, #condition);                          \
    } while (0)

extern unsigned nth; /* which allocation is failed */

void complain(const char *file, int line, const char *text);

/* prepare's calls: ends the program if one fails. */
#define MUST(call) must((long)(call), __FILE__, __LINE__, #call)
long must(long result, const char *file, int line, const char *text);

/* The countdown of this thread: 0 disarms. */
void fail_after(unsigned n);
unsigned fail_left(void);

/* Maps and fills AREA, whose first bytes are then what area_is_filled wants in
 * pages [first, end). */
void area_map(void);
int area_is_filled(size_t first, size_t end);
/* A file of 8 pages, filled the same way; FD. Its name is gone. */
int file_make(void);

/* Four pages, filled too, that were there before the fork: shared with the
 * parent. */
#define PARENTS_PAGES 0x30000000000UL
void area_begin(void);

/* /proc/self/maps as text. */
const char *areas_read(char *text, size_t size);
/* Touches all pages of the program, so that they are there, and its own: what
 * fails afterwards is the operation. */
void areas_touch(const char *maps);

/* main: what execve of this program with "-x" gives. */
#define EXEC_ARG "-x"
extern char fail_nth_fd[]; /* the descriptor, in decimal */
extern int fail_fd;

#endif
