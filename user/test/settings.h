/* SPDX-License-Identifier: MIT */
/*
 * The numbers in /proc/sys and /proc/meminfo, and changing the former for the
 * time of a case.
 */
#ifndef TEST_SETTINGS_H
#define TEST_SETTINGS_H

/* The setting's number, by its path below /proc/sys; ends the case if it has
 * none. */
long setting_get(const char *name);

/* Writes the text to it: 0 or -1 with errno. */
int setting_write(const char *name, const char *text);

/* Writes the number; ends the case if it is refused. */
void setting_set(const char *name, long value);

/* Whether this system lets the caller write it. */
int setting_is_writable(const char *name);

/* A number of /proc/meminfo, in KiB; -1: it has no such line. */
long meminfo(const char *name);

/* The first number of that name in a file of lines `name: number`, or -1. */
long proc_number(const char *path, const char *name);

#endif
