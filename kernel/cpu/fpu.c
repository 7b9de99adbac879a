/* SPDX-License-Identifier: MIT */
/*
 * FXSAVE where there is no XSAVE; else XSAVE in its standard form with every
 * component that XCR0 lets programs use, as signal frames show it.
 */
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/fpu_init.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/string.h"

#define FCW_DEFAULT 0x37f
#define MXCSR_DEFAULT 0x1f80U
#define MXCSR_MASK_DEFAULT                                                     \
    0xffbfU /* SDM vol. 1, 11.6.6: when the mask is 0                          \
             */
#define FXSAVE_SIZE 512

/* SDM vol. 1, tables 10-2 and 13-2; then the XSAVE header, 13.4.2. */
struct fpu_area {
    uint16_t fcw;
    uint16_t fsw;
    uint32_t unused[5];
    uint32_t mxcsr;
    uint32_t mxcsr_mask;
    uint8_t registers[480];
    /* Only with XSAVE. */
    uint64_t xstate_bv;
    uint64_t xcomp_bv;
    uint64_t reserved[6];
};

_Static_assert(offsetof(struct fpu_area, xstate_bv) == FXSAVE_SIZE,
               "the header follows the legacy area");

/* What a new program starts with. Of components that xstate_bv does not name,
 * XRSTOR reads nothing: they get their initial state. */
static const struct fpu_area initial __aligned(64) = {
    .fcw = FCW_DEFAULT,
    .mxcsr = MXCSR_DEFAULT,
    .xstate_bv = XCR0_X87 | XCR0_SSE,
};

/* CPUID leaf 0DH, sub-leaf 0. */
#define CPUID_XSTATE 0xd

size_t fpu_area_size __ro_after_init = FXSAVE_SIZE;
uint64_t fpu_components __ro_after_init;
static uint32_t mxcsr_mask __ro_after_init;

/* The components that are saved, of those that the CPU offers. A vector
 * extension counts only together with those that it extends. */
static uint64_t choose_components(uint64_t offered)
{
    uint64_t chosen = XCR0_X87 | XCR0_SSE;

    if (!(offered & XCR0_AVX))
        return chosen;
    chosen |= XCR0_AVX;
    if ((offered & XCR0_AVX512) == XCR0_AVX512)
        chosen |= XCR0_AVX512;
    return chosen;
}

static uint32_t read_mxcsr_mask(void)
{
    static struct fpu_area probe __aligned(64);

    x86_fxsave(&probe);
    return probe.mxcsr_mask != 0 ? probe.mxcsr_mask : MXCSR_MASK_DEFAULT;
}

void fpu_init_boot(void)
{
    if (cpu_features.xsave) {
        struct cpuid_regs r = x86_cpuid(CPUID_XSTATE, 0);

        fpu_components = choose_components((uint64_t)r.edx << 32 | r.eax);
    }
    fpu_init_cpu();
    if (fpu_components != 0)
        fpu_area_size = x86_cpuid(CPUID_XSTATE, 0).ebx; /* for this XCR0 */
    mxcsr_mask = read_mxcsr_mask();
}

void fpu_init_cpu(void)
{
    uint64_t cr0 = x86_read_cr0() & ~(CR0_EM | CR0_TS);
    uint64_t cr4 = x86_read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT;

    x86_write_cr0(cr0 | CR0_MP | CR0_NE);
    if (fpu_components != 0)
        cr4 |= CR4_OSXSAVE;
    x86_write_cr4(cr4);
    if (fpu_components != 0)
        x86_xsetbv(0, fpu_components);
}

void fpu_init_area(void *area)
{
    memset(area, 0, fpu_area_size);
    memcpy(area, &initial, MIN(fpu_area_size, sizeof(initial)));
}

void fpu_save(void *area)
{
    if (fpu_components != 0)
        x86_xsave(area, fpu_components);
    else
        x86_fxsave(area);
}

void fpu_restore(const void *area)
{
    if (fpu_components != 0)
        x86_xrstor(area, fpu_components);
    else
        x86_fxrstor(area);
}

void fpu_reset(void)
{
    fpu_restore(&initial);
}

bool fpu_mxcsr_valid(uint32_t mxcsr)
{
    return (mxcsr & ~mxcsr_mask) == 0; /* SDM vol. 1, 10.5.3 */
}
