/* SPDX-License-Identifier: MIT */
/*
 * Scratch files. A case that calls tmp_enter works in an empty folder of its
 * own below /tmp, which is removed, with all that is in it, when it ends.
 */
#ifndef TEST_TMP_H
#define TEST_TMP_H

#include <stddef.h>
#include <sys/types.h>

/* Makes the case's folder and goes there; ends the case on failure. */
void tmp_enter(void);

/* The folder of the case that runs in process `pid`. */
void tmp_path(char *out, size_t size, pid_t pid);

/* Removes what the case of process `pid` left. For the frame only. */
void tmp_remove(pid_t pid);

/* A new open file in the current folder that holds these bytes; offset 0. */
int tmp_file(const char *name, const void *data, size_t len);

/* An open, already unlinked file of npages pages, page i filled with the byte
 * first+i, plus `tail` bytes of the next value. Needs no tmp_enter. */
int tmp_pages(size_t npages, size_t tail, unsigned first);

#endif
