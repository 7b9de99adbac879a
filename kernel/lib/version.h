/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says it is: uname(2), /proc/version.
 *
 * Programs ask for the system whose ABI they were built for, and for a release
 * that is new enough; so the name is Linux's, and the rest says whose kernel
 * it is.
 */
#ifndef KERNEL_LIB_VERSION_H
#define KERNEL_LIB_VERSION_H

#define UTS_SYSNAME "Linux"
#define UTS_RELEASE "6.1.0-quire"
#define UTS_VERSION "#1 SMP Quire, a teaching kernel for virtual memory"
#define UTS_MACHINE "x86_64"
#define UTS_COMPILER "compiler " __VERSION__

#endif
