; SPDX-License-Identifier: MIT
;
; Whole pages at a time: contracts in mm/page.h. 512 iterations of a repeated
; string instruction each; no loop needs fewer instructions.

PAGE_WORDS equ 512

        bits 64
        section .text

        global page_zero
        global page_copy
        global page_fill
        global page_find_other

page_zero:
        xor eax, eax
        mov ecx, PAGE_WORDS
        rep stosq
        ret

page_copy:
        mov ecx, PAGE_WORDS
        rep movsq
        ret

page_fill:
        mov rax, rsi
        mov ecx, PAGE_WORDS
        rep stosq
        ret

page_find_other:
        mov rax, rsi
        mov ecx, PAGE_WORDS
        repe scasq
        mov eax, PAGE_WORDS
        je .none
        sub eax, ecx            ; words looked at, the other one included
        dec eax
.none:  ret

        section .note.GNU-stack noalloc noexec nowrite progbits
