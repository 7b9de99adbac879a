/* SPDX-License-Identifier: MIT */
/*
 * /proc/self/maps, parsed: which areas the address space has.
 */
#ifndef TEST_MAPS_H
#define TEST_MAPS_H

#include <stddef.h>

struct map_line {
    unsigned long start, end;
    char perms[5]; /* rwxp, as printed */
    unsigned long offset, inode;
    char name[128]; /* "" if the line has none; cut to size */
};

/* The area that holds address. Whether there is one; ends the case if
 * /proc/self/maps cannot be read. */
int maps_find(const void *address, struct map_line *out);
/* The first area with this name, like "[heap]". */
int maps_find_name(const char *name, struct map_line *out);

/* How many areas lie in or across [start, start + len). */
int maps_count(const void *start, size_t len);

/* Compares the areas of [start, start + len), cut to it, with a picture: one
 * word an area, its permissions and its pages, "-" a hole:
 *     CHECK_AREAS(p, 5, "rw-p:2 -:1 r--p:2");
 */
#define CHECK_AREAS(start, npages, picture)                                    \
    maps_check((start), (npages), (picture), __FILE__, __LINE__)

int maps_check(const void *start, size_t npages, const char *picture,
               const char *file, int line);

#endif
