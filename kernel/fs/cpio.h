/* SPDX-License-Identifier: MIT */
/*
 * Reading cpio archives in the "newc" format, as a Linux initramfs is made of
 * (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
 *
 * Pure: needs nothing of the kernel, trusts nothing in the archive, and
 * returns pointers into it. tools/hosttest/ runs it over damaged archives.
 */
#ifndef KERNEL_FS_CPIO_H
#define KERNEL_FS_CPIO_H

#include "kernel/lib/types.h"

struct cpio_entry {
    const char *name; /* NUL-terminated, relative, without "." and ".."
                         components except the name "." itself */
    size_t name_len;
    uint32_t ino, mode, uid, gid, nlink, mtime;
    uint32_t dev_major, dev_minor;   /* of the file system it came from */
    uint32_t rdev_major, rdev_minor; /* of a device node */
    const uint8_t *data;             /* contents, or a link's target */
    size_t size;
};

struct cpio_reader {
    const uint8_t *base;
    size_t len, pos;    /* pos: where the next entry, or the bad one, starts */
    bool in_archive;    /* between a first entry and its TRAILER!!! */
    unsigned nentries;  /* entries returned so far, trailers not counted */
    unsigned narchives; /* archives ended so far: inode numbers start anew */
    const char *reason; /* after CPIO_BAD: what is wrong, a clause */
    const char *name;   /* … and the entry's name, NULL if not known */
};

enum cpio_result {
    CPIO_ENTRY, /* *entry describes the next file */
    CPIO_END,   /* nothing is left */
    CPIO_BAD,   /* malformed here; reader->reason says how */
};

/* Starts reading len bytes at base: one archive or several, with zero bytes
 * between and after them. */
void cpio_open(struct cpio_reader *reader, const void *base, size_t len);

/* The next file of any of the archives. After CPIO_BAD or CPIO_END the reader
 * stays where it is and gives the same answer again. */
enum cpio_result cpio_next(struct cpio_reader *reader,
                           struct cpio_entry *entry);

#endif
