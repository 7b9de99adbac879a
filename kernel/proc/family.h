/* SPDX-License-Identifier: MIT */
/*
 * What the files of a process's life share with each other: process.c, fork.c,
 * exec.c, exit.c, wait.c.
 */
#ifndef KERNEL_PROC_FAMILY_H
#define KERNEL_PROC_FAMILY_H

#include "kernel/proc/process.h"

/* How many there are. T: process_tree_lock */
struct process_counts {
    unsigned nprocesses; /* T: zombies too */
    unsigned nthreads;   /* T: user threads that have not ended */
    uint64_t forks;      /* T: processes and threads made since boot */
};
extern struct process_counts process_counts;

/* As many threads there may be, so that their stacks leave room for memory of
 * programs. C: after process_init */
extern unsigned process_max_threads;

/* Adds one usage to another. */
void usage_add(struct usage *sum, const struct usage *more);

/* The address space was that of the process which used this much. */
void usage_note_peak(struct usage *usage, const struct mm *mm);

/* A parent that stands still until its child lets go of the address space
 * they share (CLONE_VFORK): on the parent's stack. vfork.c */
struct vfork_wait {
    struct thread *parent; /* C */
    bool done;             /* A: set under the child's process->lock */
};

/* The current thread will wait for child, which does not run yet. */
void vfork_prepare(struct thread *child, struct vfork_wait *wait);
/* Waits for vfork_release, or until a fatal signal comes. */
void vfork_wait_for(struct thread *child, struct vfork_wait *wait);

#endif
