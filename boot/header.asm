; SPDX-License-Identifier: MIT
;
; The multiboot2 header (specification 2.0, 3.1): what we ask of the loader.
; It lies in the first 32 KiB of the file, at the start of the first segment.

MAGIC           equ 0xe85250d6
ARCH_I386       equ 0

TAG_END         equ 0
TAG_REQUEST     equ 1           ; information that we need
TAG_CONSOLE     equ 4
TAG_FRAMEBUFFER equ 5
TAG_ALIGN       equ 6           ; modules start on a page

MANDATORY       equ 0
OPTIONAL        equ 1

INFO_MMAP       equ 6
CONSOLE_TEXT    equ 2           ; we can do with EGA text mode

section .multiboot2 progbits alloc noexec nowrite align=8

header:
        dd MAGIC
        dd ARCH_I386
        dd header.end - header
        dd 0x100000000 - MAGIC - ARCH_I386 - (header.end - header)

.request:
        dw TAG_REQUEST, MANDATORY
        dd .request_end - .request
        dd INFO_MMAP
.request_end:
        align 8
.console:
        dw TAG_CONSOLE, OPTIONAL
        dd .console_end - .console
        dd CONSOLE_TEXT
.console_end:
        align 8
.framebuffer:
        dw TAG_FRAMEBUFFER, OPTIONAL
        dd .framebuffer_end - .framebuffer
        dd 1024, 768, 32        ; preferred
.framebuffer_end:
        align 8
.alignment:
        dw TAG_ALIGN, MANDATORY
        dd 8
        align 8
        dw TAG_END, MANDATORY
        dd 8
.end:
