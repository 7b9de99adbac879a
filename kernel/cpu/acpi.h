/* SPDX-License-Identifier: MIT */
/*
 * What the firmware's ACPI tables say of CPUs and interrupts (ACPI
 * specification 6.4, 5.2): read once, at boot, from the MADT.
 */
#ifndef KERNEL_CPU_ACPI_H
#define KERNEL_CPU_ACPI_H

#include "kernel/cpu/cpu.h"
#include "kernel/lib/types.h"

#define ACPI_MAX_IOAPICS 8
#define ACPI_ISA_IRQS 16

/* How an ISA interrupt is wired. */
struct acpi_isa_irq {
    uint32_t gsi; /* global system interrupt: an input of an I/O APIC */
    bool active_low, level;
};

struct acpi_ioapic {
    paddr_t base;
    uint32_t gsi_base; /* the GSI of its first input */
};

/* Constant once acpi_read has returned. */
struct acpi_info {
    paddr_t lapic;
    unsigned ncpus;              /* usable ones; 0: not known */
    uint32_t apic_ids[MAX_CPUS]; /* theirs, in the firmware's order */
    unsigned nioapics;           /* at least 1 */
    struct acpi_ioapic ioapics[ACPI_MAX_IOAPICS];
    struct acpi_isa_irq isa[ACPI_ISA_IRQS];
};

/*
 * Fills info from the tables that the root pointer at rsdp leads to.
 *   memory: where the first `limit` bytes of physical memory can be read;
 *     nothing outside is looked at
 *   => NULL if all is well. Else a sentence for a person, and info says what
 *      every PC has: one I/O APIC, ISA interrupts wired straight.
 */
const char *acpi_read(paddr_t rsdp, const void *memory, uint64_t limit,
                      struct acpi_info *info);

#endif
