/* SPDX-License-Identifier: MIT */
/*
 * What the host tests share: random numbers from a seed that is printed, checks
 * that say what was found, and panics that a test expects.
 *
 * A test is a program with a test_main; host.c has main.
 */
#ifndef TOOLS_HOSTTEST_TEST_H
#define TOOLS_HOSTTEST_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Runs the test; returning means that it passed. */
void test_main(void);

/* The next random number, of 64 bits. */
uint64_t rnd(void);

/* One of [0, n). => n > 0 */
static inline uint64_t rnd_below(uint64_t n)
{
    return rnd() % n;
}

/* True once in n times. */
static inline bool rnd_once_in(uint64_t n)
{
    return rnd_below(n) == 0;
}

/* Ends the test as failed, saying where and why. */
__attribute__((noreturn, format(printf, 3, 4))) void
test_fail(const char *file, int line, const char *fmt, ...);

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)

#define CHECK(cond)                                                            \
    do {                                                                       \
        if (!(cond))                                                           \
            FAIL("not so: %s", #cond);                                         \
    } while (0)

#define CHECK_EQ(found, expected)                                              \
    do {                                                                       \
        unsigned long found_ = (unsigned long)(found);                         \
        unsigned long expected_ = (unsigned long)(expected);                   \
        if (found_ != expected_)                                               \
            FAIL("%s is %#lx, expected %#lx (%s)", #found, found_, expected_,  \
                 #expected);                                                   \
    } while (0)

/* Where a panic goes while one is expected; see EXPECT_PANIC. */
extern jmp_buf *test_panic_jump;
extern char test_panic_text[512];

/* The statement panics with a text that contains `part`. */
#define EXPECT_PANIC(part, statement)                                          \
    do {                                                                       \
        jmp_buf jump_;                                                         \
        test_panic_jump = &jump_;                                              \
        if (setjmp(jump_) == 0) {                                              \
            statement;                                                         \
            FAIL("no panic: %s", #statement);                                  \
        }                                                                      \
        test_panic_jump = NULL;                                                \
        test_expect_text(__FILE__, __LINE__, part);                            \
    } while (0)

void test_expect_text(const char *file, int line, const char *part);

#endif
