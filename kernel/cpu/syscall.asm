; SPDX-License-Identifier: MIT
;
; System calls: SYSCALL to C and back by SYSRET (SDM vol. 3, 5.8.8). Counted
; instruction by instruction: this is what every call pays.
;
; SYSCALL leaves the return address in RCX and RFLAGS in R11, masks RFLAGS by
; MSR_FMASK (interrupts are off), and keeps the user's RSP. The arguments are
; in rdi, rsi, rdx, r10, r8, r9, the number in eax.
;
; SYSRET takes RIP from RCX and RFLAGS from R11: the program's own, as SYSCALL
; left them, unless the frame was replaced (TRAP_REPLACED: a signal's delivery or
; return, execve); then IRETQ loads everything. C keeps rbx, rbp and r12 to r15,
; so the short way does not reload them. A program cannot have run SYSCALL at an
; address whose successor is not canonical: the last page is not the user's
; (mm/layout.h). TF comes back right only by IRETQ.

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
VECTOR_TO_RSP    equ FRAME_RSP - FRAME_VECTOR

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
        cmp dword [rsp + FRAME_VECTOR], TRAP_SYSCALL
        jne .by_iret
        add rsp, FRAME_R11      ; r15 to rbx
        pop r11
        pop r10
        pop r9
        pop r8
        pop rax
        pop rcx
        pop rdx
        pop rsi
        pop rdi
        test r11d, RFLAGS_TF
        jnz .single_step
        mov rsp, [rsp + VECTOR_TO_RSP]
        swapgs
        o64 sysret

.by_iret:
        RESTORE_REGISTERS
.single_step:
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
