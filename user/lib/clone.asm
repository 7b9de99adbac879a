; SPDX-License-Identifier: MIT
;
; clone(2) as the C library offers it: the child calls fn(arg) on its own stack
; and ends with what that returns.
;
;   clone(fn, stack, flags, arg, parent_tid, tls, child_tid)
;         rdi  rsi    edx   rcx  r8          r9   on the stack

%define SYS_clone 56
%define SYS_exit 60

extern lib_vfork_result

global clone

section .text

clone:
    and rsi, -16
    sub rsi, 16                 ; what the child pops
    mov [rsi], rdi
    mov [rsi + 8], rcx
    mov edi, edx
    mov rdx, r8
    mov r10, [rsp + 8]
    mov r8, r9
    mov eax, SYS_clone
    syscall
    test rax, rax
    jz .child
    mov rdi, rax
    jmp lib_vfork_result        ; (result): sets errno if it is one

.child:
    xor ebp, ebp                ; backtraces end here
    pop rax
    pop rdi
    call rax
    mov edi, eax
    mov eax, SYS_exit
    syscall

section .note.GNU-stack noalloc noexec nowrite progbits
