; SPDX-License-Identifier: MIT
;
; Where the other CPUs begin: 16-bit real mode, at a page below 1 MiB that the
; start-up message named (SDM vol. 3, 8.4). kernel/cpu/smp.c copies this there;
; all it does is to get to 32-bit protected mode and into start.asm.

%include "offsets.inc"

extern boot_other_cpu

global trampoline_start
global trampoline_end

; An address in the copy.
%define COPIED(sym) (SMP_TRAMPOLINE + (sym) - trampoline_start)

section .rodata.trampoline progbits alloc noexec nowrite align=16
bits 16

trampoline_start:
        cli
        cld
        xor ax, ax
        mov ds, ax
        o32 lgdt [COPIED(.gdt_register)]
        mov eax, cr0
        or eax, CR0_PE
        mov cr0, eax
        jmp dword KERNEL_CS:boot_other_cpu

        align 8
.gdt:
        times KERNEL_CS / 8 dq 0
        dq 0x00cf9b000000ffff   ; KERNEL_CS: 32-bit code, ring 0
        dq 0x00cf93000000ffff   ; KERNEL_DS
.gdt_register:
        dw .gdt_register - .gdt - 1
        dd COPIED(.gdt)
trampoline_end:
