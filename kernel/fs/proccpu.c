/* SPDX-License-Identifier: MIT */
/*
 * /proc/cpuinfo: what CPUID says (SDM vol. 2A, CPUID), in Linux's words and
 * form. All CPUs are alike, and the one that reads answers for each.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/x86.h"
#include "kernel/fs/procfs.h"
#include "kernel/lib/string.h"

#define LEAF_BRAND_FIRST 0x80000002U /* three leaves of 16 bytes each */
#define LEAF_ADDRESS_SIZES 0x80000008U
#define VENDOR_LEN 12
#define BRAND_LEN 48
#define VIRTUAL_BITS 48 /* four-level paging */

enum reg { EAX, EBX, ECX, EDX, REGS };

static const struct feature {
    uint32_t leaf;
    enum reg reg;
    unsigned bit;
    const char *name;
} features[] = {
    {1, EDX, 0, "fpu"},
    {1, EDX, 1, "vme"},
    {1, EDX, 2, "de"},
    {1, EDX, 3, "pse"},
    {1, EDX, 4, "tsc"},
    {1, EDX, 5, "msr"},
    {1, EDX, 6, "pae"},
    {1, EDX, 7, "mce"},
    {1, EDX, 8, "cx8"},
    {1, EDX, 9, "apic"},
    {1, EDX, 11, "sep"},
    {1, EDX, 12, "mtrr"},
    {1, EDX, 13, "pge"},
    {1, EDX, 14, "mca"},
    {1, EDX, 15, "cmov"},
    {1, EDX, 16, "pat"},
    {1, EDX, 17, "pse36"},
    {1, EDX, 19, "clflush"},
    {1, EDX, 23, "mmx"},
    {1, EDX, 24, "fxsr"},
    {1, EDX, 25, "sse"},
    {1, EDX, 26, "sse2"},
    {1, EDX, 28, "ht"},
    {0x80000001U, EDX, 11, "syscall"},
    {0x80000001U, EDX, 20, "nx"},
    {0x80000001U, EDX, 26, "pdpe1gb"},
    {0x80000001U, EDX, 27, "rdtscp"},
    {0x80000001U, EDX, 29, "lm"},
    {1, ECX, 0, "pni"},
    {1, ECX, 1, "pclmulqdq"},
    {1, ECX, 9, "ssse3"},
    {1, ECX, 12, "fma"},
    {1, ECX, 13, "cx16"},
    {1, ECX, 17, "pcid"},
    {1, ECX, 19, "sse4_1"},
    {1, ECX, 20, "sse4_2"},
    {1, ECX, 21, "x2apic"},
    {1, ECX, 22, "movbe"},
    {1, ECX, 23, "popcnt"},
    {1, ECX, 25, "aes"},
    {1, ECX, 26, "xsave"},
    {1, ECX, 28, "avx"},
    {1, ECX, 29, "f16c"},
    {1, ECX, 30, "rdrand"},
    {1, ECX, 31, "hypervisor"},
    {0x80000001U, ECX, 0, "lahf_lm"},
    {0x80000001U, ECX, 5, "abm"},
    {7, EBX, 0, "fsgsbase"},
    {7, EBX, 3, "bmi1"},
    {7, EBX, 5, "avx2"},
    {7, EBX, 7, "smep"},
    {7, EBX, 8, "bmi2"},
    {7, EBX, 9, "erms"},
    {7, EBX, 10, "invpcid"},
    {7, EBX, 16, "avx512f"},
    {7, EBX, 18, "rdseed"},
    {7, EBX, 19, "adx"},
    {7, EBX, 20, "smap"},
    {7, ECX, 2, "umip"},
};

/* The registers of a leaf, zero if the CPU has no such leaf. */
static void read_leaf(uint32_t leaf, uint32_t regs[REGS])
{
    struct cpuid_regs r = x86_cpuid(leaf & 0x80000000U, 0);

    if (r.eax < leaf)
        r = (struct cpuid_regs){0};
    else
        r = x86_cpuid(leaf, 0);
    regs[EAX] = r.eax;
    regs[EBX] = r.ebx;
    regs[ECX] = r.ecx;
    regs[EDX] = r.edx;
}

static void add_names(struct strbuf *out)
{
    uint32_t regs[REGS];
    char vendor[VENDOR_LEN + 1] = "", brand[BRAND_LEN + 1] = "";
    unsigned family, model;

    read_leaf(0, regs);
    memcpy(vendor, &regs[EBX], 4);
    memcpy(vendor + 4, &regs[EDX], 4);
    memcpy(vendor + 8, &regs[ECX], 4);
    for (uint32_t i = 0; i < 3; i++) {
        read_leaf(LEAF_BRAND_FIRST + i, regs);
        memcpy(brand + i * sizeof(regs), regs, sizeof(regs));
    }
    read_leaf(1, regs);
    family = regs[EAX] >> 8 & 0xf;
    model = (regs[EAX] >> 4 & 0xf) | (regs[EAX] >> 12 & 0xf0);
    if (family == 0xf)
        family += regs[EAX] >> 20 & 0xff;
    strbuf_printf(out, "vendor_id\t: %s\n", vendor);
    strbuf_printf(out, "cpu family\t: %u\n", family);
    strbuf_printf(out, "model\t\t: %u\n", model);
    strbuf_printf(out, "model name\t: %s\n", brand);
    strbuf_printf(out, "stepping\t: %u\n", regs[EAX] & 0xf);
}

static void add_features(struct strbuf *out)
{
    uint32_t regs[REGS], leaf = 0;

    read_leaf(leaf, regs);
    strbuf_printf(out, "flags\t\t:");
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        const struct feature *feature = &features[i];

        if (feature->leaf != leaf)
            read_leaf(leaf = feature->leaf, regs);
        if (regs[feature->reg] >> feature->bit & 1)
            strbuf_printf(out, " %s", feature->name);
    }
    strbuf_printf(out, "\n");
}

int proc_show_cpuinfo(int pid __unused, struct strbuf *out)
{
    uint32_t regs[REGS];

    for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
        strbuf_printf(out, "processor\t: %u\n", cpu);
        add_names(out);
        strbuf_printf(out, "siblings\t: %u\n", cpu_count);
        strbuf_printf(out, "core id\t\t: %u\n", cpu);
        strbuf_printf(out, "cpu cores\t: %u\n", cpu_count);
        strbuf_printf(out, "fpu\t\t: yes\nfpu_exception\t: yes\n");
        read_leaf(0, regs);
        strbuf_printf(out, "cpuid level\t: %u\n", regs[EAX]);
        strbuf_printf(out, "wp\t\t: yes\n");
        add_features(out);
        read_leaf(LEAF_ADDRESS_SIZES, regs);
        strbuf_printf(out, "address sizes\t: %u bits physical, ",
                      cpu_features.phys_bits);
        strbuf_printf(out, "%u bits virtual\n\n",
                      regs[EAX] != 0 ? regs[EAX] >> 8 & 0xff : VIRTUAL_BITS);
    }
    return 0;
}
