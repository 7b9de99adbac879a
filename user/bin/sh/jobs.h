/* SPDX-License-Identifier: MIT */
/*
 * Jobs: what the shell has started and not yet seen the end of.
 *
 * A job is the processes of one pipeline. With job control they are a process
 * group of their own; the group in the foreground is the one that the terminal
 * lets read and sends ^C and ^Z to.
 */
#ifndef SH_JOBS_H
#define SH_JOBS_H

#include <stdbool.h>
#include <sys/types.h>

struct job;
struct node;

/* Takes the terminal over, if there is one to be had. */
void jobs_init(void);

/* A job without processes yet, for running this command. */
struct job *job_start(const struct node *command, bool background);

/* fork into the job: 0 in the child, which has the signals that programs
 * expect; -1, with a message, if there can be no more processes. */
pid_t job_fork(struct job *job);

/* Waits for the job in the foreground to end or stop, and takes the terminal
 * back. The exit status of its last process; 128 + the signal. */
int job_wait(struct job *job);

/* Lets it run in the background; says its number. */
void job_leave(struct job *job);

/* What has happened since: said before each prompt. */
void jobs_report(void);

/* ---- the builtins' ---- */

/* %1, %%, %+, a PID; NULL: the job that was left last. NULL, with a message,
 * if there is none. */
struct job *job_find(const char *name);
pid_t job_group(const struct job *job); /* as kill takes it: negative */
void jobs_list(void);
int job_continue(struct job *job, bool foreground); /* the exit status */
/* Waits for a job that is in the background, or all (NULL). */
int job_await(struct job *job);

#endif
