/* SPDX-License-Identifier: MIT */
/* vmmap: what its parts share. */
#ifndef VMMAP_H
#define VMMAP_H

#include <stddef.h>
#include <vminfo.h>

#define PAGE_SIZE 4096UL
#define USER_END (1UL << 47) /* above it is the kernel's half */

struct space {
    struct vmarea *areas; /* upwards */
    size_t count;
    int pagemap; /* a descriptor of /proc/PID/pagemap; -1: not readable */
};

/* "64 K", "1.5 M": at most 6 characters, in `to`. */
const char *size_text(unsigned long bytes, char to[16]);

/* What is behind an area, in words a person knows. */
const char *backing_text(const struct vmarea *area);

/* ---- picture.c ---- */

/* The areas and what of them is resident, to scale. */
void picture_print(const struct space *space);

#endif
