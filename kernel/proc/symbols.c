/* SPDX-License-Identifier: MIT */
/*
 * Symbol tables: the last function that starts at or below an address is the
 * one that it lies in.
 *
 * A program's file may hold anything, and may be large: it is read in pieces
 * of a fixed size, every offset is used only to read from the file, and what
 * makes no sense ends the search. One pass over the table serves all
 * addresses.
 *
 * I1: `chunk` and struct search are used by one thread at a time, which the
 *     caller of symbols_find_user sees to.
 */
#include "kernel/proc/symbols.h"

#include "boot/bootinfo.h"
#include "kernel/abi/elf.h"
#include "kernel/abi/stat.h"
#include "kernel/fs/file.h"
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "mm/mm.h"

/* Bounds on what is read of a strange file. */
#define SECTIONS_MAX 4096
#define PHDRS_MAX 64
#define SYMBOLS_MAX 200000UL
#define CHUNK_SYMBOLS 64

/* A candidate for an address. */
struct best {
    uint64_t value; /* where it starts */
    uint32_t name;  /* in the string table */
    bool found;
};

static bool is_of_type(const Elf64_Sym *sym, unsigned type)
{
    return sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_ABS &&
           sym->st_name != 0 && ELF64_ST_TYPE(sym->st_info) == type;
}

/* Code: a function, or a label in assembly, which has no type. */
static bool is_code(const Elf64_Sym *sym)
{
    return is_of_type(sym, STT_FUNC) || is_of_type(sym, STT_NOTYPE);
}

static bool is_object(const Elf64_Sym *sym)
{
    return is_of_type(sym, STT_OBJECT);
}

static void consider(struct best *best, const Elf64_Sym *sym, uint64_t addr)
{
    if (sym->st_value > addr || (best->found && sym->st_value < best->value))
        return;
    if (sym->st_size != 0 && addr - sym->st_value >= sym->st_size)
        return; /* it lies past the function's end */
    *best = (struct best){sym->st_value, sym->st_name, true};
}

/* ---- the kernel ---- */

static void find_kernel(struct symbol *symbol,
                        bool (*is_wanted)(const Elf64_Sym *sym))
{
    const Elf64_Sym *table = boot_info.symtab;
    const size_t n = boot_info.symtab_size / sizeof(*table);
    struct best best = {0};

    symbol->name[0] = '\0';
    symbol->offset = 0;
    if (table == NULL || boot_info.strtab == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        if (is_wanted(&table[i]))
            consider(&best, &table[i], symbol->address);
    if (!best.found || best.name >= boot_info.strtab_size)
        return;
    ksnprintf(symbol->name, sizeof(symbol->name), "%.*s",
              (int)(boot_info.strtab_size - best.name),
              boot_info.strtab + best.name);
    symbol->offset = symbol->address - best.value;
}

void symbols_find_kernel(struct symbol *symbols, size_t n)
{
    for (size_t i = 0; i < n; i++)
        find_kernel(&symbols[i], is_code);
}

void symbols_find_object(struct symbol *symbol)
{
    find_kernel(symbol, is_object);
}

/* ---- a program ---- */

static Elf64_Sym chunk[CHUNK_SYMBOLS]; /* I1 */

static bool read_at(struct file *file, void *buf, size_t len, uint64_t offset)
{
    return file_read_kernel(file, buf, len, offset) == (ssize_t)len;
}

static bool read_header(struct file *file, Elf64_Ehdr *out)
{
    return read_at(file, out, sizeof(*out), 0) &&
           memcmp(out->e_ident, ELFMAG, SELFMAG) == 0 &&
           out->e_ident[EI_CLASS] == ELFCLASS64 &&
           out->e_shentsize == sizeof(Elf64_Shdr) &&
           out->e_phentsize == sizeof(Elf64_Phdr) &&
           out->e_shnum <= SECTIONS_MAX && out->e_phnum <= PHDRS_MAX;
}

static bool read_section(struct file *file, const Elf64_Ehdr *header,
                         unsigned i, Elf64_Shdr *out)
{
    return i < header->e_shnum &&
           read_at(file, out, sizeof(*out),
                   header->e_shoff + (uint64_t)i * sizeof(*out));
}

/* The symbol table's section and that of its names. */
static bool find_tables(struct file *file, const Elf64_Ehdr *header,
                        Elf64_Shdr *symtab, Elf64_Shdr *strtab)
{
    for (unsigned i = 0; i < header->e_shnum; i++) {
        if (!read_section(file, header, i, symtab))
            return false;
        if (symtab->sh_type == SHT_SYMTAB)
            return read_section(file, header, symtab->sh_link, strtab);
    }
    return false;
}

/* The address that the linker gave to the byte at this offset of the file. */
static bool link_address(struct file *file, const Elf64_Ehdr *header,
                         uint64_t offset, uint64_t *out)
{
    Elf64_Phdr phdr;

    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (!read_at(file, &phdr, sizeof(phdr),
                     header->e_phoff + (uint64_t)i * sizeof(phdr)))
            return false;
        if (phdr.p_type != PT_LOAD || offset < phdr.p_offset ||
            offset - phdr.p_offset >= phdr.p_filesz)
            continue;
        *out = phdr.p_vaddr + (offset - phdr.p_offset);
        return true;
    }
    return false;
}

/* What the search needs to know of the program. */
struct search {
    struct file *exe;
    struct stat stat; /* of exe */
    Elf64_Ehdr header;
    uint64_t linked[SYMBOL_SEARCH_MAX]; /* each symbol's link address, or 0 */
    struct best best[SYMBOL_SEARCH_MAX];
};

static struct search search; /* I1 */

/* In the executable: notes the link address. In another file: names that. */
static void locate(struct symbol *symbol, uint64_t *linked)
{
    struct vma_info vma;
    const char *slash;
    uint64_t offset;

    *linked = 0;
    symbol->name[0] = '\0';
    symbol->offset = 0;
    if (!mm_next_vma(mm_current(), symbol->address, false, &vma) ||
        vma.start > symbol->address)
        return;
    offset = symbol->address - vma.start + vma.pgoff;
    if (vma.ino == search.stat.st_ino && vma.dev == search.stat.st_dev) {
        if (!link_address(search.exe, &search.header, offset, linked))
            *linked = 0;
        return;
    }
    slash = strrchr(vma.name, '/');
    if (slash == NULL)
        return;
    strlcpy(symbol->name, slash + 1, sizeof(symbol->name));
    symbol->offset = offset;
}

static void scan_table(const Elf64_Shdr *symtab, size_t n)
{
    const uint64_t total =
        MIN(symtab->sh_size / sizeof(Elf64_Sym), SYMBOLS_MAX);

    for (uint64_t done = 0; done < total; done += CHUNK_SYMBOLS) {
        const size_t count = MIN(total - done, (uint64_t)CHUNK_SYMBOLS);

        if (!read_at(search.exe, chunk, count * sizeof(chunk[0]),
                     symtab->sh_offset + done * sizeof(chunk[0])))
            return;
        for (size_t i = 0; i < count; i++) {
            if (!is_code(&chunk[i]))
                continue;
            for (size_t j = 0; j < n; j++)
                if (search.linked[j] != 0)
                    consider(&search.best[j], &chunk[i], search.linked[j]);
        }
    }
}

static void take_name(struct symbol *symbol, size_t i, const Elf64_Shdr *strtab)
{
    const struct best *best = &search.best[i];
    ssize_t len;

    if (!best->found)
        return;
    len = file_read_kernel(search.exe, symbol->name, SYMBOL_NAME_MAX - 1,
                           strtab->sh_offset + best->name);
    symbol->name[MAX(len, 0L)] = '\0';
    symbol->offset = search.linked[i] - best->value;
}

static void find_in_exe(struct symbol *symbols, size_t n)
{
    Elf64_Shdr symtab, strtab;

    if (file_stat(search.exe, &search.stat) != 0 ||
        !read_header(search.exe, &search.header))
        return;
    memset(search.best, 0, sizeof(search.best));
    for (size_t i = 0; i < n; i++)
        locate(&symbols[i], &search.linked[i]);
    if (!find_tables(search.exe, &search.header, &symtab, &strtab))
        return;
    scan_table(&symtab, n);
    for (size_t i = 0; i < n; i++)
        take_name(&symbols[i], i, &strtab);
}

void symbols_find_user(struct symbol *symbols, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        symbols[i].name[0] = '\0';
        symbols[i].offset = 0;
    }
    search.exe = process_get_exe(current_process());
    if (search.exe == NULL)
        return;
    find_in_exe(symbols, MIN(n, (size_t)SYMBOL_SEARCH_MAX));
    file_put(search.exe);
}
