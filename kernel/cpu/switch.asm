; SPDX-License-Identifier: MIT
;
; From one kernel stack to another.

%include "offsets.inc"

global cpu_switch
global cpu_thread_start
global cpu_call_on_stack

section .text.entry progbits alloc exec nowrite align=64

; cpu_switch(prev, next): what C expects to survive a call is kept on the
; stack, in the order of struct switch_frame in cpu.c.
cpu_switch:
        push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15
        mov [rdi + THREAD_KERNEL_RSP], rsp
        mov rsp, [rsi + THREAD_KERNEL_RSP]
        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
        ret

; Where the first switch to a new thread returns to: rbx(r12), for ever.
cpu_thread_start:
        xor ebp, ebp            ; backtraces end here
        mov rdi, r12
        call rbx
        ud2

; cpu_call_on_stack(stack_top, function)
cpu_call_on_stack:
        mov rsp, rdi
        xor ebp, ebp
        call rsi
        ud2
