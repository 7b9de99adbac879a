/* SPDX-License-Identifier: MIT */
/*
 * Who the system says it is: uname(2).
 */
#ifndef ABI_UTSNAME_H
#define ABI_UTSNAME_H

#define UTSNAME_LENGTH 65 /* of each field, with the NUL */

struct utsname {
    char sysname[UTSNAME_LENGTH];
    char nodename[UTSNAME_LENGTH];
    char release[UTSNAME_LENGTH];
    char version[UTSNAME_LENGTH];
    char machine[UTSNAME_LENGTH];
    char domainname[UTSNAME_LENGTH];
};

_Static_assert(sizeof(struct utsname) == 390, "struct utsname is Linux's");

#endif
