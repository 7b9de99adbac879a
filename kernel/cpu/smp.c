/* SPDX-License-Identifier: MIT */
/*
 * Waking the other CPUs: INIT, then the start-up message twice, with the pauses
 * that SDM vol. 3, 8.4.4.1 prescribes.
 */
#include "kernel/cpu/smp.h"
#include "kernel/abi/errno.h"
#include "kernel/cpu/apic.h"
#include "kernel/cpu/time.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/string.h"
#include "mm/layout.h"

#define INIT_WAIT_NS (10 * NSEC_PER_MSEC)
#define STARTUP_WAIT_NS (200 * NSEC_PER_USEC)
#define ANSWER_WAIT_NS (1000 * NSEC_PER_MSEC)

/* boot/trampoline.asm */
extern const char trampoline_start[], trampoline_end[];

/* boot/start.asm's word to C, on a new CPU. */
__noreturn void smp_cpu_entered(void);

struct smp_mailbox smp_mailbox;
static uint32_t started; /* A: the CPU being started is in C code */
bool smp_stopping;

static void wait_ns(uint64_t ns)
{
    const uint64_t end = clock_now() + ns;

    while (clock_now() < end)
        x86_pause();
}

static bool wait_started(uint64_t ns)
{
    const uint64_t end = clock_now() + ns;

    while (load_acquire(&started) == 0) {
        if (clock_now() >= end)
            return false;
        x86_pause();
    }
    return true;
}

int smp_start_cpu(struct cpu *cpu, uint64_t stack_top, paddr_t root,
                  void (*entry)(void), void *trampoline)
{
    const uint8_t page = SMP_TRAMPOLINE >> PAGE_SHIFT;

    memcpy(trampoline, trampoline_start,
           (size_t)(trampoline_end - trampoline_start));
    smp_mailbox = (struct smp_mailbox){
        .root = root.v,
        .stack_top = stack_top,
        .cpu = cpu,
        .efer = x86_rdmsr(MSR_EFER),
        .entry = entry,
    };
    store_release(&started, 0U);
    atomic_fence();

    apic_send_init(cpu->apic_id);
    wait_ns(INIT_WAIT_NS);
    apic_send_startup(cpu->apic_id, page);
    if (!wait_started(STARTUP_WAIT_NS))
        apic_send_startup(cpu->apic_id, page);
    return wait_started(ANSWER_WAIT_NS) ? 0 : -ETIMEDOUT;
}

void smp_cpu_entered(void)
{
    void (*entry)(void) = smp_mailbox.entry;

    cpu_init_other();
    entry();
    cpu_halt();
}

void smp_cpu_started(void)
{
    store_release(&started, 1U);
}

void smp_stop_others(void)
{
    WRITE_ONCE(smp_stopping, true);
    atomic_fence();
    apic_send_nmi_others();
}
