/* SPDX-License-Identifier: MIT */
/*
 * When memory is out: a process is killed for its memory.
 *
 * Chosen is, as on Linux, the one that frees most, as /proc/PID/oom_score_adj
 * weighs it: kernel/proc/oom_score.c. A fault that found no frame asks here,
 * and is tried again once the victim is gone. System calls do not ask: they
 * answer ENOMEM.
 */
#ifndef KERNEL_PROC_OOM_H
#define KERNEL_PROC_OOM_H

#include "kernel/lib/types.h"

enum oom_answer {
    OOM_RETRY, /* there is, or soon will be, memory */
    OOM_DIE,   /* the current process is being killed, or nobody else can be:
                  then it must be */
};

/* A fault of the current thread found no memory. Kills somebody if need be,
 * and lets some time pass.
 * => no spinlock held; sleeping locks may be */
enum oom_answer oom_ask(void);

#endif
