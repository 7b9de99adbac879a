/* SPDX-License-Identifier: MIT */
/*
 * Process-context identifiers: see pcid.h.
 *
 * Why no stale translation is used: whoever weakens an entry changes it, then
 * counts tlb_gen up, then reads cpumask; a CPU that loads the address space
 * sets its bit in cpumask, then reads tlb_gen, then loads CR3; all with full
 * barriers. So either the CPU sees the new count, and drops the slot's
 * translations, or the flush sees the bit, and sends its interrupt, which is
 * not let in before CR3 is loaded.
 *
 * Locks: each CPU's slots are its own, with interrupts off.
 */
#include "mm/pcid.h"
#include "kernel/cpu/x86.h"
#include "mm/kmap.h"

/* An address space that the CPU ran; id 0: none. Ids are not used twice, so a
 * slot of one that is gone is never found again. */
struct slot {
    uint64_t id;
    uint64_t gen; /* its translations miss no flush up to this one */
};

static struct pcid_cpu {
    struct slot slots[PCID_SLOTS];
    unsigned current; /* the slot that is loaded */
    unsigned next;    /* to give away */
} __aligned(64) cpus_pcids[MAX_CPUS];

/* mm's slot on this CPU. True if its translations are good. */
static bool find_slot(struct pcid_cpu *cpu, const struct mm *mm, uint64_t gen)
{
    struct slot *slot;
    bool good;

    for (unsigned i = 0; i < PCID_SLOTS; i++) {
        slot = &cpu->slots[i];
        if (slot->id != mm->id)
            continue;
        cpu->current = i;
        good = slot->gen == gen;
        slot->gen = gen;
        return good;
    }
    cpu->current = cpu->next;
    cpu->next = (cpu->next + 1) % PCID_SLOTS;
    cpu->slots[cpu->current] = (struct slot){mm->id, gen};
    return false;
}

uint64_t pcid_choose(struct mm *mm)
{
    struct pcid_cpu *cpu = &cpus_pcids[cpu_id()];
    bool good;

    if (mm == NULL)
        return kmap_root.v;
    if (!cpu_features.pcid)
        return mm->root.v;
    good = find_slot(cpu, mm, (uint64_t)atomic64_load(&mm->tlb_gen));
    return mm->root.v | (cpu->current + 1) | (good ? CR3_NOFLUSH : 0);
}

void pcid_flushed(uint64_t gen)
{
    struct pcid_cpu *cpu = &cpus_pcids[cpu_id()];
    struct slot *slot = &cpu->slots[cpu->current];

    /* Else it missed one in between, or is ahead: leave it as it is. */
    if (slot->gen + 1 == gen)
        slot->gen = gen;
}
