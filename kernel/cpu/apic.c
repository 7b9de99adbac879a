/* SPDX-License-Identifier: MIT */
/*
 * xAPIC mode: registers in memory. Each CPU sees its own at the same address.
 */
#include "kernel/cpu/apic.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/irqflags.h"

/* Offsets: SDM vol. 3, table 11-1. */
enum apic_register {
    APIC_ID = 0x020,
    APIC_TPR = 0x080,
    APIC_EOI = 0x0b0,
    APIC_SVR = 0x0f0,
    APIC_ICR_LOW = 0x300,
    APIC_ICR_HIGH = 0x310,
    APIC_LVT_TIMER = 0x320,
    APIC_LVT_THERMAL = 0x330,
    APIC_LVT_PERFORMANCE = 0x340,
    APIC_LVT_LINT0 = 0x350,
    APIC_LVT_LINT1 = 0x360,
    APIC_LVT_ERROR = 0x370,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_CURRENT = 0x390,
    APIC_TIMER_DIVIDE = 0x3e0,
};

#define SVR_ENABLE (1U << 8)
#define LVT_MASKED (1U << 16)
#define LVT_NMI (4U << 8)
#define TIMER_DIVIDE_BY_1 0xbU

/* Interrupt command register: 11.6.1. */
#define ICR_NMI (4U << 8)
#define ICR_INIT (5U << 8)
#define ICR_STARTUP (6U << 8)
#define ICR_PENDING (1U << 12)
#define ICR_ASSERT (1U << 14)
#define ICR_OTHERS (3U << 18)

static volatile uint8_t *registers __ro_after_init;

static uint32_t apic_read(enum apic_register reg)
{
    return *(volatile uint32_t *)(registers + reg);
}

static void apic_write(enum apic_register reg, uint32_t value)
{
    *(volatile uint32_t *)(registers + reg) = value;
}

void apic_init(void *mapped)
{
    registers = mapped;
    apic_init_cpu();
}

void apic_init_cpu(void)
{
    x86_wrmsr(MSR_APIC_BASE, x86_rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
    this_cpu()->apic_id = apic_read(APIC_ID) >> 24;

    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_TIMER, LVT_MASKED | IRQ_VECTOR_TIMER);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_NMI);
    apic_write(APIC_LVT_ERROR, LVT_MASKED);
    apic_write(APIC_SVR, SVR_ENABLE | IRQ_VECTOR_SPURIOUS);
    apic_write(APIC_TIMER_DIVIDE, TIMER_DIVIDE_BY_1);
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_LVT_TIMER, IRQ_VECTOR_TIMER);
    apic_end_of_interrupt();
}

void apic_end_of_interrupt(void)
{
    apic_write(APIC_EOI, 0);
}

void apic_timer_start(uint32_t n)
{
    apic_write(APIC_TIMER_INITIAL, n);
}

uint32_t apic_timer_read(void)
{
    return apic_read(APIC_TIMER_CURRENT);
}

/* The register has two halves: an interrupt handler that sends, too, must not
 * come between them. */
static void send(uint32_t apic_id, uint32_t command)
{
    const uint64_t flags = irq_save();

    while (apic_read(APIC_ICR_LOW) & ICR_PENDING)
        x86_pause();
    apic_write(APIC_ICR_HIGH, apic_id << 24);
    apic_write(APIC_ICR_LOW, command | ICR_ASSERT);
    irq_restore(flags);
}

void apic_send(uint32_t apic_id, uint8_t vector)
{
    send(apic_id, vector);
}

void apic_send_others(uint8_t vector)
{
    send(0, ICR_OTHERS | vector);
}

void apic_send_nmi_others(void)
{
    send(0, ICR_OTHERS | ICR_NMI);
}

void apic_send_init(uint32_t apic_id)
{
    send(apic_id, ICR_INIT);
}

void apic_send_startup(uint32_t apic_id, uint8_t page)
{
    send(apic_id, ICR_STARTUP | page);
}
