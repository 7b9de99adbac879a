/* SPDX-License-Identifier: MIT */
/*
 * The test programs' frame: checks, cases, children and probes.
 *
 * A test program is an ordinary static Linux program: one file per behaviour,
 * a table of cases, one function a case. It must pass on Linux and on Quire,
 * and on success print the same bytes on both: so no address, pid or time.
 *
 *     static void grows(void)
 *     {
 *         CHECK_EQ(brk_by(PAGE), 0);
 *     }
 *
 *     static const struct test_case cases[] = { CASE(grows) };
 *     TEST_MAIN(cases)
 *
 * Each case runs in a child of its own, so a crash is a failed case and what
 * a case does to its address space ends with it. `PROGRAM CASE...` runs only
 * the cases named. A failed check prints file, line, what was expected and
 * what was found, and the case goes on (REQUIRE ends it); each case ends in
 * `ok NAME` or `FAIL NAME`, the program in `PROGRAM: N passed, N failed`.
 * Exit status 0 if and only if all passed.
 *
 * Read next: probe.h (touching memory), maps.h (/proc/self/maps), tmp.h
 * (scratch files), fault.h (catching faults, for sig_*.c).
 */
#ifndef TEST_H
#define TEST_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL
#define KIB 1024UL
#define MIB (1024UL * KIB)
#define GIB (1024UL * MIB)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- cases ---- */

struct test_case {
    const char *name;
    void (*run)(void);
};

#define CASE(function)                                                         \
    {                                                                          \
#function, function                                                    \
    }

#define TEST_MAIN(table)                                                       \
    int main(int argc, char **argv, char **envp)                               \
    {                                                                          \
        return test_main(argc, argv, envp, table, COUNT(table));               \
    }

/* Runs the cases that argv names, or all. The program's exit status. */
int test_main(int argc, char **argv, char **envp, const struct test_case *cases,
              size_t ncases);

/* For a program that executes itself: to be called first in its own main
 * when it does not call test_main. */
void test_start(char **argv, char **envp);

/* The exit code of a program without cases: 0 if no check failed. */
int test_result(void);

/* A case that runs longer than this has failed. */
extern long test_timeout_ms;

/* This program's file, as an absolute path. */
const char *test_self(void);

/* The program's name, without folders. */
const char *test_name(void);

/* The auxiliary vector's value for `type`; 0 if it has none. */
unsigned long test_auxv(unsigned long type);

/* The case's output: formatted, then written to descriptor 1 at once, so
 * that no buffer is copied by fork. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- checks ---- */

#define CHECK(condition)                                                       \
    test_true((condition) != 0, __FILE__, __LINE__, #condition)

/* Ends the case (or the child that a case made) if the condition is false. */
#define REQUIRE(condition)                                                     \
    do {                                                                       \
        if (!CHECK(condition))                                                 \
            test_give_up();                                                    \
    } while (0)

/* Both sides are compared as longs: integers and pointers alike. */
#define CHECK_EQ(actual, expected)                                             \
    test_equal((long)(actual), (long)(expected), __FILE__, __LINE__, #actual)

#define CHECK_STR(actual, expected)                                            \
    test_string((actual), (expected), __FILE__, __LINE__, #actual)

/* The call returns -1 (or MAP_FAILED) and sets errno to `expected`. */
#define CHECK_ERRNO(call, expected)                                            \
    (errno = 0, test_errno((long)(call), (expected), __FILE__, __LINE__, #call))

/* The call does not return -1. Reports errno if it does. */
#define CHECK_OK(call)                                                         \
    (errno = 0, test_ok((long)(call), __FILE__, __LINE__, #call))

#define REQUIRE_OK(call)                                                       \
    do {                                                                       \
        if (!CHECK_OK(call))                                                   \
            test_give_up();                                                    \
    } while (0)

/* How a child ended: `exit status` or `signal`, both from waitpid. */
#define CHECK_EXIT(wait_status, code)                                          \
    test_exited((wait_status), (code), __FILE__, __LINE__, #wait_status)
#define CHECK_SIGNAL(wait_status, signo)                                       \
    test_signaled((wait_status), (signo), __FILE__, __LINE__, #wait_status)

/* Each returns whether the check held. */
int test_true(int holds, const char *file, int line, const char *text);
int test_equal(long actual, long expected, const char *file, int line,
               const char *text);
int test_string(const char *actual, const char *expected, const char *file,
                int line, const char *text);
int test_errno(long result, int expected, const char *file, int line,
               const char *text);
int test_ok(long result, const char *file, int line, const char *text);
int test_exited(int status, int code, const char *file, int line,
                const char *text);
int test_signaled(int status, int signo, const char *file, int line,
                  const char *text);
void test_give_up(void) __attribute__((noreturn));

/* ---- children ---- */

/* Runs fn(arg) in a child and returns its wait status: fn's result is the
 * exit code, unless a check failed in the child, which makes it 99. */
int run_child(int (*fn)(void *arg), void *arg);

/* The same in two steps. */
pid_t start_child(int (*fn)(void *arg), void *arg);
int wait_child(pid_t pid);

/* fn's result arrives as a child's exit code: true if the child ran fn to
 * its end, without a failed check, and it returned 0. */
#define CHECK_CHILD(fn, arg) CHECK_EXIT(run_child((fn), (arg)), 0)

/* A baton is a pipe over which two processes wait for each other: each
 * baton_wait takes what one baton_pass gave. */
void baton_make(int baton[2]);
void baton_pass(const int baton[2]);
void baton_wait(const int baton[2]);

/* Sets both the soft and the hard limit; ends the case on failure. */
void set_limit(int resource, unsigned long value);

/* Sleeps; used to let another process get somewhere. */
void sleep_ms(long ms);

/* The monotonic clock in milliseconds. */
long now_ms(void);

#endif
