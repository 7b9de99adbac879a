/* SPDX-License-Identifier: MIT */
/*
 * The boot CPU's start, what all CPUs can do, and the small operations of
 * cpu.h.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/apic.h"
#include "kernel/cpu/fpu_init.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/idt.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/syscall_entry.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"

/* The traps' stacks until mm/ gives them better ones, with guard pages. */
#define BOOT_IST_SIZE 4096
static uint8_t boot_ist[CPU_IST_STACKS][BOOT_IST_SIZE] __aligned(16);

_Static_assert(CPU_IST_STACKS == IST_COUNT - 1, "one each");

struct cpu boot_cpu = {
    .head.self = &boot_cpu,
    .arch = &boot_cpu_arch,
};

struct cpu *cpus[MAX_CPUS] __ro_after_init = {&boot_cpu};
unsigned cpu_count __ro_after_init = 1;
struct cpu_features cpu_features __ro_after_init;

static void detect_features(struct cpu_features *f)
{
    const uint32_t max = x86_cpuid(0, 0).eax;
    const uint32_t max_extended = x86_cpuid(0x80000000U, 0).eax;
    const struct cpuid_regs basic = x86_cpuid(1, 0);
    const struct cpuid_regs extended = x86_cpuid(0x80000001U, 0);

    f->pge = basic.edx & CPUID_1_EDX_PGE;
    f->pcid = basic.ecx & CPUID_1_ECX_PCID;
    f->xsave = basic.ecx & CPUID_1_ECX_XSAVE;
    f->nx = extended.edx & CPUID_81_EDX_NX;
    f->pages_1g = extended.edx & CPUID_81_EDX_PAGE1GB;
    if (max >= 7) {
        const struct cpuid_regs more = x86_cpuid(7, 0);

        f->fsgsbase = more.ebx & CPUID_7_EBX_FSGSBASE;
        f->smep = more.ebx & CPUID_7_EBX_SMEP;
        f->smap = more.ebx & CPUID_7_EBX_SMAP;
        f->umip = more.ecx & CPUID_7_ECX_UMIP;
    }
    f->phys_bits = 36;
    if (max_extended >= 0x80000008U)
        f->phys_bits = x86_cpuid(0x80000008U, 0).eax & 0xff;
}

/* The control bits that this CPU can have. CR4.TSD stays clear: programs read
 * the TSC. CR4.FSGSBASE stays clear: entry.asm trusts GS's base. */
static void set_control_bits(void)
{
    const struct cpu_features *f = &cpu_features;
    uint64_t efer = x86_rdmsr(MSR_EFER) | EFER_SCE;
    uint64_t cr4 = x86_read_cr4() & ~(CR4_TSD | CR4_FSGSBASE);

    if (f->nx)
        efer |= EFER_NXE;
    x86_wrmsr(MSR_EFER, efer);
    x86_write_cr0((x86_read_cr0() | CR0_WP) & ~(CR0_AM | CR0_NW | CR0_CD));

    if (x86_cpuid(1, 0).edx & CPUID_1_EDX_MCE)
        cr4 |= CR4_MCE;
    if (f->pge)
        cr4 |= CR4_PGE;
    if (f->smep)
        cr4 |= CR4_SMEP;
    if (f->smap)
        cr4 |= CR4_SMAP;
    if (f->umip)
        cr4 |= CR4_UMIP;
    if (f->pcid)
        cr4 |= CR4_PCIDE; /* CR3's PCID is 0 until now */
    x86_write_cr4(cr4);
    if (x86_cpuid(1, 0).edx & CPUID_1_EDX_PAT)
        x86_wrmsr(MSR_PAT, CPU_PAT);
}

static void set_syscall_entry(void)
{
    x86_wrmsr(MSR_STAR, SYSCALL_STAR);
    x86_wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
    x86_wrmsr(MSR_FMASK, SYSCALL_FLAGS_CLEARED);
}

/* See x86_user.h: STAC and CLAC, at the sites that were assembled as NOPs. */
static void fill_smap_sites(void)
{
    static const uint8_t clac[] = {0x0f, 0x01, 0xca};
    static const uint8_t stac[] = {0x0f, 0x01, 0xcb};
    extern const struct {
        uint8_t *site;
        uint64_t is_stac;
    } __smap_sites_start[], __smap_sites_end[];
    const size_t n = (size_t)(__smap_sites_end - __smap_sites_start);

    for (size_t i = 0; i < n; i++)
        memcpy(__smap_sites_start[i].site,
               __smap_sites_start[i].is_stac ? stac : clac, sizeof(stac));
}

/* What each CPU does for itself, on its own struct cpu. */
static void init_this_cpu(struct cpu *cpu)
{
    gdt_load(cpu);
    idt_load();
    set_control_bits();
    set_syscall_entry();
}

static void log_features(void)
{
    const struct cpu_features *f = &cpu_features;

    log_info("cpu: 64-bit%s%s%s%s%s%s%s%s, %u physical address bits\n",
             f->nx ? " nx" : "", f->smep ? " smep" : "", f->smap ? " smap" : "",
             f->umip ? " umip" : "", f->pge ? " pge" : "",
             f->pcid ? " pcid" : "", f->xsave ? " xsave" : "",
             f->pages_1g ? " 1g-pages" : "", f->phys_bits);
}

void cpu_init_boot(void)
{
    for (unsigned i = 0; i < CPU_IST_STACKS; i++)
        gdt_set_ist(&boot_cpu, i + 1, (uint64_t)(boot_ist[i] + BOOT_IST_SIZE));
    idt_init();
    detect_features(&cpu_features);
    if (cpu_features.smap)
        fill_smap_sites();
    init_this_cpu(&boot_cpu);
    fpu_init_boot();
    log_features();
}

void cpu_init_other(void)
{
    init_this_cpu(this_cpu());
    fpu_init_cpu();
    apic_init_cpu();
}

void cpu_set_ist_stacks(struct cpu *cpu, const uint64_t *stack_tops)
{
    for (unsigned i = 0; i < CPU_IST_STACKS; i++)
        gdt_set_ist(cpu, i + 1, stack_tops[i]);
}

/* What cpu_switch in switch.asm pops. */
struct switch_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx, rip;
};

extern const char cpu_thread_start[];

void cpu_prepare_stack(struct thread_head *head, void (*entry)(void *),
                       void *arg, size_t reserve)
{
    const uint64_t top = ROUND_DOWN(head->stack_top - reserve, 16UL);
    struct switch_frame *frame = (struct switch_frame *)top - 1;

    *frame = (struct switch_frame){
        .rbx = (uint64_t)entry,
        .r12 = (uint64_t)arg,
        .rip = (uint64_t)cpu_thread_start,
    };
    head->kernel_rsp = (uint64_t)frame;
}

void cpu_set_user_fs(uint64_t base)
{
    x86_wrmsr(MSR_FS_BASE, base);
}

uint64_t cpu_user_fs(void)
{
    return x86_rdmsr(MSR_FS_BASE);
}

void cpu_set_user_gs(uint64_t base)
{
    x86_wrmsr(MSR_KERNEL_GS_BASE, base);
}

uint64_t cpu_user_gs(void)
{
    return x86_rdmsr(MSR_KERNEL_GS_BASE);
}

void cpu_load_cr3(uint64_t cr3)
{
    x86_write_cr3(cr3);
}

void cpu_kick(unsigned cpu)
{
    apic_send(cpus[cpu]->apic_id, IRQ_VECTOR_KICK);
}

void cpu_idle_wait(void)
{
    x86_sti_hlt();
}

void cpu_halt(void)
{
    x86_cli();
    for (;;)
        x86_hlt();
}
