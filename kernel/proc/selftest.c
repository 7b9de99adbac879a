/* SPDX-License-Identifier: MIT */
/*
 * Each test breaks one rule and must be stopped by the hardware, or by an
 * ASSERT; one that gets past it says so, which fails the test.
 */
#include "kernel/proc/selftest.h"

#include "boot/bootinfo.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "mm/layout.h"

struct selftest {
    const char *name;
    void (*run)(void);
};

extern char __text_start[];

static void run_panic(void)
{
    volatile int two = 2;

    ASSERT(two + two == 5);
}

/* Deep enough for any stack; the result keeps the calls from being turned into
 * a loop. */
static __noinline uint64_t recurse(uint64_t depth)
{
    volatile char frame[256];

    frame[depth % sizeof(frame)] = (char)depth;
    if (depth == 0)
        return 0;
    return recurse(depth - 1) + (uint64_t)frame[depth % sizeof(frame)];
}

static void run_overflow(void)
{
    log_error("recursion returned %lu\n", recurse(1000000));
}

static void read_at(uint64_t address)
{
    log_error("the word there is %#x\n", *(volatile uint32_t *)address);
}

static void run_null(void)
{
    read_at(0);
}

static void run_smap(void)
{
    read_at(MMAP_MIN_ADDR);
}

static void run_wx_text(void)
{
    *(volatile char *)__text_start = 0;
}

static void run_wx_direct(void)
{
    const uint64_t physical = (uint64_t)__text_start - KERNEL_BASE;

    *(volatile char *)(physical + DIRECT_MAP) = 0;
}

static void run_wx_data(void)
{
    static unsigned char code[] = {0xc3}; /* ret */
    void (*function)(void);

    memcpy(&function, &(void *){code}, sizeof(function));
    function();
}

static const struct selftest tests[] = {
    {"panic", run_panic},     {"overflow", run_overflow},
    {"null", run_null},       {"wx-text", run_wx_text},
    {"wx-data", run_wx_data}, {"wx-direct", run_wx_direct},
    {"smap", run_smap},
};

void selftest_run(void)
{
    char name[24];

    if (!boot_option("selftest", name, sizeof(name)))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
        if (strcmp(tests[i].name, name) != 0)
            continue;
        tests[i].run();
        panic("selftest: %s was not stopped", name);
    }
    if (selftest_lockck(name))
        panic("selftest: %s was not stopped", name);
    log_error("selftest: there is no test %s\n", name);
}
