/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of memory, for the programs that show it to people: vmmap
 * and the demonstrations. Linux has the same files; counters that only Quire
 * has are -1 there.
 */
#ifndef LIB_VMINFO_H
#define LIB_VMINFO_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* ---- vmareas.c: the areas of an address space ---- */

struct vmarea {
    unsigned long start, end;
    char perms[5];        /* "rw-p" */
    unsigned long offset; /* in the file, in bytes */
    char name[256];       /* the file, "[heap]" ..., or "" */
    /* In KiB, of the pages that are there. */
    unsigned long resident;
    unsigned long shared;    /* others map these frames as well */
    unsigned long own;       /* nobody else does */
    unsigned long anonymous; /* not a file's: zero-filled or copied */
};

/* From /proc/PID/smaps. NULL and errno if there is no such process, or its
 * areas are secret. */
FILE *vmareas_open(pid_t pid);
/* The next one, upwards. 0 at the end. */
int vmareas_next(FILE *areas, struct vmarea *out);

/* This process's pages in [start, start + len), counted one by one from
 * /proc/self/pagemap: the numbers of KiB only. Allocates nothing. */
void vmpages_sum(const void *start, size_t len, struct vmarea *out);

/* ---- vmcounts.c: events since the machine's start, /proc/vmstat ---- */

enum vmcount {
    VMCOUNT_FAULTS,      /* page faults that were resolved */
    VMCOUNT_ZERO_PAGE,   /* first read: the page of zeroes was mapped */
    VMCOUNT_FILLED,      /* first write: a new frame, zeroed */
    VMCOUNT_COPIED,      /* write to a shared frame: copied */
    VMCOUNT_REUSED,      /* write to a frame that nobody else has any more */
    VMCOUNT_FILE_MAPPED, /* a page of a file that was in memory */
    VMCOUNT_FILE_READ,   /* a page of a file that was read first */
    VMCOUNT_STACK_GROWN,
    VMCOUNT_TABLES,    /* pages of page tables built */
    VMCOUNT_FORK_PTES, /* table entries copied by fork */
    VMCOUNTS,
};

struct vmcounts {
    long value[VMCOUNTS]; /* -1: not counted here */
};

/* The whole machine's. Takes one read, into a static buffer. */
void vmcounts_read(struct vmcounts *out);

/* What was counted between two readings; -1: not counted here. */
long vmcounts_diff(const struct vmcounts *from, const struct vmcounts *to,
                   enum vmcount which);

/* Prints, in one indented line, what was counted: those that are not 0 and
 * the ones listed (up to VMCOUNTS) even so. */
void vmcounts_print(const struct vmcounts *from, const struct vmcounts *to,
                    const enum vmcount *always);

#endif
