; SPDX-License-Identifier: MIT
;
; Where every program starts. The kernel leaves on the stack, from rsp up:
; argc, argv[0..argc-1], NULL, envp[...], NULL, the auxiliary vector.

extern lib_start

global _start

section .text

_start:
    xor ebp, ebp                ; the outermost frame, for backtraces
    mov rdi, rsp
    and rsp, -16
    call lib_start              ; does not return
    ud2

section .note.GNU-stack noalloc noexec nowrite progbits
