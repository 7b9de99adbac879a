/* SPDX-License-Identifier: MIT */
/*
 * The clock and the timer.
 *
 * Time is the time-stamp counter times a constant. The constant, and that of
 * the local APIC's timer, are measured at boot against the one clock whose
 * rate every PC knows, the 8254 timer: all three are read together at the
 * two ends of a short wait. A reading that something came between (an SMI, an
 * emulator that was not running) took long by the TSC, so each end is the
 * quickest of several.
 *
 * The APIC timer counts 32 bits, once. A deadline further off is approached in
 * several steps; one that is asked for a little early comes as often as needed
 * until clock_now() has passed it.
 */
#include "kernel/cpu/clock.h"
#include "kernel/cpu/apic.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/time.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/irqflags.h"
#include "kernel/lib/log.h"

/* Intel 8254 data sheet; channel 2's gate and output are on port 0x61. */
#define PIT_HZ 1193182UL
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND 0x43
#define PIT_CH2_ONE_SHOT 0xb0 /* low then high byte, mode 0, binary */
#define PIT_CH2_LATCH 0x80
#define PORT_61 0x61
#define PORT_61_GATE_2 0x01
#define PORT_61_SPEAKER 0x02

#define PIT_START 0xffffU
#define WAIT_TICKS (PIT_HZ / 100) /* 10 ms */
#define READINGS 8
#define STUCK_POLLS 10000000

#define NEVER UINT64_MAX

uint64_t clock_boot_time __ro_after_init;

/* Fixed-point factors with 32 bits of fraction. */
static uint64_t ns_per_tsc __ro_after_init;
static uint64_t apic_per_ns __ro_after_init;
static uint64_t tsc_at_boot __ro_after_init;

/* By CPU, its own: what timer_set asked for. */
static uint64_t deadlines[MAX_CPUS];

/* (a * factor) >> 32 without losing the upper bits. */
static uint64_t scale(uint64_t a, uint64_t factor)
{
    return (uint64_t)((unsigned __int128)a * factor >> 32);
}

uint64_t clock_now(void)
{
    return scale(x86_rdtsc() - tsc_at_boot, ns_per_tsc);
}

/* ---- calibration ---- */

struct reading {
    uint64_t tsc;
    uint32_t apic, pit;
};

static uint32_t pit_read(void)
{
    uint32_t low;

    x86_outb(PIT_COMMAND, PIT_CH2_LATCH);
    low = x86_inb(PIT_CHANNEL_2);
    return low | (uint32_t)x86_inb(PIT_CHANNEL_2) << 8;
}

static struct reading read_clocks(void)
{
    struct reading best = {0};
    uint64_t best_span = UINT64_MAX;

    for (unsigned i = 0; i < READINGS; i++) {
        const uint64_t before = x86_rdtsc();
        const uint32_t pit = pit_read();
        const uint32_t apic = apic_timer_read();
        const uint64_t span = x86_rdtsc() - before;

        if (span < best_span) {
            best = (struct reading){before, apic, pit};
            best_span = span;
        }
    }
    return best;
}

static void pit_start(void)
{
    const uint8_t port = x86_inb(PORT_61);

    x86_outb(PORT_61, (port & ~PORT_61_SPEAKER) | PORT_61_GATE_2);
    x86_outb(PIT_COMMAND, PIT_CH2_ONE_SHOT);
    x86_outb(PIT_CHANNEL_2, PIT_START & 0xff);
    x86_outb(PIT_CHANNEL_2, PIT_START >> 8);
}

static void calibrate(void)
{
    struct reading start, end;
    uint64_t ns, polls = 0;

    apic_timer_start(UINT32_MAX);
    pit_start();
    while (pit_read() > PIT_START - 16) /* the count is loaded by now */
        if (polls++ > STUCK_POLLS)
            panic("clock: the 8254 timer does not run");
    start = read_clocks();
    while (start.pit - pit_read() < WAIT_TICKS)
        x86_pause();
    end = read_clocks();
    apic_timer_start(0);

    ns = (uint64_t)(start.pit - end.pit) * NSEC_PER_SEC / PIT_HZ;
    if (end.tsc <= start.tsc || start.apic <= end.apic || ns == 0)
        panic("clock: the TSC or the APIC timer does not run");
    ns_per_tsc = (ns << 32) / (end.tsc - start.tsc);
    apic_per_ns = ((uint64_t)(start.apic - end.apic) << 32) / ns;
}

void clock_init(void)
{
    const uint64_t flags = irq_save();

    calibrate();
    tsc_at_boot = x86_rdtsc();
    clock_boot_time = rtc_read() * NSEC_PER_SEC;
    for (unsigned i = 0; i < MAX_CPUS; i++)
        deadlines[i] = NEVER;
    irq_restore(flags);
    log_info("clock: TSC %lu kHz, APIC timer %lu kHz\n",
             (NSEC_PER_MSEC << 32) / ns_per_tsc,
             scale(NSEC_PER_MSEC, apic_per_ns));
}

/* ---- the timer ---- */

static void start_timer(uint64_t deadline, uint64_t now)
{
    const uint64_t ns = deadline > now ? deadline - now : 0;
    /* 2^32 ns is far within what the counter can hold of slow timers, too. */
    const uint64_t ticks = scale(MIN(ns, (uint64_t)UINT32_MAX), apic_per_ns);

    apic_timer_start((uint32_t)MIN(ticks + 1, (uint64_t)UINT32_MAX));
}

void timer_set(uint64_t deadline)
{
    ASSERT(!irq_enabled());
    deadlines[cpu_id()] = deadline;
    if (deadline == NEVER)
        apic_timer_start(0);
    else
        start_timer(deadline, clock_now());
}

void clock_tick(void)
{
    const uint64_t deadline = deadlines[cpu_id()];
    const uint64_t now = clock_now();

    if (deadline == NEVER)
        return; /* stopped while the interrupt was on its way */
    if (now < deadline) {
        start_timer(deadline, now);
        return;
    }
    deadlines[cpu_id()] = NEVER;
    timer_interrupt();
}
