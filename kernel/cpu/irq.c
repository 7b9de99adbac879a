/* SPDX-License-Identifier: MIT */
/*
 * Interrupts: vector to handler.
 */
#include "kernel/cpu/irq.h"
#include "kernel/abi/errno.h"
#include "kernel/cpu/apic.h"
#include "kernel/cpu/clock.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/ioapic.h"
#include "kernel/cpu/smp.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/irqflags.h"
#include "kernel/lib/lockck.h"
#include "kernel/lib/preempt.h"

struct irq_action {
    irq_handler handler; /* NULL: free */
    void *arg;
};

static struct irq_action actions[ACPI_ISA_IRQS]; /* boot only */
static const struct acpi_info *wiring __ro_after_init;

uint64_t irq_unexpected;

/* Intel 8259A data sheet: command words 1 to 4, then the mask. */
#define PIC1_COMMAND 0x20
#define PIC1_DATA 0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA 0xa1
#define PIC_ICW1_INIT 0x11 /* edge, cascade, ICW4 follows */
#define PIC_ICW4_8086 0x01
#define PIC_SLAVE_LINE 2

static void pic_mask_all(void)
{
    x86_outb(PIC1_COMMAND, PIC_ICW1_INIT);
    x86_outb(PIC2_COMMAND, PIC_ICW1_INIT);
    x86_outb(PIC1_DATA, IRQ_VECTOR_PIC);
    x86_outb(PIC2_DATA, IRQ_VECTOR_PIC + 8);
    x86_outb(PIC1_DATA, 1 << PIC_SLAVE_LINE);
    x86_outb(PIC2_DATA, PIC_SLAVE_LINE);
    x86_outb(PIC1_DATA, PIC_ICW4_8086);
    x86_outb(PIC2_DATA, PIC_ICW4_8086);
    x86_outb(PIC1_DATA, 0xff);
    x86_outb(PIC2_DATA, 0xff);
}

void irq_init(const struct acpi_info *acpi)
{
    wiring = acpi;
    pic_mask_all();
}

int irq_register(unsigned isa_irq, irq_handler handler, void *arg)
{
    struct irq_action *action = &actions[isa_irq];
    const uint64_t flags = irq_save();
    int err = -EBUSY;

    ASSERT(isa_irq < ACPI_ISA_IRQS && handler != NULL);
    if (action->handler == NULL) {
        *action = (struct irq_action){handler, arg};
        err =
            ioapic_route(&wiring->isa[isa_irq],
                         (uint8_t)(IRQ_VECTOR_ISA + isa_irq), boot_cpu.apic_id);
        if (err != 0)
            action->handler = NULL;
    }
    irq_restore(flags);
    return err;
}

/* => vector is not spurious */
static void handle(uint64_t vector)
{
    const uint64_t isa_irq = vector - IRQ_VECTOR_ISA;

    if (vector == IRQ_VECTOR_TIMER)
        clock_tick();
    else if (vector == IRQ_VECTOR_FLUSH)
        smp_flush_interrupt();
    else if (vector == IRQ_VECTOR_KICK)
        return; /* to have come is all: the way back looks */
    else if (isa_irq < ACPI_ISA_IRQS && actions[isa_irq].handler != NULL)
        actions[isa_irq].handler(actions[isa_irq].arg);
    else
        __atomic_fetch_add(&irq_unexpected, 1, __ATOMIC_RELAXED);
}

/* Neither the APIC's spurious vector nor the 8259s expect an end. */
static bool is_spurious(uint64_t vector)
{
    return vector == IRQ_VECTOR_SPURIOUS || vector < IRQ_VECTOR_ISA;
}

void irq_dispatch(struct trap_frame *frame)
{
    if (unlikely(is_spurious(frame->vector))) {
        __atomic_fetch_add(&irq_unexpected, 1, __ATOMIC_RELAXED);
        return;
    }
    preempt_disable();
    if (unlikely(lockck_enabled))
        lockck_enter_interrupt();
    handle(frame->vector);
    if (unlikely(lockck_enabled))
        lockck_leave_interrupt();
    apic_end_of_interrupt();
    preempt_enable_no_resched();

    /* An interrupt of user mode looks at need_resched on its way back. Here
     * interrupts are off and stay so until another thread runs, so that they
     * do not pile up on this stack. */
    if (!trap_from_user(frame) && cpu_head_gs->preempt_count == 0 &&
        cpu_head_gs->need_resched != 0)
        preempt_schedule_irq();
}
