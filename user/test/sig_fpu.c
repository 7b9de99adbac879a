/* SPDX-License-Identifier: MIT */
/*
 * Verifies the floating-point state in a handler's frame: it is what the
 * interrupted code had, it comes back as the handler leaves it, and where the
 * CPU has XSAVE it is marked and laid out as Linux's.
 */
#include <sys/ucontext.h>

#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define DEFAULT_CONTROL 0x37f
#define DEFAULT_MXCSR 0x1f80U
#define ROUND_UP_MXCSR (DEFAULT_MXCSR | 0x4000)
#define SINGLE_CONTROL 0x07f
#define HAS_AVX (1U << 28)
#define HAS_OSXSAVE (1U << 27)
#define AVX_COMPONENT 2
#define PATTERN 0x5a5a1234abcd9876UL

typedef unsigned long vector[4];

static struct fpstate kept;
static volatile unsigned handler_mxcsr;
static volatile unsigned short handler_control;
static volatile int how, xsave_marked;
static struct fpx_sw_bytes kept_sw;
static volatile unsigned kept_magic2;
static volatile unsigned long kept_features;
static vector kept_high;

static void cpuid(unsigned leaf, unsigned sub, unsigned out[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                     : "a"(leaf), "c"(sub));
}

static int has(unsigned bits)
{
    unsigned r[4];

    cpuid(1, 0, r);
    return (r[2] & bits) == bits;
}

/* Where the high halves of the AVX registers lie in an XSAVE area. */
static size_t avx_offset(void)
{
    unsigned r[4];

    cpuid(0xd, AVX_COMPONENT, r);
    return r[1];
}

static void clobber(void)
{
    const unsigned mxcsr = DEFAULT_MXCSR | 0x6000;
    const unsigned short control = 0x77f;

    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0\n"
                     "movdqa %%xmm0, %%xmm5\n"
                     "movdqa %%xmm0, %%xmm15\n"
                     "fninit\n fld1\n fld1\n fldpi\n"
                     "ldmxcsr %0\n fldcw %1\n"
                     :
                     : "m"(mxcsr), "m"(control)
                     : "xmm0", "xmm5", "xmm15");
}

enum { LEAVE, CHANGE, NO_STATE, LEGACY_ONLY };

static void note_extended(const struct fpstate *state)
{
    const char *area = (const char *)state;

    kept_sw = state->sw_reserved;
    xsave_marked = kept_sw.magic1 == FP_XSTATE_MAGIC1;
    if (!xsave_marked)
        return;
    memcpy((void *)(uintptr_t)&kept_magic2, area + kept_sw.xstate_size,
           sizeof(kept_magic2));
    kept_features = ((const struct xstate *)area)->header.xfeatures;
    if (has(HAS_AVX))
        memcpy(kept_high, area + avx_offset() + 5 * 16, 16);
}

static void in_handler(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    struct fpstate *state = uc->uc_mcontext.fpstate;
    unsigned mxcsr;
    unsigned short control;

    __asm__ volatile("stmxcsr %0\n fnstcw %1" : "=m"(mxcsr), "=m"(control));
    handler_mxcsr = mxcsr;
    handler_control = control;
    on_signal(signo, info, context);
    kept = *state;
    note_extended(state);
    if (how == CHANGE) {
        memset(&state->xmm[5], 0x77, sizeof(state->xmm[5]));
        state->mxcsr = DEFAULT_MXCSR;
        state->cwd = DEFAULT_CONTROL;
        if (xsave_marked && has(HAS_AVX))
            memset((char *)state + avx_offset() + 5 * 16, 0x66, 16);
    }
    if (how == NO_STATE)
        uc->uc_mcontext.fpstate = NULL;
    if (how == LEGACY_ONLY)
        state->sw_reserved.magic1 = 0;
    clobber();
}

/* Raises SIGUSR1 with PATTERN in xmm5, and other than the usual control
 * words; found: both halves of ymm5 (or xmm5), *mxcsr, *control after it. */
static void raise_with_state(vector found, unsigned *mxcsr,
                             unsigned short *control)
{
    const unsigned long pattern[4] = { PATTERN, ~PATTERN, PATTERN + 1,
                                       PATTERN + 2 };
    const unsigned odd_mxcsr = ROUND_UP_MXCSR;
    const unsigned short odd_control = SINGLE_CONTROL;
    const int avx = has(HAS_AVX | HAS_OSXSAVE);
    long number = SYS_tkill;

    memset(found, 0, sizeof(vector));
    __asm__ volatile(
        "ldmxcsr %[odd_mxcsr]\n"
        "fldcw %[odd_control]\n"
        "movdqu %[pattern], %%xmm5\n"
        "test %[avx], %[avx]\n"
        "jz 1f\n"
        "vmovdqu %[pattern], %%ymm5\n"
        "1: syscall\n"
        "stmxcsr (%[mxcsr])\n"
        "fnstcw (%[control])\n"
        "movdqu %%xmm5, (%[found])\n"
        "test %[avx], %[avx]\n"
        "jz 2f\n"
        "vmovdqu %%ymm5, (%[found])\n"
        "vzeroupper\n"
        "2:\n"
        : "+a"(number)
        : "D"((long)gettid()), "S"((long)SIGUSR1), [pattern] "m"(pattern),
          [odd_mxcsr] "m"(odd_mxcsr), [odd_control] "m"(odd_control),
          [avx] "r"(avx), [mxcsr] "r"(mxcsr), [control] "r"(control),
          [found] "r"(found)
        : "rcx", "r11", "memory", "cc", "xmm5");
    CHECK_EQ(number, 0);
    __asm__ volatile("fninit\n ldmxcsr %0"
                     :
                     : "m"((unsigned){ DEFAULT_MXCSR }));
}

static unsigned mxcsr;
static unsigned short control;
static vector found;

static void run(int what)
{
    how = what;
    catch_with(SIGUSR1, in_handler, 0);
    raise_with_state(found, &mxcsr, &control);
    CHECK_EQ(seen[SIGUSR1].count, 1);
}

static void frame_has_the_state(void)
{
    unsigned long low;

    run(LEAVE);
    memcpy(&low, &kept.xmm[5], sizeof(low));
    CHECK_EQ(low, PATTERN);
    CHECK_EQ(kept.mxcsr, ROUND_UP_MXCSR);
    CHECK_EQ(kept.cwd, SINGLE_CONTROL);
}

static void handler_starts_afresh(void)
{
    run(LEAVE);
    CHECK_EQ(handler_mxcsr, DEFAULT_MXCSR);
    CHECK_EQ(handler_control, DEFAULT_CONTROL);
}

static void state_comes_back(void)
{
    run(LEAVE);
    CHECK_EQ(found[0], PATTERN);
    CHECK_EQ(found[1], ~PATTERN);
    CHECK_EQ(mxcsr, ROUND_UP_MXCSR);
    CHECK_EQ(control, SINGLE_CONTROL);
    if (has(HAS_AVX | HAS_OSXSAVE)) {
        CHECK_EQ(found[2], PATTERN + 1);
        CHECK_EQ(found[3], PATTERN + 2);
    }
}

static void changes_count(void)
{
    run(CHANGE);
    CHECK_EQ(found[0], 0x7777777777777777);
    CHECK_EQ(found[1], 0x7777777777777777);
    CHECK_EQ(mxcsr, DEFAULT_MXCSR);
    CHECK_EQ(control, DEFAULT_CONTROL);
    if (has(HAS_AVX | HAS_OSXSAVE)) {
        CHECK_EQ(found[2], 0x6666666666666666);
        CHECK_EQ(found[3], 0x6666666666666666);
    }
}

/* No state in the frame: that of a new program. */
static void no_state(void)
{
    run(NO_STATE);
    CHECK_EQ(found[0], 0);
    CHECK_EQ(found[2], 0);
    CHECK_EQ(mxcsr, DEFAULT_MXCSR);
    CHECK_EQ(control, DEFAULT_CONTROL);
}

/* Without the mark only the first 512 bytes count. */
static void state_without_the_mark(void)
{
    run(LEGACY_ONLY);
    CHECK_EQ(found[0], PATTERN);
    CHECK_EQ(found[1], ~PATTERN);
    CHECK_EQ(mxcsr, ROUND_UP_MXCSR);
    if (has(HAS_AVX | HAS_OSXSAVE)) {
        CHECK_EQ(found[2], 0);
        CHECK_EQ(found[3], 0);
    }
}

static void extended_state(void)
{
    unsigned r[4];

    run(LEAVE);
    CHECK_EQ(xsave_marked, has(HAS_OSXSAVE));
    if (!xsave_marked)
        return;
    cpuid(0xd, 0, r);
    CHECK_EQ(kept_sw.xstate_size, r[1]);
    CHECK_EQ(kept_sw.extended_size,
             kept_sw.xstate_size + FP_XSTATE_MAGIC2_SIZE);
    CHECK_EQ(kept_magic2, FP_XSTATE_MAGIC2);
    CHECK_EQ(kept_features & ~kept_sw.xfeatures, 0);
    CHECK_EQ(kept_features & 3, 3);
    if (has(HAS_AVX)) {
        CHECK_EQ(kept_sw.xfeatures & 7, 7);
        CHECK_EQ(kept_high[0], PATTERN + 1);
        CHECK_EQ(kept_high[1], PATTERN + 2);
    }
}

static const struct test_case cases[] = {
    CASE(frame_has_the_state),
    CASE(handler_starts_afresh),
    CASE(state_comes_back),
    CASE(changes_count),
    CASE(no_state),
    CASE(state_without_the_mark),
    CASE(extended_state),
};

TEST_MAIN(cases)
