/* SPDX-License-Identifier: MIT */
/*
 * Waiting for children: wait4(2), waitid(2), and the status word they give.
 *
 *     exit      bits 15-8: exit code, bits 7-0: 0
 *     signal    bits 6-0: the signal, bit 7: a core was dumped
 *     stop      bits 15-8: the signal, bits 7-0: 0x7f
 *     continue  0xffff
 */
#ifndef ABI_WAIT_H
#define ABI_WAIT_H

#include "kernel/abi/sched.h" /* CLONE_* */

#define WNOHANG 0x00000001
#define WUNTRACED 0x00000002
#define WSTOPPED WUNTRACED
#define WEXITED 0x00000004
#define WCONTINUED 0x00000008
#define WNOWAIT 0x01000000
#define __WNOTHREAD 0x20000000
#define __WALL 0x40000000
#define __WCLONE 0x80000000U

/* waitid's first argument. */
#define P_ALL 0
#define P_PID 1
#define P_PGID 2
#define P_PIDFD 3

#define WEXITSTATUS(status) (((status)&0xff00) >> 8)
#define WTERMSIG(status) ((status)&0x7f)
#define WSTOPSIG(status) WEXITSTATUS(status)
#define WCOREDUMP(status) ((status)&0x80)
#define WIFEXITED(status) (WTERMSIG(status) == 0)
#define WIFSIGNALED(status) (((status)&0x7f) != 0 && ((status)&0x7f) != 0x7f)
#define WIFSTOPPED(status) (((status)&0xff) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)

/* The same words made. */
#define W_EXITCODE(code, sig) (((code) << 8) | (sig))
#define W_STOPCODE(sig) (((sig) << 8) | 0x7f)
#define W_CONTINUED 0xffff
#define WCOREFLAG 0x80

#endif
