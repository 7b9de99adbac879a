/* SPDX-License-Identifier: MIT */
/*
 * Verifies what execve makes of odd and broken ELF files: what can be refused
 * is refused with an errno; what shows only once the old program is gone
 * kills the process; neither harms the kernel.
 */
#include "user/test/elfmake.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static struct elf_image image;

/* mov $60, %eax; mov $42, %edi; syscall */
static const unsigned char exit_42[] = { 0xb8, 60, 0, 0, 0,    0xbf,
                                         42,   0,  0, 0, 0x0f, 0x05 };

/* Exits with the byte at this address. */
static void exit_with_byte_at(uint64_t address)
{
    /* mov $60, %eax; movabs $0, %rbx; movzbl (%rbx), %edi; syscall */
    static unsigned char code[] = { 0xb8, 60,   0,    0,    0,    0x48, 0xbb,
                                    0,    0,    0,    0,    0,    0,    0,
                                    0,    0x0f, 0xb6, 0x3b, 0x0f, 0x05 };

    memcpy(code + 7, &address, 8);
    elf_init(&image, code, sizeof(code));
}

static void sound(void)
{
    elf_init(&image, exit_42, sizeof(exit_42));
}

static void one_segment(void)
{
    tmp_enter();
    sound();
    CHECK_EXIT(elf_try(&image), 42);
}

static void not_a_program(void)
{
    static const char text[] = "just some text\n";
    int i;

    tmp_enter();
    elf_write((const void *)text, "program", sizeof(text) - 1);
    CHECK_EXIT(elf_run("./program"), ENOEXEC);
    elf_write((const void *)text, "program", 0);
    CHECK_EXIT(elf_run("./program"), ENOEXEC);
    for (i = 0; i < 4; i++) {
        sound();
        image.header.ident[i] ^= 1;
        CHECK_EXIT(elf_try(&image), ENOEXEC);
    }
}

static void another_machine_or_type(void)
{
    static const uint16_t types[] = { 0, 1, 4, 0xffff };
    static const uint16_t machines[] = { 0, 183, 243, 0xffff };
    size_t i;

    tmp_enter();
    for (i = 0; i < 4; i++) {
        sound();
        image.header.type = types[i];
        CHECK_EXIT(elf_try(&image), ENOEXEC);
        sound();
        image.header.machine = machines[i];
        CHECK_EXIT(elf_try(&image), ENOEXEC);
    }
}

static void cut_header(void)
{
    static const size_t lengths[] = { 1, 4, 16, 18, 40, 63, 64, 100 };
    size_t i;

    tmp_enter();
    sound();
    for (i = 0; i < COUNT(lengths); i++) {
        elf_write(&image, "program", lengths[i]);
        CHECK_EXIT(elf_run("./program"), ENOEXEC);
    }
}

static void program_headers(void)
{
    tmp_enter();
    sound();
    image.header.phentsize = 55;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    image.header.phentsize = 0;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    sound();
    image.header.phnum = 0;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    image.header.phnum = 0xffff;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    sound();
    image.header.phoff = sizeof(image);
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    image.header.phoff = sizeof(image) - 8;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    image.header.phoff = (uint64_t)-64;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
}

/* Headers elsewhere than right behind the ELF header will do. */
static void program_headers_far_away(void)
{
    tmp_enter();
    sound();
    memcpy(image.data + 8, image.segments, sizeof(image.segments[0]));
    image.header.phoff = ELF_DATA + 8;
    memset(image.segments, 0xff, sizeof(image.segments[0]));
    CHECK_EXIT(elf_try(&image), 42);
}

static void nothing_loaded(void)
{
    tmp_enter();
    sound();
    image.segments[0].type = 0;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
}

static void entry_nowhere(void)
{
    tmp_enter();
    sound();
    image.header.entry = ELF_BASE + 16 * PAGE;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    image.header.entry = 0;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    image.header.entry = 0xffffffff80100000UL;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    image.header.entry = 0x0000900000000000UL;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    image.header.entry = 0x7ffffffff000UL;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
}

/* Without the right to execute the entry cannot run. */
static void entry_not_executable(void)
{
    tmp_enter();
    sound();
    image.segments[0].flags = ELF_R;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    image.segments[0].flags = ELF_R | ELF_W;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    image.segments[0].flags = ELF_R | ELF_W | ELF_X;
    CHECK_EXIT(elf_try(&image), 42);
}

static void second_segment(void)
{
    tmp_enter();
    exit_with_byte_at(ELF_BASE + 8 * PAGE + 5);
    elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA, PAGE, PAGE);
    CHECK_EXIT(elf_try(&image), 0x16);
}

/* From the file's end to the segment's there are zeroes, though the file
 * goes on: within its last page and beyond. */
static void zeroes_after_the_files_part(void)
{
    static const uint64_t offsets[] = { 100, 101, PAGE - 1, PAGE, 5000 };
    size_t i;

    tmp_enter();
    exit_with_byte_at(ELF_BASE + 8 * PAGE + 99);
    elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA, 100, 3 * PAGE);
    CHECK_EXIT(elf_try(&image), 0x11 + 99);
    for (i = 0; i < COUNT(offsets); i++) {
        exit_with_byte_at(ELF_BASE + 8 * PAGE + offsets[i]);
        elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA, 100, 3 * PAGE);
        CHECK_EXIT(elf_try(&image), 0);
    }
}

static void zeroes_only(void)
{
    tmp_enter();
    exit_with_byte_at(ELF_BASE + 9 * PAGE);
    elf_add(&image, ELF_BASE + 8 * PAGE, 0, 0, 2 * PAGE);
    CHECK_EXIT(elf_try(&image), 0);
}

/* A segment starts anywhere in a page, as far into it as into the file's. */
static void unaligned_segment(void)
{
    tmp_enter();
    exit_with_byte_at(ELF_BASE + 8 * PAGE + 0x123);
    elf_add(&image, ELF_BASE + 8 * PAGE + 0x123, ELF_DATA + 0x123, 8, 8);
    CHECK_EXIT(elf_try(&image), (0x11 + 0x123) & 0xff);
}

static void overlapping_segments(void)
{
    tmp_enter();
    sound();
    elf_add(&image, ELF_BASE, 0, PAGE, PAGE)->flags = ELF_R | ELF_X;
    CHECK_EXIT(elf_try(&image), 42);
}

static void segment_offset_out_of_step(void)
{
    tmp_enter();
    sound();
    elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA + 1, 8, 8);
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
}

static void more_file_than_memory(void)
{
    tmp_enter();
    sound();
    image.segments[0].memsz = PAGE - 1;
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    sound();
    elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA, PAGE, 100);
    CHECK_SIGNAL(elf_try(&image), SIGSEGV);
}

static void segment_over_the_kernel(void)
{
    static const uint64_t places[] = {
        0xffff800000000000UL, 0xffffffff80000000UL, 0x0000800000000000UL,
        0xfffffffffffff000UL, 0x00007ffffffff000UL,
    };
    size_t i;

    tmp_enter();
    for (i = 0; i < COUNT(places); i++) {
        sound();
        elf_add(&image, places[i], ELF_DATA, 100, PAGE);
        CHECK_SIGNAL(elf_try(&image), SIGSEGV);
        sound();
        image.segments[0].vaddr = places[i];
        CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    }
}

static void segment_too_large(void)
{
    static const uint64_t sizes[] = { 1UL << 47, 1UL << 62, (uint64_t)-1,
                                      (uint64_t)-PAGE };
    size_t i;

    tmp_enter();
    for (i = 0; i < COUNT(sizes); i++) {
        sound();
        elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA, 100, sizes[i]);
        CHECK_SIGNAL(elf_try(&image), SIGSEGV);
        image.segments[1].filesz = sizes[i];
        CHECK_SIGNAL(elf_try(&image), SIGSEGV);
    }
}

/* The file is shorter than its header says: the pages are not there. */
static void cut_segment(void)
{
    tmp_enter();
    exit_with_byte_at(ELF_BASE + 8 * PAGE + 5);
    elf_add(&image, ELF_BASE + 8 * PAGE, ELF_DATA, PAGE, PAGE);
    elf_write(&image, "program", PAGE);
    CHECK_SIGNAL(elf_run("./program"), SIGBUS);
    elf_write(&image, "program", PAGE + 6);
    CHECK_EXIT(elf_run("./program"), 0x16);
    elf_write(&image, "program", PAGE + 5);
    CHECK_EXIT(elf_run("./program"), 0);
}

/* Position-independent, without an interpreter: a static-pie. */
static void position_independent(void)
{
    tmp_enter();
    sound();
    image.header.type = ELF_DYN;
    image.header.entry = ELF_CODE;
    image.segments[0].vaddr = 0;
    CHECK_EXIT(elf_try(&image), 42);
}

static void interpreter_missing(void)
{
    tmp_enter();
    sound();
    memcpy(image.data, "/does/not/exist", 16);
    elf_add(&image, 0, ELF_DATA, 16, 16)->type = ELF_INTERP;
    CHECK_EXIT(elf_try(&image), ENOENT);
    image.segments[1].filesz = 15;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    image.segments[1].filesz = 1;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
    image.segments[1].filesz = 1UL << 40;
    CHECK_EXIT(elf_try(&image), ENOEXEC);
}

static void noise(void)
{
    uint32_t seed = 1;
    int round;

    tmp_enter();
    for (round = 0; round < 40; round++) {
        size_t i;

        sound();
        for (i = 16; i < 64 + 56; i++) {
            seed = seed * 1664525 + 1013904223;
            if (seed >> 28 == 0)
                ((unsigned char *)&image)[i] = (unsigned char)(seed >> 16);
        }
        elf_try(&image);
    }
    sound();
    CHECK_EXIT(elf_try(&image), 42);
}

static const struct test_case cases[] = {
    CASE(one_segment),
    CASE(not_a_program),
    CASE(another_machine_or_type),
    CASE(cut_header),
    CASE(program_headers),
    CASE(program_headers_far_away),
    CASE(nothing_loaded),
    CASE(entry_nowhere),
    CASE(entry_not_executable),
    CASE(second_segment),
    CASE(zeroes_after_the_files_part),
    CASE(zeroes_only),
    CASE(unaligned_segment),
    CASE(overlapping_segments),
    CASE(segment_offset_out_of_step),
    CASE(more_file_than_memory),
    CASE(segment_over_the_kernel),
    CASE(segment_too_large),
    CASE(cut_segment),
    CASE(position_independent),
    CASE(interpreter_missing),
    CASE(noise),
};

TEST_MAIN(cases)
