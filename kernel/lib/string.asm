; SPDX-License-Identifier: MIT
;
; memcpy, memmove and memset: contracts in kernel/lib/string.h.
;
; A repeated string instruction counts as one instruction an iteration, which
; no loop can beat; eight bytes go at a time, then the rest one by one.
; The direction flag is clear, as the System V ABI has it (3.2.1).

        bits 64
        section .text

        global memcpy
        global memmove
        global memset

memcpy:
        mov rax, rdi
        mov rcx, rdx
        shr rcx, 3
        rep movsq
        mov ecx, edx
        and ecx, 7
        rep movsb
        ret

; Forwards unless dst lies inside [src, src + n).
memmove:
        mov rax, rdi
        sub rax, rsi
        cmp rax, rdx
        jae memcpy
        mov rax, rdi
.words: cmp rdx, 8
        jb .bytes
        mov rcx, [rsi + rdx - 8]
        mov [rdi + rdx - 8], rcx
        sub rdx, 8
        jmp .words
.byte:  mov cl, [rsi + rdx]
        mov [rdi + rdx], cl
.bytes: sub rdx, 1
        jae .byte
        ret

memset:
        mov r8, rdi
        movzx eax, sil
        mov r9, 0x0101010101010101
        imul rax, r9
        mov rcx, rdx
        shr rcx, 3
        rep stosq
        mov ecx, edx
        and ecx, 7
        rep stosb
        mov rax, r8
        ret

        section .note.GNU-stack noalloc noexec nowrite progbits
