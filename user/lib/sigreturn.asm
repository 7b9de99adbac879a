; SPDX-License-Identifier: MIT
;
; Where signal handlers return to: sigaction(2)'s restorer. rsp points at the
; rest of the frame that the kernel built, which rt_sigreturn takes down.

%define SYS_rt_sigreturn 15

global lib_sigreturn

section .text

    nop                         ; debuggers look up the address before it
lib_sigreturn:
    mov eax, SYS_rt_sigreturn
    syscall
    ud2

section .note.GNU-stack noalloc noexec nowrite progbits
