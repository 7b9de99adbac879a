/* SPDX-License-Identifier: MIT */
/* Where uc_mcontext.gregs holds which register. */
#ifndef LIB_SYS_UCONTEXT_H
#define LIB_SYS_UCONTEXT_H

#include "kernel/abi/signal.h"

typedef struct sigcontext mcontext_t;

enum {
    REG_R8,
    REG_R9,
    REG_R10,
    REG_R11,
    REG_R12,
    REG_R13,
    REG_R14,
    REG_R15,
    REG_RDI,
    REG_RSI,
    REG_RBP,
    REG_RBX,
    REG_RDX,
    REG_RAX,
    REG_RCX,
    REG_RSP,
    REG_RIP,
    REG_EFL,
    REG_CSGSFS, /* 16 bits each, ss above them */
    REG_ERR,
    REG_TRAPNO,
    REG_OLDMASK,
    REG_CR2,
};

#endif
