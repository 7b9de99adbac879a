; SPDX-License-Identifier: MIT
;
; memcpy, memmove, memset: eight bytes at a time, and the tail by bytes.
; GCC emits calls to these for plain C, so they are not written in C.

global memcpy
global memmove
global memset

section .text

; void *memmove(void *to, const void *from, size_t len)
memmove:
    mov rax, rdi
    sub rax, rsi
    cmp rax, rdx
    jae memcpy                  ; to is not inside [from, from + len)

    mov rax, rdi
    lea rdi, [rdi + rdx - 1]    ; backwards: the tail's bytes first
    lea rsi, [rsi + rdx - 1]
    mov rcx, rdx
    and ecx, 7
    std
    rep movsb
    sub rdi, 7
    sub rsi, 7
    mov rcx, rdx
    shr rcx, 3
    rep movsq
    cld
    ret

; void *memcpy(void *to, const void *from, size_t len)
memcpy:
    mov rax, rdi
    mov rcx, rdx
    shr rcx, 3
    rep movsq
    mov ecx, edx
    and ecx, 7
    rep movsb
    ret

; void *memset(void *to, int byte, size_t len)
memset:
    mov r8, rdi
    movzx eax, sil
    mov rcx, 0x0101010101010101
    imul rax, rcx               ; the byte, eight times
    mov rcx, rdx
    shr rcx, 3
    rep stosq
    mov ecx, edx
    and ecx, 7
    rep stosb
    mov rax, r8
    ret

section .note.GNU-stack noalloc noexec nowrite progbits
