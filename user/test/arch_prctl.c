/* SPDX-License-Identifier: MIT */
/*
 * Verifies arch_prctl: the bases of the FS and GS segments, set, read, used,
 * inherited and kept apart.
 */
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

/* Without the C library, whose own data hang on FS. */
static long prctl_raw(long code, unsigned long address)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)SYS_arch_prctl), "D"(code), "S"(address)
                     : "rcx", "r11", "memory");
    return result;
}

static unsigned long get(long code)
{
    unsigned long value = 1;

    REQUIRE(prctl_raw(code, (unsigned long)&value) == 0);
    return value;
}

static unsigned long words[2] = { 0x1111222233334444, 0x5555666677778888 };

static unsigned long fs_word(void)
{
    unsigned long value;

    __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
    return value;
}

static unsigned long gs_word(void)
{
    unsigned long value;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(value));
    return value;
}

static void fs(void)
{
    unsigned long old = get(ARCH_GET_FS), seen, first, second;
    long set = prctl_raw(ARCH_SET_FS, (unsigned long)&words[0]);

    first = fs_word();
    prctl_raw(ARCH_GET_FS, (unsigned long)&seen);
    prctl_raw(ARCH_SET_FS, (unsigned long)&words[1]);
    second = fs_word();
    prctl_raw(ARCH_SET_FS, old);
    CHECK_EQ(set, 0);
    CHECK_EQ(seen, &words[0]);
    CHECK_EQ(first, words[0]);
    CHECK_EQ(second, words[1]);
    CHECK_EQ(get(ARCH_GET_FS), old);
}

static void gs(void)
{
    CHECK_EQ(get(ARCH_GET_GS), 0);
    CHECK_EQ(prctl_raw(ARCH_SET_GS, (unsigned long)&words[0]), 0);
    CHECK_EQ(gs_word(), words[0]);
    CHECK_EQ(get(ARCH_GET_GS), &words[0]);
    CHECK_EQ(prctl_raw(ARCH_SET_GS, (unsigned long)&words[1]), 0);
    CHECK_EQ(gs_word(), words[1]);
}

static int baton[2];

static int has_its_own_gs(void *unused)
{
    (void)unused;
    CHECK_EQ(gs_word(), words[0]);
    CHECK_EQ(prctl_raw(ARCH_SET_GS, (unsigned long)&words[1]), 0);
    baton_pass(baton);
    sleep_ms(5);
    CHECK_EQ(gs_word(), words[1]);
    return 0;
}

static void inherited_and_apart(void)
{
    pid_t pid;

    baton_make(baton);
    REQUIRE(prctl_raw(ARCH_SET_GS, (unsigned long)&words[0]) == 0);
    pid = start_child(has_its_own_gs, NULL);
    baton_wait(baton);
    CHECK_EQ(gs_word(), words[0]);
    sleep_ms(2);
    CHECK_EQ(gs_word(), words[0]);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(gs_word(), words[0]);
}

static void kernel_addresses(void)
{
    unsigned long fs_before = get(ARCH_GET_FS);

    CHECK_EQ(prctl_raw(ARCH_SET_GS, 0xffff800000000000UL), -EPERM);
    CHECK_EQ(prctl_raw(ARCH_SET_FS, 0xffff800000000000UL), -EPERM);
    CHECK_EQ(prctl_raw(ARCH_SET_FS, 0x7ffffffff000UL), -EPERM);
    CHECK_EQ(prctl_raw(ARCH_SET_FS, 0x0000800000000000UL), -EPERM);
    CHECK_EQ(prctl_raw(ARCH_SET_FS, 0x8000000000000000UL), -EPERM);
    CHECK_EQ(get(ARCH_GET_FS), fs_before);
    CHECK_EQ(get(ARCH_GET_GS), 0);
}

static void bad_arguments(void)
{
    CHECK_EQ(prctl_raw(0x9999, 0), -EINVAL);
    CHECK_EQ(prctl_raw(ARCH_GET_FS, 8), -EFAULT);
    CHECK_EQ(prctl_raw(ARCH_GET_FS, 0xffff800000000000UL), -EFAULT);
}

static const struct test_case cases[] = {
    CASE(fs),
    CASE(gs),
    CASE(inherited_and_apart),
    CASE(kernel_addresses),
    CASE(bad_arguments),
};

TEST_MAIN(cases)
