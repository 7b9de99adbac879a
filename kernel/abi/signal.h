/* SPDX-License-Identifier: MIT */
/*
 * Signals: numbers, sets, actions, what a handler is given, and the frame that
 * it runs on: signal(7), sigaction(2), sigaltstack(2), sigreturn(2).
 */
#ifndef ABI_SIGNAL_H
#define ABI_SIGNAL_H

#include "kernel/abi/types.h"

/* ---- numbers ---- */
#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPOLL SIGIO
#define SIGPWR 30
#define SIGSYS 31
#define SIGRTMIN 32
#define SIGRTMAX 64
#define NSIG 65 /* one more than the highest */

/* A set of signals: bit sig - 1. */
typedef uint64_t sigset_t;

/* rt_sigprocmask's first argument. */
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

/* ---- actions ---- */
typedef void (*sighandler_t)(int sig);

#define SIG_DFL ((sighandler_t)0)
#define SIG_IGN ((sighandler_t)1)
#define SIG_ERR ((sighandler_t)-1)

#define SA_NOCLDSTOP 0x00000001
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO 0x00000004
#define SA_UNSUPPORTED 0x00000400
#define SA_EXPOSE_TAGBITS 0x00000800
#define SA_RESTORER 0x04000000 /* must be set on x86-64 */
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000
#define SA_NOMASK SA_NODEFER
#define SA_ONESHOT SA_RESETHAND

typedef struct siginfo siginfo_t;

struct sigaction {
    union {
        sighandler_t sa_handler;
        void (*sa_sigaction)(int sig, siginfo_t *info, void *context);
    };
    uint64_t sa_flags;
    void (*sa_restorer)(void); /* where a handler returns to */
    sigset_t sa_mask;
};

_Static_assert(sizeof(struct sigaction) == 32,
               "struct sigaction is the kernel's");

/* ---- the alternate stack ---- */
#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1U << 31)

#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192

typedef struct sigaltstack {
    void *ss_sp;
    int32_t ss_flags;
    size_t ss_size;
} stack_t;

_Static_assert(sizeof(stack_t) == 24, "stack_t is Linux's");

/* ---- what a handler is told ---- */
union sigval {
    int32_t sival_int;
    void *sival_ptr;
};

struct siginfo {
    int32_t si_signo;
    int32_t si_errno;
    int32_t si_code;
    int32_t pad0;
    union {
        struct { /* kill, queued signals, timers, children */
            union {
                struct {
                    pid_t si_pid;
                    uid_t si_uid;
                };
                struct {
                    int32_t si_timerid;
                    int32_t si_overrun;
                };
            };
            union {
                union sigval si_value;
                struct { /* SIGCHLD */
                    int32_t si_status;
                    clock_t si_utime;
                    clock_t si_stime;
                };
            };
        };
        struct { /* SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP */
            void *si_addr;
            int16_t si_addr_lsb; /* BUS_MCEERR_*: log2 of the bytes lost */
            union {
                struct { /* SEGV_BNDERR */
                    void *si_lower;
                    void *si_upper;
                };
                uint32_t si_pkey; /* SEGV_PKUERR */
            };
        };
        struct { /* SIGIO */
            int64_t si_band;
            int32_t si_fd;
        };
        struct { /* SIGSYS */
            void *si_call_addr;
            int32_t si_syscall;
            uint32_t si_arch;
        };
        int32_t pad1[28];
    };
};

_Static_assert(sizeof(siginfo_t) == 128, "siginfo_t is Linux's");

/* si_code: who sent it. */
#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_SIGIO (-5)
#define SI_TKILL (-6)

/* si_code of faults. */
#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8

#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define FPE_FLTUNK 14

#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define SEGV_BNDERR 3
#define SEGV_PKUERR 4

#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define BUS_MCEERR_AR 4
#define BUS_MCEERR_AO 5

#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define TRAP_BRANCH 3
#define TRAP_HWBKPT 4
#define TRAP_UNK 5

/* si_code of SIGCHLD. */
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

/* si_code of SIGIO and SIGSYS. */
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6
#define SYS_SECCOMP 1

/*
 * ---- the frame ----
 *
 * What lies on the stack when a handler starts, from rsp up:
 *
 *     struct rt_sigframe       rsp + 8 is a multiple of 16
 *     struct xstate            64-byte aligned; uc_mcontext.fpstate
 *     the 128-byte red zone of what was interrupted
 */

/* The registers, in the order of REG_* in user/lib's <sys/ucontext.h>. */
struct sigcontext {
    union {
        struct {
            uint64_t r8;
            uint64_t r9;
            uint64_t r10;
            uint64_t r11;
            uint64_t r12;
            uint64_t r13;
            uint64_t r14;
            uint64_t r15;
            uint64_t rdi;
            uint64_t rsi;
            uint64_t rbp;
            uint64_t rbx;
            uint64_t rdx;
            uint64_t rax;
            uint64_t rcx;
            uint64_t rsp;
            uint64_t rip;
            uint64_t eflags;
            uint16_t cs;
            uint16_t gs;
            uint16_t fs;
            uint16_t ss;
            uint64_t err; /* the page fault's error code */
            uint64_t trapno;
            uint64_t oldmask;
            uint64_t cr2;
        };
        int64_t gregs[23];
    };
    union {
        struct fpstate *fpstate; /* NULL: none was in use */
        struct fpstate *fpregs;
    };
    uint64_t reserved1[8];
};

_Static_assert(sizeof(struct sigcontext) == 256,
               "struct sigcontext is Linux's");

/* uc_flags. */
#define UC_FP_XSTATE 0x1     /* fpstate is followed by extended state */
#define UC_SIGCONTEXT_SS 0x2 /* ss is saved in sigcontext */
#define UC_STRICT_RESTORE_SS 0x4

typedef struct ucontext {
    uint64_t uc_flags;
    struct ucontext *uc_link;
    stack_t uc_stack;
    struct sigcontext uc_mcontext;
    sigset_t uc_sigmask;
} ucontext_t;

_Static_assert(sizeof(ucontext_t) == 304, "struct ucontext is the kernel's");

struct rt_sigframe {
    void (*pretcode)(void); /* return address: sa_restorer */
    struct ucontext uc;
    siginfo_t info;
};

_Static_assert(sizeof(struct rt_sigframe) == 440,
               "struct rt_sigframe is Linux's");

#define FP_XSTATE_MAGIC1 0x46505853U
#define FP_XSTATE_MAGIC2 0x46505845U /* 4 bytes, after xstate_size bytes */
#define FP_XSTATE_MAGIC2_SIZE 4

/* In the last bytes of the FXSAVE image, which the CPU leaves to software. */
struct fpx_sw_bytes {
    uint32_t magic1;        /* FP_XSTATE_MAGIC1: extended state follows */
    uint32_t extended_size; /* of all, with FP_XSTATE_MAGIC2 */
    uint64_t xfeatures;     /* the components saved, as in XCR0 */
    uint32_t xstate_size;   /* of all, without FP_XSTATE_MAGIC2 */
    uint32_t padding[7];
};

struct fpxreg {
    uint16_t significand[4];
    uint16_t exponent;
    uint16_t padding[3];
};

struct xmmreg {
    uint32_t element[4];
};

/* The image that FXSAVE64 writes. */
struct fpstate {
    uint16_t cwd;
    uint16_t swd;
    uint16_t twd;
    uint16_t fop;
    uint64_t rip;
    uint64_t rdp;
    uint32_t mxcsr;
    uint32_t mxcsr_mask;
    struct fpxreg st[8];
    struct xmmreg xmm[16];
    uint32_t reserved2[12];
    union {
        uint32_t reserved3[12];
        struct fpx_sw_bytes sw_reserved;
    };
};

_Static_assert(sizeof(struct fpstate) == 512, "struct fpstate is FXSAVE's");

struct xstate_header {
    uint64_t xfeatures;
    uint64_t reserved1[2];
    uint64_t reserved2[5];
};

/* The image that XSAVE64 writes, up to its first extended component (at
 * offset 576: the high halves of the AVX registers). */
struct xstate {
    struct fpstate fpstate;
    struct xstate_header header;
};

_Static_assert(sizeof(struct xstate) == 576, "struct xstate is XSAVE's");

#endif
