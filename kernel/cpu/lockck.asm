; SPDX-License-Identifier: MIT
;
; From the stub of a lockck site (kernel/lib/lockck_site.h) to lockck_event. On
; the stack: where to go on, the event, the lock. The code at the site expects
; every register to survive, but not the flags.

%include "offsets.inc"

global lockck_enter
global lockck_enter_disable
global lockck_enter_enable
extern lockck_event

section .text

; lockck_event(lock, event, frame): `frame` is what a call from the site would
; have made of the stack.
%macro TELL 0
        push rbp
        mov rbp, rsp
        push rax
        push rcx
        push rdx
        push rsi
        push rdi
        push r8
        push r9
        push r10
        push r11
        and rsp, -16
        mov rdi, [rbp + 24]
        mov esi, [rbp + 16]
        mov rdx, rbp
        call lockck_event
        lea rsp, [rbp - 9 * 8]
        pop r11
        pop r10
        pop r9
        pop r8
        pop rdi
        pop rsi
        pop rdx
        pop rcx
        pop rax
        pop rbp
%endmacro

lockck_enter_disable:
        inc dword [gs:CPU_PREEMPT_COUNT]
lockck_enter:
        TELL
        ret 16

lockck_enter_enable:
        TELL
        dec dword [gs:CPU_PREEMPT_COUNT]
        ret 16
