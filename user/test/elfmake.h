/* SPDX-License-Identifier: MIT */
/*
 * Small ELF programs, made by hand: for what the linker would never write.
 */
#ifndef TEST_ELFMAKE_H
#define TEST_ELFMAKE_H

#include <stddef.h>
#include <stdint.h>

struct elf_header {
    unsigned char ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

enum { ELF_EXEC = 2, ELF_DYN = 3 };
enum { ELF_LOAD = 1, ELF_INTERP = 3, ELF_STACK = 0x6474e551 };
enum { ELF_X = 1, ELF_W = 2, ELF_R = 4 };

#define ELF_BASE 0x10000000UL /* where segment 0 goes */
#define ELF_CODE 0x400UL      /* the code's place in file and segment 0 */
#define ELF_DATA 0x1000UL     /* the data's place in the file */

/*
 * The file: headers and code in its first page, which segment 0 maps; a page
 * of data after it, which holds 0x11, 0x12, … and is not mapped at first.
 */
struct elf_image {
    struct elf_header header;
    struct elf_segment segments[12];
    unsigned char code[ELF_DATA - sizeof(struct elf_header) -
                       12 * sizeof(struct elf_segment)];
    unsigned char data[0x1000];
};

_Static_assert(offsetof(struct elf_image, code) <= ELF_CODE, "headers fit");
_Static_assert(offsetof(struct elf_image, data) == ELF_DATA, "one page");

/* A sound image of one segment around this code. */
void elf_init(struct elf_image *image, const void *code, size_t len);

/* Adds a loaded segment; the fields that remain are the caller's to change. */
struct elf_segment *elf_add(struct elf_image *image, uint64_t vaddr,
                            uint64_t offset, uint64_t filesz, uint64_t memsz);

/* Writes the first `len` bytes of the file as `name` in the current folder
 * and makes it executable. */
void elf_write(const struct elf_image *image, const char *name, size_t len);

/* Executes a file in a child. The wait status; execve's errno as exit code
 * if it failed. */
int elf_run(const char *name);

/* Both, with the whole image. */
int elf_try(const struct elf_image *image);

#endif
