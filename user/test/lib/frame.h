/* SPDX-License-Identifier: MIT */
/*
 * What the files of user/test/lib share among themselves.
 */
#ifndef FRAME_H
#define FRAME_H

/* The exit code of a process in which a check failed. */
#define TEST_CHECK_FAILED 99

/* Checks that failed in this process. */
extern unsigned test_failures;

const char *signal_name(int signo);

#endif
