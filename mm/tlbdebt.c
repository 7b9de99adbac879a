/* SPDX-License-Identifier: MIT */
/*
 * The ledger: a few records, one for each thread, place and address space that
 * has something outstanding.
 *
 *     record: owner, place, mm | [start, end) | CPUs that have not flushed it
 *
 * A record's range covers all entries it stands for. A flush on some CPU that
 * covers the range takes the CPU's bit out; with the last bit the record is
 * free again. What a thread gathers it flushes at once, so one range is enough.
 *
 * The frames of the old entries are in a hash table, as (frame, record,
 * generation). A record's generation changes when it is paid, which makes all
 * its frames stale without looking for them; stale ones are overwritten.
 *
 * Both are bounded. A debt that finds no room is not written down: the ledger
 * may miss an error but never invents one.
 *
 * Who is in debt and to whom is written down in one step with a look at
 * mm->cpumask, and a CPU leaves the mask and pays in one step: so no debt is
 * noted for a CPU that has left, and none that it has left open is seen.
 *
 * Locks: ledger_lock, with interrupts off: flush requests come as interrupts.
 */
#include "mm/tlbdebt.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/string.h"
#include "mm/kmap.h"

#define RECORDS 256U
#define FRAME_ORDER 7
#define FRAME_SLOTS ((PAGE_SIZE << FRAME_ORDER) / sizeof(struct frame_debt))
#define PROBES 8U

struct record {
    uint64_t cpus; /* that may hold old entries; 0: the record is free */
    uint64_t generation;
    const struct thread *owner;
    const struct mm *mm;
    const char *place;
    vaddr_t start, end;
};

struct frame_debt {
    uint64_t pfn; /* plus 1; 0: never used */
    uint32_t record;
    uint32_t generation; /* the low half */
};

static struct spinlock ledger_lock = SPINLOCK_INIT;
static struct record records[RECORDS]; /* L */
static struct frame_debt *frames;      /* C; its elements L */
static unsigned noutstanding;          /* L: records in use; may be read
                                          without: 0 means none of one's own */
/* L: ledger_lock; C: constant */

void tlbdebt_init(void)
{
    struct page *block;

    if (!vmck_enabled)
        return;
    if (page_alloc_order(PAGE_KERNEL, FRAME_ORDER, &block) != 0)
        panic("vmck: no memory for the ledger of TLB debts");
    frames = page_address(block);
    memset(frames, 0, PAGE_SIZE << FRAME_ORDER);
}

/* Can a CPU that still uses `old` do what `new` forbids, or reach another
 * frame? Entries without P are not cached. */
static bool is_weaker(pte_t old, pte_t new)
{
    const uint64_t rights = PTE_P | PTE_RW | PTE_US;

    if (!pte_present(old))
        return false;
    return (old.v & ~new.v &rights) != 0 || (new.v & ~old.v &pte_nx) != 0 ||
           pte_paddr(old).v != pte_paddr(new).v;
}

static uint64_t holders(const struct mm *mm)
{
    return mm == &kernel_mm ? cpu_online_mask() : READ_ONCE(mm->cpumask);
}

/* The current thread's record for this place, or a free one; NULL: full. */
static struct record *find_record_locked(const struct mm *mm, const char *place)
{
    struct record *unused = NULL;

    for (unsigned i = 0; i < RECORDS; i++) {
        struct record *record = &records[i];

        if (record->cpus == 0) {
            unused = unused != NULL ? unused : record;
            continue;
        }
        if (record->owner == current_thread() && record->mm == mm &&
            record->place == place)
            return record;
    }
    return unused;
}

static bool is_live_locked(const struct frame_debt *debt)
{
    const struct record *record = &records[debt->record];

    return debt->pfn != 0 && record->cpus != 0 &&
           (uint32_t)record->generation == debt->generation;
}

static struct frame_debt *frame_slot(uint64_t pfn, unsigned probe)
{
    return &frames[(pfn * 0x9e3779b97f4a7c15UL >> 32) % FRAME_SLOTS ^ probe];
}

static void note_frame_locked(uint64_t pfn, const struct record *record)
{
    for (unsigned probe = 0; probe < PROBES; probe++) {
        struct frame_debt *slot = frame_slot(pfn, probe);

        if (is_live_locked(slot) && slot->pfn != pfn + 1)
            continue;
        *slot = (struct frame_debt){pfn + 1, (uint32_t)(record - records),
                                    (uint32_t)record->generation};
        return;
    }
}

void tlbdebt_note(struct mm *mm, vaddr_t va, pte_t old, pte_t new,
                  const char *place)
{
    struct record *record = NULL;
    uint64_t owed, flags;

    if (!is_weaker(old, new) || holders(mm) == 0)
        return;
    va = ROUND_DOWN(va, PAGE_SIZE);
    flags = spin_lock_irqsave(&ledger_lock);
    owed = holders(mm);
    if (owed != 0)
        record = find_record_locked(mm, place);
    if (record != NULL) {
        if (record->cpus == 0) {
            *record = (struct record){.generation = record->generation,
                                      .owner = current_thread(),
                                      .mm = mm,
                                      .place = place,
                                      .start = va,
                                      .end = va + PAGE_SIZE};
            noutstanding++;
        }
        record->cpus |= owed;
        record->start = MIN(record->start, va);
        record->end = MAX(record->end, va + PAGE_SIZE);
        if (pte_paddr(old).v != pte_paddr(new).v)
            note_frame_locked(pte_paddr(old).v >> PAGE_SHIFT, record);
    }
    spin_unlock_irqrestore(&ledger_lock, flags);
}

static void pay_locked(const struct mm *mm, vaddr_t start, vaddr_t end)
{
    const uint64_t bit = 1UL << cpu_id();

    for (unsigned i = 0; i < RECORDS; i++) {
        struct record *record = &records[i];

        if (record->mm != mm || (record->cpus & bit) == 0 ||
            record->start < start || record->end > end)
            continue;
        record->cpus &= ~bit;
        if (record->cpus == 0) {
            record->generation++;
            noutstanding--;
        }
    }
}

void tlbdebt_pay(const struct mm *mm, vaddr_t start, vaddr_t end)
{
    uint64_t flags;

    if (READ_ONCE(noutstanding) == 0)
        return;
    flags = spin_lock_irqsave(&ledger_lock);
    pay_locked(mm, start, end);
    spin_unlock_irqrestore(&ledger_lock, flags);
}

void tlbdebt_leave(struct mm *mm)
{
    const uint64_t flags = spin_lock_irqsave(&ledger_lock);

    __atomic_fetch_and(&mm->cpumask, ~(1UL << cpu_id()), __ATOMIC_SEQ_CST);
    pay_locked(mm, 0, UINT64_MAX);
    spin_unlock_irqrestore(&ledger_lock, flags);
}

void tlbdebt_check_thread(void)
{
    uint64_t flags;

    if (READ_ONCE(noutstanding) == 0)
        return;
    flags = spin_lock_irqsave(&ledger_lock);
    for (unsigned i = 0; i < RECORDS; i++) {
        const struct record *record = &records[i];

        if (record->cpus != 0 && record->owner == current_thread())
            panic("TLB debt: %s weakened entries of %#lx-%#lx, and CPUs %#lx "
                  "have not flushed them; the thread returns to user mode",
                  record->place, record->start, record->end, record->cpus);
    }
    spin_unlock_irqrestore(&ledger_lock, flags);
}

void tlbdebt_check_frame(const struct page *page)
{
    const uint64_t pfn = page_to_pfn(page);
    uint64_t flags;

    if (READ_ONCE(noutstanding) == 0)
        return;
    flags = spin_lock_irqsave(&ledger_lock);
    for (unsigned probe = 0; probe < PROBES; probe++) {
        const struct frame_debt *debt = frame_slot(pfn, probe);
        const struct record *record = &records[debt->record];

        if (debt->pfn == pfn + 1 && is_live_locked(debt))
            panic("TLB debt: frame %#lx is freed, but %s unmapped it in "
                  "%#lx-%#lx and CPUs %#lx have not flushed that",
                  pfn, record->place, record->start, record->end, record->cpus);
    }
    spin_unlock_irqrestore(&ledger_lock, flags);
}
