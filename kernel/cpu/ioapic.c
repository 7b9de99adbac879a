/* SPDX-License-Identifier: MIT */
/*
 * Two registers are visible: one selects, the other is the selected one. Set
 * up at boot by the boot CPU alone, not touched afterwards.
 */
#include "kernel/cpu/ioapic.h"
#include "kernel/abi/errno.h"
#include "kernel/lib/assert.h"

#define SELECT 0x00
#define WINDOW 0x10

#define REG_VERSION 0x01
#define REG_REDIRECTION(input) (0x10 + 2 * (input))

/* Redirection entry, 3.2.4. */
#define RED_ACTIVE_LOW (1U << 13)
#define RED_LEVEL (1U << 15)
#define RED_MASKED (1U << 16)
#define RED_DESTINATION_SHIFT 24 /* in the high half */

struct ioapic {
    volatile uint8_t *registers;
    uint32_t gsi_base, ninputs;
};

static struct ioapic ioapics[ACPI_MAX_IOAPICS] __ro_after_init;
static unsigned nioapics __ro_after_init;

static uint32_t ioapic_read(const struct ioapic *io, uint32_t reg)
{
    *(volatile uint32_t *)(io->registers + SELECT) = reg;
    return *(volatile uint32_t *)(io->registers + WINDOW);
}

static void ioapic_write(const struct ioapic *io, uint32_t reg, uint32_t value)
{
    *(volatile uint32_t *)(io->registers + SELECT) = reg;
    *(volatile uint32_t *)(io->registers + WINDOW) = value;
}

void ioapic_add(void *registers, uint32_t gsi_base)
{
    struct ioapic *io = &ioapics[nioapics];

    ASSERT(nioapics < ACPI_MAX_IOAPICS);
    nioapics++;
    io->registers = registers;
    io->gsi_base = gsi_base;
    io->ninputs = (ioapic_read(io, REG_VERSION) >> 16 & 0xff) + 1;
    for (uint32_t input = 0; input < io->ninputs; input++)
        ioapic_write(io, REG_REDIRECTION(input), RED_MASKED);
}

static void route(const struct ioapic *io, const struct acpi_isa_irq *wiring,
                  uint8_t vector, uint32_t apic_id)
{
    const uint32_t reg = REG_REDIRECTION(wiring->gsi - io->gsi_base);
    uint32_t entry = vector;

    if (wiring->active_low)
        entry |= RED_ACTIVE_LOW;
    if (wiring->level)
        entry |= RED_LEVEL;
    ioapic_write(io, reg + 1, apic_id << RED_DESTINATION_SHIFT);
    ioapic_write(io, reg, entry);
}

int ioapic_route(const struct acpi_isa_irq *wiring, uint8_t vector,
                 uint32_t apic_id)
{
    for (unsigned i = 0; i < nioapics; i++) {
        const struct ioapic *io = &ioapics[i];

        if (wiring->gsi >= io->gsi_base &&
            wiring->gsi - io->gsi_base < io->ninputs) {
            route(io, wiring, vector, apic_id);
            return 0;
        }
    }
    return -ENODEV;
}
