/* SPDX-License-Identifier: MIT */
/*
 * Every vector has an interrupt gate to its stub in entry.asm: interrupts are
 * off on entry, for exceptions too, so that CR2 and GS are safe until they
 * have been read.
 */
#include "kernel/cpu/idt.h"
#include "kernel/cpu/gdt.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/string.h"

#define VECTORS 256
#define STUB_SIZE 16

/* SDM vol. 3, figure 6-8. */
struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type; /* P, DPL, type */
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

#define GATE_INTERRUPT 0x0e
#define GATE_PRESENT 0x80
#define GATE_DPL(n) ((n) << 5)

extern const char trap_stubs[VECTORS][STUB_SIZE];

/* On pages of its own: read-only once it is filled. */
static struct gate idt[VECTORS] __ro_after_init __aligned(64);

static const struct x86_table_register idtr = {sizeof(idt) - 1, (uint64_t)idt};

static void set_gate(unsigned vector, unsigned dpl, enum cpu_ist ist)
{
    const uint64_t stub = (uint64_t)trap_stubs[vector];

    idt[vector] = (struct gate){
        .offset_low = (uint16_t)stub,
        .selector = KERNEL_CS,
        .ist = (uint8_t)ist,
        .type = (uint8_t)(GATE_PRESENT | GATE_DPL(dpl) | GATE_INTERRUPT),
        .offset_middle = (uint16_t)(stub >> 16),
        .offset_high = (uint32_t)(stub >> 32),
    };
}

void idt_init(void)
{
    for (unsigned vector = 0; vector < VECTORS; vector++)
        set_gate(vector, 0, IST_NONE);
    /* A program may run INT3 and INTO itself. */
    set_gate(TRAP_BP, 3, IST_NONE);
    set_gate(TRAP_OF, 3, IST_NONE);
    set_gate(TRAP_DF, 0, IST_DF);
    set_gate(TRAP_NMI, 0, IST_NMI);
    set_gate(TRAP_MC, 0, IST_MC);
    set_gate(TRAP_DB, 0, IST_DB);
}

void idt_load(void)
{
    x86_lidt(&idtr);
}

struct trap_frame *trap_bad_return(struct trap_frame *fault)
{
    /* The part that the CPU pushes is the last of a frame, and it is there
     * already: what IRETQ was to load. */
    const size_t own_part = offsetof(struct trap_frame, rip);
    char *frame = (char *)fault->rsp - own_part;

    memmove(frame, fault, own_part);
    return (struct trap_frame *)frame;
}
