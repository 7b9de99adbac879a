; SPDX-License-Identifier: MIT
;
; System calls: SYSCALL to C and back by SYSRET (SDM vol. 3, 5.8.8). Counted
; instruction by instruction: this is what every call pays.
;
; SYSCALL leaves the return address in RCX and RFLAGS in R11, masks RFLAGS by
; MSR_FMASK (interrupts are off), and keeps the user's RSP. The arguments are
; in rdi, rsi, rdx, r10, r8, r9, the number in eax.
;
; SYSRET takes RIP from RCX and RFLAGS from R11. It is used only if the frame
; wants just that. A signal's delivery or return, execve or a debugger may have
; put other values there: then IRETQ. SYSRET to a non-canonical RIP would
; fault in ring 0 on the user's stack (on Intel's CPUs): excluded too. TF and
; RF come back right only by IRETQ.

%include "kernel/cpu/entry.inc"

extern syscall_table
extern syscall_table_len
extern syscall_trace
extern syscall_exit_hook
extern trap_user_work
extern return_to_user_iret

global syscall_entry

ENOSYS          equ 38

; rsp at the vector.
VECTOR_TO_RIP    equ FRAME_RIP - FRAME_VECTOR
VECTOR_TO_RFLAGS equ FRAME_RFLAGS - FRAME_VECTOR
VECTOR_TO_RSP    equ FRAME_RSP - FRAME_VECTOR

section .rodata

        align 8
canonical_end:
        dq 1 << 47              ; SDM vol. 1, 3.3.7.1

section .text.entry progbits alloc exec nowrite align=64

        align 64
syscall_entry:
        swapgs
        mov [gs:CPU_USER_RSP], rsp
        mov rsp, [gs:CPU_STACK_TOP]
        push USER_DS
        push qword [gs:CPU_USER_RSP]
        push r11
        push USER_CS
        push rcx
        push rax
        push TRAP_SYSCALL
        SAVE_REGISTERS
        sti

        mov ecx, eax
        cmp rcx, [syscall_table_len]
        jae .unknown
        mov rax, [syscall_table + rcx * 8]
        test rax, rax
        jz .unknown
        mov rcx, r10
        call rax
.done:
        mov [rsp + FRAME_RAX], rax

        cli
        TEST_USER_WORK
        or ecx, [syscall_trace]
        jnz .slow
.restore:
        RESTORE_REGISTERS
        cmp rcx, [rsp + VECTOR_TO_RIP]
        jne .by_iret
        cmp r11, [rsp + VECTOR_TO_RFLAGS]
        jne .by_iret
        cmp rcx, [canonical_end]
        jae .by_iret
        test r11d, RFLAGS_TF | RFLAGS_RF
        jnz .by_iret
        mov rsp, [rsp + VECTOR_TO_RSP]
        swapgs
        o64 sysret

.by_iret:
        add rsp, VECTOR_TO_RIP
        swapgs
        jmp return_to_user_iret

.unknown:
        mov rax, -ENOSYS
        jmp .done

.slow:
        cmp dword [syscall_trace], 0
        je .work
        sti
        mov rdi, rsp
        call syscall_exit_hook
        cli
.work:
        TEST_USER_WORK
        jz .restore
        sti
        mov rdi, rsp
        call trap_user_work
        jmp .work
