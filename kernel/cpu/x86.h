/* SPDX-License-Identifier: MIT */
/*
 * The CPU's instructions and register bits, as the Intel SDM spells them: all
 * inline assembly of the kernel stands here, and in x86_user.h what touches
 * user memory. Nothing here has a policy.
 */
#ifndef KERNEL_CPU_X86_H
#define KERNEL_CPU_X86_H

#include "kernel/lib/types.h"

/* RFLAGS: SDM vol. 1, 3.4.3. */
#define RFLAGS_CF (1UL << 0)
#define RFLAGS_FIXED (1UL << 1) /* always 1 */
#define RFLAGS_PF (1UL << 2)
#define RFLAGS_AF (1UL << 4)
#define RFLAGS_ZF (1UL << 6)
#define RFLAGS_SF (1UL << 7)
#define RFLAGS_TF (1UL << 8)
#define RFLAGS_IF (1UL << 9)
#define RFLAGS_DF (1UL << 10)
#define RFLAGS_OF (1UL << 11)
#define RFLAGS_IOPL (3UL << 12)
#define RFLAGS_NT (1UL << 14)
#define RFLAGS_RF (1UL << 16)
#define RFLAGS_VM (1UL << 17)
#define RFLAGS_AC (1UL << 18)
#define RFLAGS_ID (1UL << 21)

/* What a program may choose for itself (sigreturn). */
#define RFLAGS_USER                                                            \
    (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_TF |   \
     RFLAGS_DF | RFLAGS_OF | RFLAGS_RF | RFLAGS_AC)

/* Control registers: SDM vol. 3, 2.5. */
#define CR0_PE (1UL << 0)
#define CR0_MP (1UL << 1)
#define CR0_EM (1UL << 2)
#define CR0_TS (1UL << 3)
#define CR0_NE (1UL << 5)
#define CR0_WP (1UL << 16)
#define CR0_AM (1UL << 18)
#define CR0_NW (1UL << 29)
#define CR0_CD (1UL << 30)
#define CR0_PG (1UL << 31)

#define CR4_TSD (1UL << 2)
#define CR4_DE (1UL << 3)
#define CR4_PAE (1UL << 5)
#define CR4_MCE (1UL << 6)
#define CR4_PGE (1UL << 7)
#define CR4_OSFXSR (1UL << 9)
#define CR4_OSXMMEXCPT (1UL << 10)
#define CR4_UMIP (1UL << 11)
#define CR4_FSGSBASE (1UL << 16)
#define CR4_PCIDE (1UL << 17)
#define CR4_OSXSAVE (1UL << 18)
#define CR4_SMEP (1UL << 20)
#define CR4_SMAP (1UL << 21)

/* CR3 with CR4.PCIDE: SDM vol. 3, 4.10.4.1. */
#define CR3_NOFLUSH (1UL << 63)

/* XCR0: SDM vol. 1, 13.1. */
#define XCR0_X87 (1UL << 0)
#define XCR0_SSE (1UL << 1)
#define XCR0_AVX (1UL << 2)
#define XCR0_AVX512 (7UL << 5) /* opmask, ZMM_Hi256, Hi16_ZMM */

/* Model-specific registers: SDM vol. 4, tables 2-2 and 2-3. */
#define MSR_APIC_BASE 0x1bU
#define APIC_BASE_BSP (1UL << 8)
#define APIC_BASE_ENABLE (1UL << 11)
#define APIC_BASE_ADDRESS 0x000ffffffffff000UL
#define MSR_PAT 0x277U
#define MSR_EFER 0xc0000080U
#define EFER_SCE (1UL << 0)
#define EFER_LME (1UL << 8)
#define EFER_LMA (1UL << 10)
#define EFER_NXE (1UL << 11)
#define MSR_STAR 0xc0000081U
#define MSR_LSTAR 0xc0000082U
#define MSR_CSTAR 0xc0000083U
#define MSR_FMASK 0xc0000084U
#define MSR_FS_BASE 0xc0000100U
#define MSR_GS_BASE 0xc0000101U
#define MSR_KERNEL_GS_BASE 0xc0000102U

/* CPUID: SDM vol. 2, "CPUID". */
#define CPUID_1_ECX_PCID (1U << 17)
#define CPUID_1_ECX_XSAVE (1U << 26)
#define CPUID_1_ECX_RDRAND (1U << 30)
#define CPUID_1_EDX_MCE (1U << 7)
#define CPUID_1_EDX_PGE (1U << 13)
#define CPUID_1_EDX_PAT (1U << 16)
#define CPUID_7_EBX_FSGSBASE (1U << 0)
#define CPUID_7_EBX_SMEP (1U << 7)
#define CPUID_7_EBX_SMAP (1U << 20)
#define CPUID_7_ECX_UMIP (1U << 2)
#define CPUID_81_EDX_NX (1U << 20)
#define CPUID_81_EDX_PAGE1GB (1U << 26)

struct cpuid_regs {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid_regs x86_cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_regs r;

    asm volatile("cpuid"
                 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                 : "a"(leaf), "c"(subleaf));
    return r;
}

/* ---- ports: SDM vol. 1, chapter 19 ---- */

static inline uint8_t x86_inb(uint16_t port)
{
    uint8_t value;

    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint16_t x86_inw(uint16_t port)
{
    uint16_t value;

    asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint32_t x86_inl(uint16_t port)
{
    uint32_t value;

    asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void x86_outb(uint16_t port, uint8_t value)
{
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void x86_outw(uint16_t port, uint16_t value)
{
    asm volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void x86_outl(uint16_t port, uint32_t value)
{
    asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* n bytes, one after another, through one port. */
static inline void x86_insb(uint16_t port, void *buf, size_t n)
{
    asm volatile("rep insb" : "+D"(buf), "+c"(n) : "d"(port) : "memory");
}

static inline void x86_outsb(uint16_t port, const void *buf, size_t n)
{
    asm volatile("rep outsb" : "+S"(buf), "+c"(n) : "d"(port) : "memory");
}

/* ---- system registers ---- */

static inline uint64_t x86_rdmsr(uint32_t msr)
{
    uint32_t low, high;

    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void x86_wrmsr(uint32_t msr, uint64_t value)
{
    asm volatile("wrmsr"
                 :
                 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                 : "memory");
}

#define X86_CONTROL_REGISTER(reg)                                              \
    static inline uint64_t x86_read_##reg(void)                                \
    {                                                                          \
        uint64_t value;                                                        \
                                                                               \
        asm volatile("mov %%" #reg ", %0" : "=r"(value) : : "memory");         \
        return value;                                                          \
    }                                                                          \
                                                                               \
    static inline void x86_write_##reg(uint64_t value)                         \
    {                                                                          \
        asm volatile("mov %0, %%" #reg : : "r"(value) : "memory");             \
    }

X86_CONTROL_REGISTER(cr0)
X86_CONTROL_REGISTER(cr2)
X86_CONTROL_REGISTER(cr3)
X86_CONTROL_REGISTER(cr4)

static inline uint64_t x86_xgetbv(uint32_t xcr)
{
    uint32_t low, high;

    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(xcr));
    return (uint64_t)high << 32 | low;
}

static inline void x86_xsetbv(uint32_t xcr, uint64_t value)
{
    asm volatile("xsetbv"
                 :
                 : "c"(xcr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                 : "memory");
}

/* The operand of LGDT and LIDT: SDM vol. 3, 2.4. */
struct x86_table_register {
    uint16_t limit;
    uint64_t base;
} __packed;

static inline void x86_lgdt(const struct x86_table_register *gdt)
{
    asm volatile("lgdt %0" : : "m"(*gdt) : "memory");
}

static inline void x86_lidt(const struct x86_table_register *idt)
{
    asm volatile("lidt %0" : : "m"(*idt) : "memory");
}

static inline void x86_ltr(uint16_t selector)
{
    asm volatile("ltr %0" : : "r"(selector) : "memory");
}

/* Makes code and stack run on these selectors; the others become null. GS's
 * base is cleared by that and must be set again. */
static inline void x86_load_segments(uint64_t code, uint16_t data)
{
    uint32_t null = 0;

    asm volatile("push %0\n\t"
                 "lea 1f(%%rip), %%rax\n\t"
                 "push %%rax\n\t"
                 "lretq\n"
                 "1:\tmov %1, %%ss\n\t"
                 "mov %2, %%ds\n\t"
                 "mov %2, %%es\n\t"
                 "mov %2, %%fs\n\t"
                 "mov %2, %%gs"
                 :
                 : "r"(code), "r"((uint32_t)data), "r"(null)
                 : "rax", "memory");
}

/* ---- translations: SDM vol. 3, 4.10.4.1 ---- */

static inline void x86_invlpg(vaddr_t va)
{
    asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* ---- waiting, time, chance ---- */

static inline void x86_cli(void)
{
    asm volatile("cli" : : : "memory");
}

static inline void x86_sti(void)
{
    asm volatile("sti" : : : "memory");
}

static inline void x86_hlt(void)
{
    asm volatile("hlt" : : : "memory");
}

/* STI takes effect after the next instruction: an interrupt that is already
 * pending ends the HLT. SDM vol. 2, "STI". */
static inline void x86_sti_hlt(void)
{
    asm volatile("sti\n\thlt" : : : "memory");
}

static inline void x86_pause(void)
{
    asm volatile("pause" : : : "memory");
}

static inline uint64_t x86_rdtsc(void)
{
    uint32_t low, high;

    asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* False if the generator has nothing now. => CPUID_1_ECX_RDRAND */
static inline bool x86_rdrand(uint64_t *out)
{
    bool ok;

    asm volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
    return ok;
}

/* ---- x87, SSE, AVX state: SDM vol. 1, 10.5 and 13.7 ---- */

static inline void x86_fxsave(void *area)
{
    asm volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static inline void x86_fxrstor(const void *area)
{
    asm volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

static inline void x86_xsave(void *area, uint64_t mask)
{
    asm volatile("xsave64 (%0)"
                 :
                 : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32))
                 : "memory");
}

static inline void x86_xrstor(const void *area, uint64_t mask)
{
    asm volatile("xrstor64 (%0)"
                 :
                 : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32))
                 : "memory");
}

/* ---- one word, in one instruction ---- */

/* Adds n to the 64 bits at this offset of the CPU's own data (GS), in one
 * instruction: nothing can come between its reading and its writing on this
 * CPU. The prefix is written out, since Clang drops that of a __seg_gs operand
 * of inline assembly. */
static __always_inline void x86_gs_add64(uint64_t offset, uint64_t n)
{
    asm volatile("addq %1, %%gs:%a0" : : "p"(offset), "er"(n) : "cc");
}

/* ---- many words at once ---- */

static inline void x86_stosq(void *dst, uint64_t value, size_t nwords)
{
    asm volatile("rep stosq" : "+D"(dst), "+c"(nwords) : "a"(value) : "memory");
}

static inline void x86_movsq(void *dst, const void *src, size_t nwords)
{
    asm volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(nwords) : : "memory");
}

#endif
