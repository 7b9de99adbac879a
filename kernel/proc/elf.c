/* SPDX-License-Identifier: MIT */
/*
 * ELF headers, checked. The contract stands in elf.h.
 *
 * Every number comes from the file and may be anything: sums are formed only
 * after it is known that they do not overflow.
 */
#include "kernel/proc/elf.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/limits.h"
#include "kernel/lib/string.h"

static int refuse(const char **why, const char *reason, int err)
{
    *why = reason;
    return -err;
}

int elf_check_header(const void *file, size_t len, struct elf_header *out,
                     const char **why)
{
    Elf64_Ehdr header;

    if (len < SELFMAG || memcmp(file, ELFMAG, SELFMAG) != 0)
        return refuse(why, "not an ELF file", ENOEXEC);
    if (len < sizeof(header))
        return refuse(why, "the ELF header is cut off", ENOEXEC);
    memcpy(&header, file, sizeof(header)); /* it may lie unaligned */
    if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB)
        return refuse(why, "not 64-bit little-endian", ENOEXEC);
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return refuse(why, "not a program", ENOEXEC);
    if (header.e_machine != EM_X86_64)
        return refuse(why, "for another machine", ENOEXEC);
    if (header.e_phentsize != sizeof(Elf64_Phdr))
        return refuse(why, "program headers of a wrong size", ENOEXEC);
    if (header.e_phnum == 0 || header.e_phnum > ELF_PHDRS_MAX)
        return refuse(why, "no or too many program headers", ENOEXEC);
    if (header.e_phoff > INT64_MAX - PAGE_SIZE)
        return refuse(why, "program headers beyond any file", ENOEXEC);
    out->position_independent = header.e_type == ET_DYN;
    out->entry = header.e_entry;
    out->phoff = header.e_phoff;
    out->nphdrs = header.e_phnum;
    return 0;
}

int elf_check_phdrs(const Elf64_Phdr *phdrs, size_t n, struct elf_program *out,
                    const char **why)
{
    *out = (struct elf_program){.align = PAGE_SIZE};
    for (size_t i = 0; i < n; i++) {
        const Elf64_Phdr *ph = &phdrs[i];

        if (ph->p_type == PT_GNU_STACK)
            out->exec_stack = (ph->p_flags & PF_X) != 0;
        if (ph->p_type != PT_INTERP || out->has_interp)
            continue; /* the first interpreter counts */
        if (ph->p_filesz < 2 || ph->p_filesz > PATH_MAX)
            return refuse(why, "no path of an interpreter", ENOEXEC);
        if (ph->p_offset > INT64_MAX - PATH_MAX)
            return refuse(why, "an interpreter beyond any file", ENOEXEC);
        out->has_interp = true;
        out->interp_offset = ph->p_offset;
        out->interp_size = ph->p_filesz;
    }
    return 0;
}

int elf_check_interp(const char *path, size_t size, const char **why)
{
    if (path[size - 1] != '\0')
        return refuse(why, "the interpreter's path has no end", ENOEXEC);
    return 0;
}

static int check_load(const Elf64_Phdr *ph, const char **why)
{
    if (ph->p_filesz > ph->p_memsz)
        return refuse(why, "a segment with more file than memory", EINVAL);
    if (ph->p_vaddr >= USER_END || ph->p_memsz > USER_END - ph->p_vaddr)
        return refuse(why, "a segment outside user space", EINVAL);
    if (ph->p_filesz != 0 && ((ph->p_offset ^ ph->p_vaddr) & PAGE_MASK) != 0)
        return refuse(why, "a segment out of step with the file", EINVAL);
    if (ph->p_offset > INT64_MAX - USER_END)
        return refuse(why, "a segment beyond any file", EINVAL);
    return 0;
}

/* Takes a sound PT_LOAD into the sums. */
static void add_load(const Elf64_Phdr *ph, const struct elf_header *header,
                     struct elf_program *out)
{
    uint64_t file_end = ph->p_vaddr + ph->p_filesz;
    uint64_t align = ph->p_align;

    out->low = MIN(out->low, ROUND_DOWN(ph->p_vaddr, PAGE_SIZE));
    out->high = MAX(out->high, ROUND_UP(ph->p_vaddr + ph->p_memsz, PAGE_SIZE));
    if ((align & (align - 1)) == 0)
        out->align = MAX(out->align, align);
    if (ph->p_flags & PF_X) {
        out->start_code = MIN(out->start_code, ph->p_vaddr);
        out->end_code = MAX(out->end_code, file_end);
    }
    out->start_data = MAX(out->start_data, ph->p_vaddr);
    out->end_data = MAX(out->end_data, file_end);
    if (out->phdr == 0 && ph->p_offset <= header->phoff &&
        header->phoff - ph->p_offset < ph->p_filesz)
        out->phdr = header->phoff - ph->p_offset + ph->p_vaddr;
}

int elf_check_loads(const Elf64_Phdr *phdrs, size_t n,
                    const struct elf_header *header, struct elf_program *out,
                    const char **why)
{
    int err;

    out->low = out->start_code = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        if (phdrs[i].p_type != PT_LOAD)
            continue;
        err = check_load(&phdrs[i], why);
        if (err != 0)
            return err;
        add_load(&phdrs[i], header, out);
    }
    if (out->low >= out->high)
        return refuse(why, "nothing to load", EINVAL);
    if (!header->position_independent && header->entry >= USER_END)
        return refuse(why, "an entry outside user space", EINVAL);
    if (out->start_code == UINT64_MAX)
        out->start_code = 0;
    return 0;
}

void elf_plan_segment(const Elf64_Phdr *ph, vaddr_t bias,
                      struct elf_segment *out)
{
    vaddr_t start = bias + ph->p_vaddr;
    vaddr_t file_end = start + ph->p_filesz;

    out->read = (ph->p_flags & PF_R) != 0;
    out->write = (ph->p_flags & PF_W) != 0;
    out->exec = (ph->p_flags & PF_X) != 0;
    out->start = ROUND_DOWN(start, PAGE_SIZE);
    out->end = ROUND_UP(start + ph->p_memsz, PAGE_SIZE);
    out->offset = ROUND_DOWN(ph->p_offset, PAGE_SIZE);
    out->file_end = out->start;
    if (ph->p_filesz != 0)
        out->file_end = ROUND_UP(file_end, PAGE_SIZE);
    out->zero = out->file_end;
    if (ph->p_filesz != 0 && ph->p_memsz > ph->p_filesz)
        out->zero = file_end;
}
