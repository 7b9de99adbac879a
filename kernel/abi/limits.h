/* SPDX-License-Identifier: MIT */
/*
 * Linux's limits on names and numbers that programs are built with.
 */
#ifndef ABI_LIMITS_H
#define ABI_LIMITS_H

#define NAME_MAX 255          /* bytes in a file name, without the NUL */
#define PATH_MAX 4096         /* bytes in a path, with the NUL */
#define PIPE_BUF 4096         /* writes of up to this many bytes are atomic */
#define PIPE_SIZE 65536       /* what a pipe holds by default */
#define ARG_MAX 131072        /* what argv and envp may always take together */
#define MAX_ARG_STRLEN 131072 /* bytes in one string of argv or envp */
#define IOV_MAX 1024          /* parts in one readv or writev */
#define UIO_MAXIOV IOV_MAX
#define NGROUPS_MAX 65536
#define LINK_MAX 127
#define OPEN_MAX 1024
#define MAX_CANON 255 /* bytes in a line of terminal input */
#define MAX_INPUT 255
#define SYMLOOP_MAX 40          /* symbolic links followed in one path */
#define MAX_RW_COUNT 0x7ffff000 /* bytes moved by one read or write */

#endif
