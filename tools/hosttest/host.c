/* SPDX-License-Identifier: MIT */
/*
 * The kernel's surroundings on the host: one CPU at GS:0, a panic that ends the
 * test, locks that are never contended because nobody else runs.
 */
#include <asm/prctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/cpu/cpu.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/rwsem.h"
#include "tools/hosttest/test.h"

static uint64_t seed, state;

jmp_buf *test_panic_jump;
char test_panic_text[512];

static struct thread_head host_thread;
static struct cpu host_cpu = {.head.self = &host_cpu};
struct cpu *cpus[MAX_CPUS] = {&host_cpu};
unsigned cpu_count = 1;

/* xorshift64*, Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators" (2016). */
uint64_t rnd(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dUL;
}

static __attribute__((noreturn)) void end_failed(void)
{
    printf("  seed %lu\n", seed);
    fflush(stdout);
    abort();
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
    va_list args;

    printf("  %s:%d: ", file, line);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
    end_failed();
}

void test_expect_text(const char *file, int line, const char *part)
{
    if (strstr(test_panic_text, part) == NULL)
        test_fail(file, line, "panicked with \"%s\", expected \"%s\"",
                  test_panic_text, part);
}

void panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(test_panic_text, sizeof(test_panic_text), fmt, args);
    va_end(args);
    if (test_panic_jump != NULL) {
        host_cpu.head.preempt_count = 0;
        longjmp(*test_panic_jump, 1);
    }
    printf("  panic: %s\n", test_panic_text);
    end_failed();
}

static __attribute__((noreturn)) void contended(const char *what)
{
    printf("  a %s is taken twice\n", what);
    end_failed();
}

void mutex_init_class(struct mutex *mutex, uint64_t class)
{
    memset(mutex, 0, sizeof(*mutex));
    mutex->id = class;
}

void mutex_lock_slow(struct mutex *mutex)
{
    (void)mutex;
    contended("mutex");
}

void mutex_unlock_slow(struct mutex *mutex)
{
    (void)mutex;
    contended("mutex");
}

/* For kernel/lib/rwsem.c. */
void waiter_sleep_until_granted(struct spinlock *lock, struct waiter *waiter)
{
    (void)lock, (void)waiter;
    contended("rwsem");
}

void waiter_grant(struct waiter *waiter)
{
    (void)waiter;
    contended("rwsem");
}

void preempt_schedule(void)
{
}

/* lockck is off, so its sites stay what they are and these are never called. */
bool lockck_enabled;

void lockck_enter(void);
void lockck_enter_disable(void);
void lockck_enter_enable(void);

void lockck_enter(void)
{
    abort();
}

void lockck_enter_disable(void)
{
    abort();
}

void lockck_enter_enable(void)
{
    abort();
}

void lockck_check_flush(void)
{
}

/* For kernel/lib/string.c's sake, which the host lacks. */
size_t strlcpy(char *dst, const char *src, size_t size)
{
    int n = snprintf(dst, size, "%s", src);

    return (size_t)n;
}

int main(int argc, char **argv)
{
    seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    state = seed * 0x9e3779b97f4a7c15UL + 1;
    host_cpu.head.current = (struct thread *)&host_thread;
    if (syscall(SYS_arch_prctl, ARCH_SET_GS, &host_cpu) != 0) {
        perror("arch_prctl");
        return 1;
    }
    test_main();
    if (host_cpu.head.preempt_count != 0) {
        printf("  preempt_count is %u at the end: a lock is still held\n",
               host_cpu.head.preempt_count);
        end_failed();
    }
    return 0;
}
