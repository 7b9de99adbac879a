/* SPDX-License-Identifier: MIT */
/*
 * I/O APICs (Intel 82093AA data sheet): from a device's line to a vector on a
 * CPU.
 */
#ifndef KERNEL_CPU_IOAPIC_H
#define KERNEL_CPU_IOAPIC_H

#include "kernel/cpu/acpi.h"
#include "kernel/lib/types.h"

/* One I/O APIC, its registers mapped (uncached); all inputs are masked.
 * => boot, at most ACPI_MAX_IOAPICS times */
void ioapic_add(void *registers, uint32_t gsi_base);

/* Sends an input's interrupts to a vector of one CPU and unmasks it.
 * => 0, or -ENODEV if no I/O APIC has that input */
__must_check int ioapic_route(const struct acpi_isa_irq *wiring, uint8_t vector,
                              uint32_t apic_id);

#endif
