/* SPDX-License-Identifier: MIT */
/*
 * Verifies that an access which no area permits kills with SIGSEGV, and one
 * that an area permits does not: by protection, and by address.
 */
#include "user/test/probe.h"
#include "user/test/test.h"

/* mov $42, %eax; ret */
static const unsigned char returns_42[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

static void no_access(void)
{
    char *p = map_anon(PAGE, PROT_NONE);

    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_exec(p), SIGSEGV);
}

static void no_access_shared(void)
{
    char *p = map_shared(PAGE, PROT_NONE);

    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_exec(p), SIGSEGV);
}

static void read_only(void)
{
    char *p = map_anon(2 * PAGE, PROT_READ);

    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(peek(p), 0);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_exec(p), SIGSEGV);
    CHECK_EQ(probe_write(p + PAGE), SIGSEGV);
    CHECK_EQ(peek(p + PAGE), 0);
}

static void read_only_shared(void)
{
    char *p = map_shared(PAGE, PROT_READ);

    CHECK_EQ(peek(p), 0);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(peek(p), 0);
}

static void writable_is_not_executable(void)
{
    char *p = map_anon(2 * PAGE, RW);

    memcpy(p, returns_42, sizeof(returns_42));
    CHECK_EQ(probe_exec(p), SIGSEGV);
    CHECK_EQ(probe_exec(p + PAGE), SIGSEGV);
    CHECK_EQ(peek(p), 0xb8);
}

static void executable_runs(void)
{
    char *p = map_anon(PAGE, RWX);

    memcpy(p, returns_42, sizeof(returns_42));
    CHECK_EQ(((int (*)(void))(uintptr_t)p)(), 42);
    p[1] = 43;
    CHECK_EQ(((int (*)(void))(uintptr_t)p)(), 43);
}

/* Zeroes are `add %al,(%rax)`, which runs up to the page's end and on into
 * what is not mapped, unless rax faults first: either way, SIGSEGV. */
static void executable_of_zeroes(void)
{
    char *p = map_island(1);

    REQUIRE_OK(mprotect(p, PAGE, RX));
    CHECK_EQ(probe_exec(p), SIGSEGV);
}

static void page_zero(void)
{
    CHECK_EQ(probe_read(NULL), SIGSEGV);
    CHECK_EQ(probe_write(NULL), SIGSEGV);
    CHECK_EQ(probe_exec(NULL), SIGSEGV);
    CHECK_EQ(probe_read((void *)(PAGE - 1)), SIGSEGV);
}

static void nothing_mapped(void)
{
    char *p = free_range(PAGE);

    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_EQ(probe_exec(p), SIGSEGV);
}

static void kernel_addresses(void)
{
    static const uintptr_t places[] = {
        0xffff800000000000UL, 0xffff800000100000UL, 0xffffc10000000000UL,
        0xffffffff80000000UL, 0xffffffff81000000UL, 0xfffffffffffff000UL,
        0xffffffffffffffffUL,
    };
    size_t i;

    for (i = 0; i < COUNT(places); i++) {
        CHECK_EQ(probe_read((void *)places[i]), SIGSEGV);
        CHECK_EQ(probe_write((void *)places[i]), SIGSEGV);
    }
    CHECK_EQ(probe_exec((void *)0xffffffff81000000UL), SIGSEGV);
}

static void end_of_user_space(void)
{
    CHECK_EQ(probe_read((void *)0x7ffffffff000UL), SIGSEGV);
    CHECK_EQ(probe_write((void *)0x7fffffffffffUL), SIGSEGV);
    CHECK_EQ(probe_exec((void *)0x7ffffffff000UL), SIGSEGV);
}

/* A general protection fault, not a page fault; the signal is the same. */
static void non_canonical(void)
{
    CHECK_EQ(probe_read((void *)0x0000800000000000UL), SIGSEGV);
    CHECK_EQ(probe_write((void *)0x1234567812345678UL), SIGSEGV);
    CHECK_EQ(probe_exec((void *)0x8000000000000000UL), SIGSEGV);
    CHECK_EQ(probe_read((void *)0xffff7fffffffffffUL), SIGSEGV);
}

static int read_word(void *address)
{
    uint64_t word;

    memcpy(&word, address, sizeof(word));
    return word == 0 ? 0 : 1;
}

static void word_across_pages(void)
{
    char *p = map_island(2);

    *(volatile uint64_t *)(p + PAGE - 4) = 0x1122334455667788UL;
    CHECK_EQ(*(volatile uint32_t *)(p + PAGE), 0x11223344);
    CHECK_EQ(*(volatile uint32_t *)(p + PAGE - 4), 0x55667788);
    CHECK_SIGNAL(run_child(read_word, p + 2 * PAGE - 4), SIGSEGV);
    CHECK_SIGNAL(run_child(read_word, p - 4), SIGSEGV);
    CHECK_EXIT(run_child(read_word, p + 2 * PAGE - 8), 0);
}

static const int constant = 42;

static void program_text_and_constants(void)
{
    char *text = (char *)(uintptr_t)&program_text_and_constants;

    CHECK_EQ(probe_read(text), 0);
    CHECK_EQ(probe_write(text), SIGSEGV);
    CHECK_EQ(probe_read(&constant), 0);
    CHECK_EQ(probe_write((void *)(uintptr_t)&constant), SIGSEGV);
}

static void data_and_stack_are_not_executable(void)
{
    static unsigned char data[sizeof(returns_42)] = { 0xc3 };
    unsigned char stack[sizeof(returns_42)] = { 0xc3 };

    CHECK_EQ(probe_exec(data), SIGSEGV);
    CHECK_EQ(probe_exec(stack), SIGSEGV);
    CHECK_EQ(probe_exec(&constant), SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(no_access),
    CASE(no_access_shared),
    CASE(read_only),
    CASE(read_only_shared),
    CASE(writable_is_not_executable),
    CASE(executable_runs),
    CASE(executable_of_zeroes),
    CASE(page_zero),
    CASE(nothing_mapped),
    CASE(kernel_addresses),
    CASE(end_of_user_space),
    CASE(non_canonical),
    CASE(word_across_pages),
    CASE(program_text_and_constants),
    CASE(data_and_stack_are_not_executable),
};

TEST_MAIN(cases)
