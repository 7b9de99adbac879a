; SPDX-License-Identifier: MIT
;
; setjmp and longjmp: the registers that a call preserves, the stack pointer
; and the return address, in a jmp_buf (<setjmp.h>):
;
;     0 rbx  8 rbp  16 r12  24 r13  32 r14  40 r15  48 rsp  56 rip
;     64 mask_saved  72 mask

%define ENV_RSP 48
%define ENV_RIP 56
%define ENV_MASK_SAVED 64

extern lib_mask_save
extern lib_mask_restore

global setjmp
global _setjmp
global sigsetjmp
global longjmp
global _longjmp
global siglongjmp

section .text

; int setjmp(jmp_buf env): does not save the signal mask.
setjmp:
_setjmp:
    xor esi, esi
; int sigsetjmp(sigjmp_buf env, int save_mask)
sigsetjmp:
    mov [rdi], rbx
    mov [rdi + 8], rbp
    mov [rdi + 16], r12
    mov [rdi + 24], r13
    mov [rdi + 32], r14
    mov [rdi + 40], r15
    lea rax, [rsp + 8]          ; rsp once this call has returned
    mov [rdi + ENV_RSP], rax
    mov rax, [rsp]
    mov [rdi + ENV_RIP], rax
    movsxd rsi, esi
    mov [rdi + ENV_MASK_SAVED], rsi
    test rsi, rsi
    jnz lib_mask_save           ; (env); returns 0 to the caller
    xor eax, eax
    ret

; void longjmp(jmp_buf env, int value): setjmp returns value, or 1 for 0.
longjmp:
_longjmp:
siglongjmp:
    push rbp
    mov rbp, rsp
    push rdi
    push rsi
    cmp qword [rdi + ENV_MASK_SAVED], 0
    je .registers
    call lib_mask_restore       ; (env)
.registers:
    pop rax
    pop rdi
    cmp eax, 1
    adc eax, 0                  ; 0 becomes 1
    mov rbx, [rdi]
    mov rbp, [rdi + 8]
    mov r12, [rdi + 16]
    mov r13, [rdi + 24]
    mov r14, [rdi + 32]
    mov r15, [rdi + 40]
    mov rsp, [rdi + ENV_RSP]
    jmp [rdi + ENV_RIP]

section .note.GNU-stack noalloc noexec nowrite progbits
