/* SPDX-License-Identifier: MIT */
/*
 * The other CPUs: what each needs is made by the boot CPU beforehand, so that a
 * CPU that has started cannot fail any more.
 *
 *   cpu_make -> smp_start_cpu ...... cpu_main (there) -> idle loop
 *                    '-- waits for smp_cpu_started --'
 */
#include "kernel/proc/cpus.h"

#include "boot/bootinfo.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/smp.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/irqflags.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/proc/report.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/thread.h"
#include "mm/kmap.h"
#include "mm/page.h"

static __noreturn void cpu_main(void)
{
    smp_cpu_started();
    irq_restore(RFLAGS_IF_BIT);
    sched_idle_loop();
}

static void *zeroed_page(void)
{
    struct page *page;

    if (page_alloc_zeroed(PAGE_KERNEL, &page) != 0)
        panic("boot: no memory for another CPU");
    return page_address(page);
}

/* A struct cpu with all that hangs on it. Memory cannot be short: the machine
 * has just booted. */
static struct cpu *cpu_make(unsigned id, uint32_t apic_id)
{
    struct cpu *cpu = zeroed_page();
    uint64_t tops[CPU_IST_STACKS];

    _Static_assert(sizeof(struct cpu) <= PAGE_SIZE, "a page holds it");
    ASSERT(cpu_arch_size <= PAGE_SIZE);
    cpu->head.self = cpu;
    cpu->head.lockck = &cpu->lockck;
    if (lockck_enabled)
        lockck_add_holder(&cpu->lockck.spin);
    cpu->id = id;
    cpu->apic_id = apic_id;
    cpu->arch = zeroed_page();
    for (unsigned i = 0; i < CPU_IST_STACKS; i++)
        if (kstack_alloc(&tops[i]) != 0)
            panic("boot: no stacks for another CPU");
    cpu_set_ist_stacks(cpu, tops);
    if (sched_prepare_cpu(id, &cpu->idle) != 0)
        panic("boot: no idle thread for another CPU");
    cpu->head.current = cpu->idle;
    cpu->stack_top = cpu->idle->head.stack_top;
    return cpu;
}

/* A CPU's first page of code must be RAM that nobody else has. */
static bool trampoline_is_free(void)
{
    for (size_t i = 0; i < boot_info.nregions; i++) {
        const struct boot_region *region = &boot_info.regions[i];

        if (region->type == BOOT_RAM && region->start <= SMP_TRAMPOLINE &&
            SMP_TRAMPOLINE + PAGE_SIZE <= region->end)
            return true;
    }
    return false;
}

static void start(uint32_t apic_id)
{
    const unsigned id = cpu_count;
    struct cpu *cpu = cpu_make(id, apic_id);

    cpus[id] = cpu;
    if (smp_start_cpu(cpu, cpu->stack_top, kmap_root, cpu_main,
                      phys_to_virt(PADDR(SMP_TRAMPOLINE))) == 0) {
        cpu_count++;
        return;
    }
    /* It may still come to life late: what it was given stays its own. */
    log_warn("cpu %u: APIC %u does not answer\n", id, apic_id);
    cpus[id] = NULL;
}

static unsigned cpus_wanted(const struct acpi_info *acpi)
{
    char word[8];
    uint64_t n;

    if (boot_option("maxcpus", word, sizeof(word)) &&
        parse_u64(word, 10, &n) != 0)
        return (unsigned)MIN(MAX(n, 1UL), (uint64_t)acpi->ncpus);
    return acpi->ncpus;
}

void cpus_start(const struct acpi_info *acpi)
{
    const unsigned wanted = cpus_wanted(acpi);

    report_stop_others = smp_stop_others;
    if (wanted > 1 && !trampoline_is_free()) {
        log_warn("cpu: page %#lx is not free RAM: the other CPUs cannot "
                 "start\n",
                 SMP_TRAMPOLINE);
        return;
    }
    for (unsigned i = 0; i < acpi->ncpus && cpu_count < wanted; i++)
        if (acpi->apic_ids[i] != boot_cpu.apic_id)
            start(acpi->apic_ids[i]);
    if (cpu_count > 1)
        log_info("cpu: %u of %u run\n", cpu_count, acpi->ncpus);
}
