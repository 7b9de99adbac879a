; SPDX-License-Identifier: MIT
;
; From the boot loader to C: 32-bit protected mode, paging off, EAX the
; multiboot2 magic and EBX its information (specification 2.0, 3.3), to
; kernel_main in 64-bit mode at its linked address.
;
; The page tables built here map the first 4 GiB by 2 MiB pages three times:
;
;   identity                        this code, until it jumps up
;   DIRECT_MAP                      what the kernel reads while it boots
;   KERNEL_BASE (first 2 GiB only)  the kernel's image
;
; mm/kmap.c replaces them. What cannot go on says so on COM1 and on the text
; screen, then stops.
;
; The other CPUs come through here later, one at a time: from trampoline.asm to
; boot_other_cpu, on the same tables and the same stack until smp_mailbox says
; what is theirs.

%include "offsets.inc"

MULTIBOOT2_MAGIC equ 0x36d76289

PAGE_SIZE       equ 4096
LARGE_PAGE      equ 0x200000
ENTRIES         equ 512
PTE_PRESENT_RW  equ 3           ; P, RW: SDM vol. 3, 4.5
PTE_LARGE       equ 0x80        ; PS
MAPPED_GIB      equ 4

EFLAGS_ID       equ 1 << 21     ; can be flipped: CPUID exists
CPUID_EXTENDED  equ 0x80000000
CPUID_LM        equ 1 << 29     ; 80000001H, EDX: long mode

BOOT_STACK_SIZE equ 16384

COM1            equ 0x3f8
VGA_TEXT        equ 0xb8000
VGA_CELLS       equ 80 * 25
WHITE_ON_RED    equ 0x4f

; Where a symbol of the kernel's image lies in physical memory.
%define PHYS(sym) ((sym) - KERNEL_BASE)

extern boot_cpu
extern kernel_main
extern smp_mailbox
extern smp_cpu_entered

; ---------------------------------------------------------------- 32 bits

section .boot progbits alloc exec nowrite align=16
bits 32

global boot_start
boot_start:
        cli
        cld
        mov esp, PHYS(boot_stack_top)
        mov edi, eax            ; kernel_main's arguments
        mov esi, ebx

        mov ebp, message_magic
        cmp eax, MULTIBOOT2_MAGIC
        jne fail
        call check_cpu
        call build_tables
        call enter_long_mode
        lgdt [gdt_register]
        jmp KERNEL_CS:start64_low

global boot_other_cpu
boot_other_cpu:
        mov ax, KERNEL_DS
        mov ss, ax
        mov ds, ax
        mov es, ax
        mov esp, PHYS(boot_stack_top)
        call enter_long_mode
        lgdt [gdt_register]
        jmp KERNEL_CS:other64_low

; Jumps to fail unless the CPU has long mode.
check_cpu:
        mov ebp, message_cpuid
        pushfd
        mov eax, [esp]
        xor dword [esp], EFLAGS_ID
        popfd
        pushfd
        pop ecx
        xor eax, ecx
        test eax, EFLAGS_ID
        jz fail

        mov ebp, message_long
        mov eax, CPUID_EXTENDED
        cpuid
        cmp eax, CPUID_EXTENDED + 1
        jb fail
        mov eax, CPUID_EXTENDED + 1
        cpuid
        test edx, CPUID_LM
        jz fail
        ret

; The loader has zeroed .bss, so only present entries are written.
build_tables:
        mov eax, PHYS(pdpt_low) + PTE_PRESENT_RW
        mov [PHYS(pml4)], eax
        mov [PHYS(pml4) + DIRECT_MAP_SLOT * 8], eax
        mov eax, PHYS(pdpt_high) + PTE_PRESENT_RW
        mov [PHYS(pml4) + KERNEL_SLOT * 8], eax

        mov eax, PHYS(page_dirs) + PTE_PRESENT_RW
        mov [PHYS(pdpt_high) + (ENTRIES - 2) * 8], eax
        mov dword [PHYS(pdpt_high) + (ENTRIES - 1) * 8], \
            PHYS(page_dirs) + PAGE_SIZE + PTE_PRESENT_RW
        xor ecx, ecx
.pdpt:
        mov [PHYS(pdpt_low) + ecx * 8], eax
        add eax, PAGE_SIZE
        inc ecx
        cmp ecx, MAPPED_GIB
        jb .pdpt

        mov eax, PTE_PRESENT_RW + PTE_LARGE
        xor ecx, ecx
.dirs:
        mov [PHYS(page_dirs) + ecx * 8], eax
        add eax, LARGE_PAGE
        inc ecx
        cmp ecx, MAPPED_GIB * ENTRIES
        jb .dirs
        ret

; Compatibility mode of long mode: SDM vol. 3, 9.8.5.
enter_long_mode:
        mov eax, cr4
        or eax, CR4_PAE
        mov cr4, eax
        mov eax, PHYS(pml4)
        mov cr3, eax
        mov ecx, MSR_EFER
        rdmsr
        or eax, EFER_LME
        wrmsr
        mov eax, cr0
        or eax, CR0_PG | CR0_WP
        mov cr0, eax
        ret

; Prints the text at ebp on COM1 and, in red, on the text screen; stops.
fail:
        mov edx, COM1 + 1
        xor eax, eax            ; no interrupts
        out dx, al
        mov edx, COM1 + 3
        mov al, 0x80            ; DLAB: 115200 baud
        out dx, al
        mov edx, COM1
        mov al, 1
        out dx, al
        inc edx
        xor eax, eax
        out dx, al
        mov edx, COM1 + 3
        mov al, 3               ; 8 bits, no parity, 1 stop bit
        out dx, al

        mov edi, VGA_TEXT
        mov ecx, VGA_CELLS
        mov eax, (WHITE_ON_RED << 8) | ' '
        rep stosw
        mov edi, VGA_TEXT
.next:
        mov bl, [ebp]
        inc ebp
        test bl, bl
        jz .stop
        mov ecx, 100000         ; a port without a UART never gets ready
        mov edx, COM1 + 5
.wait:
        in al, dx
        test al, 0x20           ; transmitter empty
        loopz .wait
        mov edx, COM1
        mov al, bl
        out dx, al
        cmp al, ' '             ; the screen has no use for the line's end
        jb .next
        mov ah, WHITE_ON_RED
        stosw
        jmp .next
.stop:
        hlt
        jmp .stop

message_magic:
        db "Quire: not started by a multiboot2 boot loader such as GRUB 2."
        db 13, 10, 0
message_cpuid:
        db "Quire: this CPU is too old: it lacks the CPUID instruction."
        db 13, 10, 0
message_long:
        db "Quire: this CPU has no 64-bit mode (long mode), which Quire needs."
        db 13, 10, 0

; Replaced by kernel/cpu/gdt.c; the selectors are the same.
        align 8
gdt:
        times KERNEL_CS / 8 dq 0
        dq 0x00af9b000000ffff   ; KERNEL_CS: 64-bit code, ring 0
        dq 0x00cf93000000ffff   ; KERNEL_DS
.end:
gdt_register:
        dw gdt.end - gdt - 1
        dd gdt

bits 64
start64_low:
        mov rax, start64
        jmp rax
other64_low:
        mov rax, other64
        jmp rax

; ---------------------------------------------------------------- 64 bits

section .text

; A segment register's descriptor, and null for those that no longer count.
%macro LOAD_SEGMENTS 0
        mov ax, KERNEL_DS
        mov ss, ax
        xor eax, eax
        mov ds, ax
        mov es, ax
        mov fs, ax
        mov gs, ax
%endmacro

; rax: this CPU's struct cpu.
%macro LOAD_GS_BASE 0
        mov ecx, MSR_GS_BASE
        mov rdx, rax
        shr rdx, 32
        wrmsr
%endmacro

start64:
        LOAD_SEGMENTS
        mov rsp, boot_stack_top
        mov rax, boot_cpu
        LOAD_GS_BASE

        mov edi, edi            ; the upper halves were undefined
        mov esi, esi
        xor ebp, ebp            ; backtraces end here
        call kernel_main
        ud2

; EFER first: the kernel's own tables may have XD bits.
other64:
        LOAD_SEGMENTS
        mov ecx, MSR_EFER
        mov eax, [smp_mailbox + MAILBOX_EFER]
        xor edx, edx
        wrmsr
        mov rax, [smp_mailbox + MAILBOX_ROOT]
        mov cr3, rax
        mov rsp, [smp_mailbox + MAILBOX_STACK_TOP]
        mov rax, [smp_mailbox + MAILBOX_CPU]
        LOAD_GS_BASE
        xor ebp, ebp
        call smp_cpu_entered
        ud2

section .bss.boot nobits alloc write align=4096

pml4:
        resb PAGE_SIZE
pdpt_low:
        resb PAGE_SIZE
pdpt_high:
        resb PAGE_SIZE
page_dirs:
        resb MAPPED_GIB * PAGE_SIZE
boot_stack:
        resb BOOT_STACK_SIZE
boot_stack_top:
