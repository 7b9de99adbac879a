/* SPDX-License-Identifier: MIT */
/*
 * The instructions that touch user memory from the kernel, for mm/uaccess.c
 * alone.
 *
 * An access that faults for good is resumed elsewhere: each instruction that
 * may fault has an entry in .ex_table, a pair (address of the instruction,
 * address to resume at), which uaccess_fixup looks up.
 *
 * With SMAP the kernel can touch user pages only while RFLAGS.AC is set. STAC
 * and CLAC are undefined instructions without SMAP, so each site is assembled
 * as a no-operation of the same length and listed in .smap_sites;
 * cpu_init_boot writes the real instruction over it where there is SMAP.
 */
#ifndef KERNEL_CPU_X86_USER_H
#define KERNEL_CPU_X86_USER_H

#include "kernel/lib/types.h"

#define X86_EX_TABLE(fault, resume)                                            \
    ".pushsection .ex_table, \"a\"\n\t"                                        \
    ".quad " fault ", " resume "\n\t"                                          \
    ".popsection\n\t"

/* Three bytes of no-operation; `stac` 1 or 0 says what they may become. */
#define X86_SMAP_SITE(stac)                                                    \
    "771:\tnopl (%%rax)\n\t"                                                   \
    ".pushsection .smap_sites, \"a\"\n\t"                                      \
    ".quad 771b, " #stac "\n\t"                                                \
    ".popsection\n\t"

/* SDM vol. 2, "STAC" and "CLAC": opens and closes access to user pages. */
static __always_inline void x86_stac(void)
{
    asm volatile(X86_SMAP_SITE(1) : : : "memory", "cc");
}

static __always_inline void x86_clac(void)
{
    asm volatile(X86_SMAP_SITE(0) : : : "memory", "cc");
}

/* Bytes not copied: exact to the byte. Either side may be user memory.
 * => between x86_stac and x86_clac */
static __always_inline size_t x86_user_copy(void *dst, const void *src,
                                            size_t n)
{
    size_t left = n / sizeof(uint64_t);

    asm volatile("1:\trep movsq\n\t"
                 "mov %[tail], %%rcx\n"
                 "2:\trep movsb\n"
                 "3:\n\t"
                 ".pushsection .text.fixup, \"ax\"\n"
                 "4:\tlea (%[tail], %%rcx, 8), %%rcx\n\t"
                 "jmp 2b\n\t"
                 ".popsection\n\t" X86_EX_TABLE("1b", "4b")
                     X86_EX_TABLE("2b", "3b")
                 : "+c"(left), "+D"(dst), "+S"(src)
                 : [tail] "r"(n % sizeof(uint64_t))
                 : "memory");
    return left;
}

/* Bytes not cleared. => between x86_stac and x86_clac */
static __always_inline size_t x86_user_clear(void *dst, size_t n)
{
    size_t left = n / sizeof(uint64_t);

    asm volatile("1:\trep stosq\n\t"
                 "mov %[tail], %%rcx\n"
                 "2:\trep stosb\n"
                 "3:\n\t"
                 ".pushsection .text.fixup, \"ax\"\n"
                 "4:\tlea (%[tail], %%rcx, 8), %%rcx\n\t"
                 "jmp 2b\n\t"
                 ".popsection\n\t" X86_EX_TABLE("1b", "4b")
                     X86_EX_TABLE("2b", "3b")
                 : "+c"(left), "+D"(dst)
                 : [tail] "r"(n % sizeof(uint64_t)), "a"(0L)
                 : "memory");
    return left;
}

/* One byte or word of user memory; false if it cannot be read.
 * => between x86_stac and x86_clac */
static __always_inline bool x86_user_load8(const void *src, uint8_t *out)
{
    bool ok = false;
    uint8_t value;

    asm volatile("1:\tmovb (%[src]), %[value]\n\t"
                 "movb $1, %[ok]\n"
                 "2:\n\t" X86_EX_TABLE("1b", "2b")
                 : [ok] "+&q"(ok), [value] "=&q"(value)
                 : [src] "r"(src)
                 : "memory");
    if (ok)
        *out = value;
    return ok;
}

static __always_inline bool x86_user_load32(const void *src, uint32_t *out)
{
    bool ok = false;
    uint32_t value;

    asm volatile("1:\tmovl (%[src]), %[value]\n\t"
                 "movb $1, %[ok]\n"
                 "2:\n\t" X86_EX_TABLE("1b", "2b")
                 : [ok] "+&q"(ok), [value] "=&r"(value)
                 : [src] "r"(src)
                 : "memory");
    if (ok)
        *out = value;
    return ok;
}

/* Compares and exchanges atomically; *found is what was there. False if the
 * word cannot be written. => between x86_stac and x86_clac */
static __always_inline bool x86_user_cmpxchg32(void *p, uint32_t expected,
                                               uint32_t desired,
                                               uint32_t *found)
{
    bool ok = false;

    asm volatile("1:\tlock cmpxchgl %[desired], (%[p])\n\t"
                 "movb $1, %[ok]\n"
                 "2:\n\t" X86_EX_TABLE("1b", "2b")
                 : [ok] "+&q"(ok), "+&a"(expected)
                 : [p] "r"(p), [desired] "r"(desired)
                 : "memory", "cc");
    if (ok)
        *found = expected;
    return ok;
}

/* An instruction that moves the FPU's state between its registers and an area
 * (which is the program's, so is what XRSTOR finds there). False if memory or
 * the state was refused: then it may have been moved in part. */
#define X86_USER_FPU(instruction, area, components)                            \
    ({                                                                         \
        bool ok_ = false;                                                      \
                                                                               \
        asm volatile("1:\t" instruction " (%[at])\n\t"                         \
                     "movb $1, %[ok]\n"                                        \
                     "2:\n\t" X86_EX_TABLE("1b", "2b")                         \
                     : [ok] "+&q"(ok_)                                         \
                     : [at] "r"(area), "a"((uint32_t)(components)),            \
                       "d"((uint32_t)((components) >> 32))                     \
                     : "memory");                                              \
        ok_;                                                                   \
    })

/* The first two know no components. => between x86_stac and x86_clac */
static __always_inline bool x86_user_fxsave(void *area)
{
    return X86_USER_FPU("fxsave64", area, 0UL);
}

static __always_inline bool x86_user_fxrstor(const void *area)
{
    return X86_USER_FPU("fxrstor64", area, 0UL);
}

static __always_inline bool x86_user_xsave(void *area, uint64_t components)
{
    return X86_USER_FPU("xsave64", area, components);
}

static __always_inline bool x86_user_xrstor(const void *area,
                                            uint64_t components)
{
    return X86_USER_FPU("xrstor64", area, components);
}

#endif
