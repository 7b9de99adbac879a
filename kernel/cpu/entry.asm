; SPDX-License-Identifier: MIT
;
; Exceptions and interrupts: from the IDT to C and back.
;
; GS. In user mode GS's base is the program's and MSR_KERNEL_GS_BASE holds the
; CPU's; in the kernel they are swapped. An entry from user mode (CPL 3 in the
; saved CS) swaps, an entry from the kernel does not. Between the border and
; the SWAPGS the kernel runs on the user's GS, with interrupts off; what can
; strike just there is
;
;   NMI, #MC, #DB, #DF   they have stacks of their own (IST) and look at the
;                        base itself: the kernel's half of the address space
;                        is the CPU's. A program cannot put its own base there:
;                        CR4.FSGSBASE is off and arch_prctl checks.
;   a fault of IRETQ     on what a signal handler or a debugger put in the
;                        frame: recognised by its address, and told as a fault
;                        of the program (trap_bad_return).
;
; SDM vol. 3, 6.14 (64-bit interrupts), 5.8.8 (SWAPGS).

%include "kernel/cpu/entry.inc"

extern trap_exception
extern trap_bad_return
extern trap_user_work
extern irq_dispatch

global trap_stubs
global cpu_enter_user
global return_to_user_iret

STUB_SIZE       equ 16          ; idt.c counts on it
VECTORS         equ 256
EXCEPTIONS      equ 32

; On entry to a common path, before the registers are saved.
ENTRY_CS        equ FRAME_CS - FRAME_VECTOR

section .text.entry progbits alloc exec nowrite align=64

; #DF #TS #NP #SS #GP #PF #AC #CP #VC #SX push an error code.
%define HAS_ERROR(v) ((1 << (v)) & 0x60227d00)
; #DB, NMI, #DF, #MC.
%define IS_PARANOID(v) ((1 << (v)) & 0x00040106)

trap_stubs:
%assign vector 0
%rep VECTORS
        align STUB_SIZE
  %if vector >= EXCEPTIONS
        push 0
        push vector
        jmp interrupt
  %else
    %if HAS_ERROR(vector) == 0
        push 0
    %endif
        push vector
    %if IS_PARANOID(vector)
        jmp paranoid
    %else
        jmp exception
    %endif
  %endif
  %assign vector vector + 1
%endrep
        align STUB_SIZE

; ------------------------------------------------------------- exceptions

exception:
        test byte [rsp + ENTRY_CS], 3
        jz .kernel
        swapgs
        SAVE_REGISTERS
.user:
        cld
        CLOSE_USER_ACCESS
        mov rdi, rsp
        xor esi, esi
        cmp dword [rsp + FRAME_VECTOR], TRAP_PF
        jne .call_user
        mov rsi, cr2
.call_user:
        call trap_exception
        jmp return_to_user

.kernel:
        SAVE_REGISTERS
        cld
        CLOSE_USER_ACCESS
        lea rax, [rel return_to_user_iret]
        cmp [rsp + FRAME_RIP], rax
        je .bad_return
        mov rdi, rsp
        xor esi, esi
        cmp dword [rsp + FRAME_VECTOR], TRAP_PF
        jne .call_kernel
        mov rsi, cr2
.call_kernel:
        call trap_exception
        jmp return_to_kernel

; IRETQ refused the user's frame: the exception becomes the program's, at the
; place it was to return to. The registers are the program's already.
.bad_return:
        swapgs
        mov rdi, rsp
        call trap_bad_return
        mov rsp, rax
        jmp .user

; ------------------------------------------------------------- interrupts

interrupt:
        test byte [rsp + ENTRY_CS], 3
        jz .kernel
        swapgs
        SAVE_REGISTERS
        cld
        CLOSE_USER_ACCESS
        mov rdi, rsp
        call irq_dispatch
        jmp return_to_user

.kernel:
        SAVE_REGISTERS
        cld
        CLOSE_USER_ACCESS
        mov rdi, rsp
        call irq_dispatch       ; may switch to other threads before it returns

return_to_kernel:
        RESTORE_REGISTERS
        add rsp, FRAME_RIP - FRAME_VECTOR
        iretq

; ---------------------------------------------------------------- the way back

; cpu_enter_user(frame)
cpu_enter_user:
        mov rsp, rdi

; rsp: the frame.
return_to_user:
        cli
        TEST_USER_WORK
        jnz user_work
        RESTORE_REGISTERS
        add rsp, FRAME_RIP - FRAME_VECTOR
        swapgs
return_to_user_iret:
        iretq

user_work:
        sti
        mov rdi, rsp
        call trap_user_work
        jmp return_to_user

; --------------------------------------------- at any place, on an IST stack

paranoid:
        SAVE_REGISTERS
        cld
        CLOSE_USER_ACCESS
        test byte [rsp + FRAME_CS], 3
        jnz .user

        xor ebx, ebx            ; kept over the call: GS was swapped here
        mov ecx, MSR_GS_BASE
        rdmsr
        test edx, edx
        js .call                ; the kernel's already
        swapgs
        inc ebx
.call:
        mov rdi, rsp
        xor esi, esi
        call trap_exception
        test ebx, ebx
        jz return_to_kernel
        swapgs
        jmp return_to_kernel

; #DB is the program's own affair and its handling may sleep: on to the
; thread's stack. The others stay here and go straight back.
.user:
        swapgs
        cmp dword [rsp + FRAME_VECTOR], TRAP_DB
        je .debug
        mov rdi, rsp
        xor esi, esi
        call trap_exception
        swapgs
        jmp return_to_kernel
.debug:
        mov rsi, rsp
        mov rdi, [gs:CPU_STACK_TOP]
        sub rdi, FRAME_SIZE
        mov rsp, rdi
        mov ecx, FRAME_SIZE / 8
        rep movsq
        mov rdi, rsp
        xor esi, esi
        call trap_exception
        jmp return_to_user
