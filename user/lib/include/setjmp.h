/* SPDX-License-Identifier: MIT */
/* Jumps out of functions: setjmp(3). setjmp.asm knows this layout. */
#ifndef LIB_SETJMP_H
#define LIB_SETJMP_H

typedef struct {
    unsigned long regs[8]; /* rbx rbp r12 r13 r14 r15 rsp rip */
    unsigned long mask_saved;
    unsigned long mask; /* the signal mask, if mask_saved */
} jmp_buf[1];

typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf env) __attribute__((returns_twice));
int _setjmp(jmp_buf env) __attribute__((returns_twice));
void longjmp(jmp_buf env, int value) __attribute__((noreturn));
void _longjmp(jmp_buf env, int value) __attribute__((noreturn));
/* With save_mask, siglongjmp also puts the signal mask back. */
int sigsetjmp(sigjmp_buf env, int save_mask) __attribute__((returns_twice));
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));

#endif
