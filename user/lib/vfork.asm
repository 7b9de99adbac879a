; SPDX-License-Identifier: MIT
;
; vfork(2). The child runs on the parent's stack while the parent waits, and
; overwrites what lies below the caller's frame: the return address must be in
; a register when both come back.

%define SYS_vfork 58

extern lib_vfork_result

global vfork

section .text

vfork:
    pop rdx
    mov eax, SYS_vfork
    syscall                     ; keeps rdx
    push rdx
    mov rdi, rax
    jmp lib_vfork_result        ; (result): sets errno if it is one

section .note.GNU-stack noalloc noexec nowrite progbits
