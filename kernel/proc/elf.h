/* SPDX-License-Identifier: MIT */
/*
 * Understanding 64-bit ELF programs: elf(5).
 *
 * Pure: looks at memory, needs nothing of the kernel, trusts nothing in the
 * file; tools/hosttest/ runs it over damaged headers. Mapping what it finds is
 * exec_load.c's part.
 *
 * Mistakes fall in two classes, as on Linux. Those of the headers' form are
 * seen before the old program is gone: execve fails with ENOEXEC. Those of the
 * segments (elf_check_loads, EINVAL) count as a failure to map them: by then
 * the old program is gone and the process dies of SIGSEGV.
 */
#ifndef KERNEL_PROC_ELF_H
#define KERNEL_PROC_ELF_H

#include "kernel/abi/elf.h"
#include "kernel/lib/types.h"
#include "mm/layout.h"

/* Linux reads at most a page of program headers. */
#define ELF_PHDRS_MAX (PAGE_SIZE / sizeof(Elf64_Phdr))

/* The file header. */
struct elf_header {
    bool position_independent; /* ET_DYN */
    uint64_t entry;            /* as linked */
    uint64_t phoff;            /* of the program headers in the file */
    size_t nphdrs;             /* 1..ELF_PHDRS_MAX */
};

/* What the program headers say in sum; addresses are as linked. */
struct elf_program {
    bool has_interp; /* PT_INTERP; a path of that many bytes at an offset */
    uint64_t interp_offset;
    size_t interp_size; /* its NUL included; 2..PATH_MAX */
    bool exec_stack;    /* PT_GNU_STACK asks for an executable stack */
    /* Filled by elf_check_loads. */
    uint64_t low, high; /* all PT_LOADs lie in [low, high), whole pages */
    uint64_t align;     /* the largest p_align, at least a page */
    uint64_t phdr;      /* of the program headers in memory; 0: not loaded */
    uint64_t start_code, end_code, start_data, end_data;
};

/* One PT_LOAD as it is to be mapped, moved by the bias. All but `zero` are
 * multiples of the page size.
 *
 *     start ....... file_end ............ end
 *     [ the file's pages | zero-filled pages )
 *                 ^ zero: from here to file_end the page is cleared */
struct elf_segment {
    vaddr_t start, file_end, end; /* start == file_end: nothing of the file */
    vaddr_t zero;                 /* file_end: nothing to clear */
    uint64_t offset;              /* of start in the file */
    bool read, write, exec;
};

/* Checks the first `len` bytes of a file, which fall short of a header only if
 * the file does. 0; or -ENOEXEC, and *why says what is wrong, a clause. */
__must_check int elf_check_header(const void *file, size_t len,
                                  struct elf_header *out, const char **why);

/* Checks all headers but PT_LOADs. 0 or -ENOEXEC. */
__must_check int elf_check_phdrs(const Elf64_Phdr *phdrs, size_t n,
                                 struct elf_program *out, const char **why);

/* The interpreter's path, `size` bytes, is one string. 0 or -ENOEXEC. */
__must_check int elf_check_interp(const char *path, size_t size,
                                  const char **why);

/* Checks the PT_LOADs: each lies in user space, none is empty of sense, there
 * is at least one. 0 or -EINVAL. => out from elf_check_phdrs */
__must_check int elf_check_loads(const Elf64_Phdr *phdrs, size_t n,
                                 const struct elf_header *header,
                                 struct elf_program *out, const char **why);

/* How to map one PT_LOAD. => elf_check_loads liked it; bias: whole pages */
void elf_plan_segment(const Elf64_Phdr *phdr, vaddr_t bias,
                      struct elf_segment *out);

#endif
