/* SPDX-License-Identifier: MIT */
/*
 * Verifies kernel/proc/elf: sound programs are understood, damaged ones are
 * refused or give a plan that stays inside user space.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel/abi/errno.h"
#include "kernel/proc/elf.h"
#include "tools/hosttest/test.h"

#define PHDRS_MAX 6

static Elf64_Ehdr sound_header(void)
{
    return (Elf64_Ehdr){
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = 1,
        .e_entry = 0x401000,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = PHDRS_MAX};
}

/* Code, data with bss, an interpreter, a stack. */
static void sound_phdrs(Elf64_Phdr phdrs[PHDRS_MAX])
{
    memset(phdrs, 0, PHDRS_MAX * sizeof(*phdrs));
    phdrs[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                            .p_flags = PF_R,
                            .p_vaddr = 0x400000,
                            .p_filesz = 0x300,
                            .p_memsz = 0x300,
                            .p_align = 0x1000};
    phdrs[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                            .p_flags = PF_R | PF_X,
                            .p_offset = 0x1000,
                            .p_vaddr = 0x401000,
                            .p_filesz = 0x1800,
                            .p_memsz = 0x1800,
                            .p_align = 0x1000};
    phdrs[2] = (Elf64_Phdr){.p_type = PT_LOAD,
                            .p_flags = PF_R | PF_W,
                            .p_offset = 0x2f00,
                            .p_vaddr = 0x403f00,
                            .p_filesz = 0x200,
                            .p_memsz = 0x3000,
                            .p_align = 0x1000};
    phdrs[3] = (Elf64_Phdr){
        .p_type = PT_INTERP, .p_offset = 0x238, .p_filesz = 28, .p_memsz = 28};
    phdrs[4] = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
}

static void sound_program(void)
{
    Elf64_Ehdr file = sound_header();
    Elf64_Phdr phdrs[PHDRS_MAX];
    struct elf_header header;
    struct elf_program program;
    struct elf_segment segment;
    const char *why = NULL;

    sound_phdrs(phdrs);
    CHECK_EQ(elf_check_header(&file, sizeof(file), &header, &why), 0);
    CHECK_EQ(header.entry, 0x401000);
    CHECK_EQ(header.nphdrs, PHDRS_MAX);
    CHECK(!header.position_independent);
    CHECK_EQ(elf_check_phdrs(phdrs, PHDRS_MAX, &program, &why), 0);
    CHECK(program.has_interp && !program.exec_stack);
    CHECK_EQ(program.interp_offset, 0x238);
    CHECK_EQ(program.interp_size, 28);
    CHECK_EQ(elf_check_loads(phdrs, PHDRS_MAX, &header, &program, &why), 0);
    CHECK_EQ(program.low, 0x400000);
    CHECK_EQ(program.high, 0x407000);
    CHECK_EQ(program.phdr, 0x400000 + sizeof(Elf64_Ehdr));
    CHECK_EQ(program.start_code, 0x401000);
    CHECK_EQ(program.end_code, 0x402800);
    elf_plan_segment(&phdrs[2], 0, &segment);
    CHECK_EQ(segment.start, 0x403000);
    CHECK_EQ(segment.zero, 0x404100);
    CHECK_EQ(segment.file_end, 0x405000);
    CHECK_EQ(segment.end, 0x407000);
    CHECK_EQ(segment.offset, 0x2000);
    CHECK(segment.read && segment.write && !segment.exec);
}

/* Cut short, or with one wrong field. */
static void bad_headers(void)
{
    Elf64_Ehdr good = sound_header(), bad;
    struct elf_header header;
    const char *why;

    for (size_t len = 0; len < sizeof(good); len++) {
        void *copy = malloc(len);

        memcpy(copy, &good, len);
        CHECK_EQ(elf_check_header(copy, len, &header, &why), -ENOEXEC);
        CHECK(*why != '\0');
        free(copy);
    }
#define BAD(field, value)                                                      \
    (bad = good, bad.field = (value),                                          \
     elf_check_header(&bad, sizeof(bad), &header, &why) == -ENOEXEC)
    CHECK(BAD(e_ident[0], 0));
    CHECK(BAD(e_ident[EI_CLASS], 1));
    CHECK(BAD(e_type, 1));
    CHECK(BAD(e_machine, 3));
    CHECK(BAD(e_phentsize, 32));
    CHECK(BAD(e_phnum, 0));
    CHECK(BAD(e_phnum, ELF_PHDRS_MAX + 1));
    CHECK(BAD(e_phoff, UINT64_MAX));
#undef BAD
}

static void check_plan(const Elf64_Phdr *phdr, uint64_t bias,
                       const struct elf_program *program)
{
    struct elf_segment s;

    elf_plan_segment(phdr, bias, &s);
    CHECK(s.start <= s.file_end && s.file_end <= s.end);
    CHECK(s.zero >= s.start && s.zero <= s.file_end);
    CHECK(((s.start | s.file_end | s.end | s.offset) & PAGE_MASK) == 0);
    CHECK(s.start >= program->low + bias && s.end <= program->high + bias);
    CHECK(s.end <= USER_END);
    CHECK(s.offset <= INT64_MAX - (s.file_end - s.start));
}

/* What passes the checks must be safe to map. */
static void check_any(const Elf64_Ehdr *file, const Elf64_Phdr *phdrs, size_t n)
{
    struct elf_program program;
    struct elf_header header;
    const char *why = NULL;
    uint64_t room, bias;

    if (elf_check_header(file, sizeof(*file), &header, &why) != 0 ||
        elf_check_phdrs(phdrs, n, &program, &why) != 0 ||
        elf_check_loads(phdrs, n, &header, &program, &why) != 0) {
        CHECK(why != NULL && *why != '\0');
        return;
    }
    CHECK(program.low < program.high && program.high <= USER_END);
    CHECK(((program.low | program.high) & PAGE_MASK) == 0);
    CHECK((program.align & (program.align - 1)) == 0 &&
          program.align >= PAGE_SIZE);
    CHECK(!program.has_interp ||
          (program.interp_size >= 2 && program.interp_size <= 4096));
    room = (USER_END - program.high) >> PAGE_SHIFT;
    bias = header.position_independent ? rnd_below(room + 1) << PAGE_SHIFT : 0;
    for (size_t i = 0; i < n; i++)
        if (phdrs[i].p_type == PT_LOAD)
            check_plan(&phdrs[i], bias, &program);
}

/* A field becomes an end of some range, or flips a bit. */
static void damage(void *at, size_t size)
{
    static const uint64_t ends[] = {0,
                                    1,
                                    PAGE_SIZE,
                                    USER_END,
                                    USER_END - 1,
                                    UINT64_MAX,
                                    INT64_MAX,
                                    1UL << 63,
                                    UINT64_MAX - PAGE_SIZE + 1};
    uint64_t word = ends[rnd_below(9)];
    size_t offset = rnd_below(size / 8) * 8;

    if (rnd_once_in(2))
        memcpy((char *)at + offset, &word, 8);
    else
        ((uint8_t *)at)[rnd_below(size)] ^= (uint8_t)(1U << rnd_below(8));
}

static void damaged_programs(void)
{
    for (int i = 0; i < 100000; i++) {
        Elf64_Ehdr file = sound_header();
        Elf64_Phdr phdrs[PHDRS_MAX];

        sound_phdrs(phdrs);
        if (rnd_once_in(2))
            file.e_type = ET_DYN;
        if (rnd_once_in(4))
            damage(&file, sizeof(file));
        do
            damage(&phdrs[rnd_below(3)], sizeof(*phdrs));
        while (rnd_once_in(2));
        check_any(&file, phdrs, PHDRS_MAX);
    }
}

void test_main(void)
{
    sound_program();
    bad_headers();
    damaged_programs();
}
