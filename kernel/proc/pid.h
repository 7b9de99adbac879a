/* SPDX-License-Identifier: MIT */
/*
 * PIDs: numbers in use, and what each stands for (struct pid in process.h).
 */
#ifndef KERNEL_PROC_PID_H
#define KERNEL_PROC_PID_H

#include "kernel/proc/process.h"

/* Boot. => after slab_init */
void pid_init(void);

/* A number nobody uses, not yet findable. Linux's order: upwards, then again
 * from 300. 0, -ENOMEM, or -EAGAIN if all are in use. */
__must_check int pid_alloc(struct pid **out);
/* Gives back one that was never published. */
void pid_free(struct pid *pid);

/* All below: => process_tree_lock held */

/* From now on pid_find_locked finds it. */
void pid_publish_locked(struct pid *pid);
struct pid *pid_find_locked(int nr);
/* The smallest number in use and published above `after`; NULL: none. */
struct pid *pid_next_locked(int after);
/* Frees the number if it is none of TID, PID, group and session any more. */
void pid_release_locked(struct pid *pid);

/* Gives back the memory of released ones: of those that are too many, or of
 * all.
 * => no spinlock held */
void pid_trim(bool all);

int pid_last(void); /* the last one given out */

#endif
