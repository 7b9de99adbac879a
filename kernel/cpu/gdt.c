/* SPDX-License-Identifier: MIT */
/*
 * GDT and TSS. Segmentation does nothing in 64-bit mode but say the privilege
 * level; the TSS holds the stacks that traps switch to.
 *
 * The order of the selectors is what SYSCALL and SYSRET prescribe: kernel code,
 * kernel data; (32-bit user code,) user data, user code.
 */
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"

/* Access and flag bits of a descriptor: SDM vol. 3, 3.4.5 and 7.2.3. */
#define DESC_ACCESSED (1UL << 40)
#define DESC_WRITABLE (1UL << 41) /* data */
#define DESC_READABLE (1UL << 41) /* code */
#define DESC_CODE (1UL << 43)
#define DESC_USER_TYPE (1UL << 44) /* code or data, not system */
#define DESC_DPL(n) ((uint64_t)(n) << 45)
#define DESC_PRESENT (1UL << 47)
#define DESC_LONG (1UL << 53)
#define DESC_TSS_AVAILABLE (9UL << 40)

#define DESC_CODE64                                                            \
    (DESC_ACCESSED | DESC_READABLE | DESC_CODE | DESC_USER_TYPE |              \
     DESC_PRESENT | DESC_LONG)
#define DESC_DATA                                                              \
    (DESC_ACCESSED | DESC_WRITABLE | DESC_USER_TYPE | DESC_PRESENT)

#define SELECTOR_INDEX(selector) ((selector) / sizeof(uint64_t))
#define TSS_SELECTOR 0x40
#define GDT_ENTRIES (SELECTOR_INDEX(TSS_SELECTOR) + 2)

/* SDM vol. 3, figure 7-11. */
struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t ist[8]; /* [0] is reserved: 1..7 */
    uint64_t reserved1;
    uint16_t reserved2;
    uint16_t iomap;
} __packed;

_Static_assert(sizeof(struct tss) == 104, "as the CPU reads it");

struct cpu_arch {
    uint64_t gdt[GDT_ENTRIES];
    struct tss tss;
};

struct cpu_arch boot_cpu_arch __aligned(64);
const size_t cpu_arch_size = sizeof(struct cpu_arch);

static void fill_gdt(struct cpu_arch *arch)
{
    const uint64_t tss = (uint64_t)&arch->tss;
    const uint64_t limit = sizeof(arch->tss) - 1;
    uint64_t *gdt = arch->gdt;

    gdt[SELECTOR_INDEX(KERNEL_CS)] = DESC_CODE64;
    gdt[SELECTOR_INDEX(KERNEL_DS)] = DESC_DATA;
    gdt[SELECTOR_INDEX(USER_DS)] = DESC_DATA | DESC_DPL(3);
    gdt[SELECTOR_INDEX(USER_CS)] = DESC_CODE64 | DESC_DPL(3);
    /* Base bits 23:0 go to 39:16, 31:24 to 63:56, the rest to the next. */
    gdt[SELECTOR_INDEX(TSS_SELECTOR)] = limit | (tss & 0xffffff) << 16 |
                                        (tss >> 24 & 0xff) << 56 |
                                        DESC_TSS_AVAILABLE | DESC_PRESENT;
    gdt[SELECTOR_INDEX(TSS_SELECTOR) + 1] = tss >> 32;
}

void gdt_load(struct cpu *cpu)
{
    struct cpu_arch *arch = cpu->arch;
    const struct x86_table_register gdtr = {sizeof(arch->gdt) - 1,
                                            (uint64_t)arch->gdt};

    fill_gdt(arch);
    arch->tss.iomap = sizeof(arch->tss); /* beyond the limit: no ports */
    x86_lgdt(&gdtr);
    x86_load_segments(KERNEL_CS, KERNEL_DS);
    x86_wrmsr(MSR_GS_BASE, (uint64_t)cpu);
    x86_ltr(TSS_SELECTOR);
}

void gdt_set_ist(struct cpu *cpu, enum cpu_ist ist, uint64_t stack_top)
{
    cpu->arch->tss.ist[ist] = stack_top;
}

void cpu_set_kernel_stack(uint64_t stack_top)
{
    struct cpu *cpu = this_cpu();

    cpu->stack_top = stack_top;
    cpu->arch->tss.rsp[0] = stack_top;
}
