/* SPDX-License-Identifier: MIT */
/*
 * The CPU of mm_host.h. A cached entry is used whatever the page table says
 * now, as hardware may (SDM vol. 3, 4.10.2): a flush that mm/ owes and does not
 * pay shows as wrong data.
 */
#include "tools/hosttest/mm_host.h"
#include <stdlib.h>
#include "kernel/cpu/apic.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/string.h"
#include "mm/huge.h"
#include "mm/kmap.h"
#include "mm/pagetable.h"
#include "mm/slab.h"
#include "mm/tlb.h"
#include "tools/hosttest/ram.h"
#include "tools/hosttest/test.h"

#define TLB_ENTRIES 64
#define FAULTS_MAX 4 /* one access needs no more */

static struct tlb_entry {
    bool valid;
    bool large; /* a part of a large page */
    unsigned pcid;
    vaddr_t va;
    pte_t pte;
} tlb[TLB_ENTRIES];

static paddr_t loaded_root;
static unsigned pcid; /* that is loaded */

static struct tlb_entry *tlb_slot(vaddr_t va)
{
    return &tlb[((va >> PAGE_SHIFT) + pcid * 7) % TLB_ENTRIES];
}

/* All of a large page goes, by whichever address (SDM vol. 3, 4.10.4.1). */
void host_flush_page(vaddr_t va)
{
    if (tlb_slot(va)->va == ROUND_DOWN(va, PAGE_SIZE) &&
        tlb_slot(va)->pcid == pcid)
        tlb_slot(va)->valid = false;
    for (size_t i = 0; i < TLB_ENTRIES; i++)
        if (tlb[i].large && tlb[i].pcid == pcid &&
            tlb[i].va / HUGE_SIZE == va / HUGE_SIZE)
            tlb[i].valid = false;
}

void host_flush_all(void)
{
    for (size_t i = 0; i < TLB_ENTRIES; i++)
        if (tlb[i].pcid == pcid)
            tlb[i].valid = false;
}

void cpu_load_cr3(uint64_t cr3)
{
    loaded_root = PADDR(cr3 & PTE_ADDR_MASK);
    pcid = cr3 & PAGE_MASK;
    CHECK(cpu_features.pcid || pcid == 0);
    if ((cr3 & CR3_NOFLUSH) == 0)
        host_flush_all();
}

/* There is one CPU. */
void apic_send(uint32_t apic_id, uint8_t vector)
{
    FAIL("interrupt %u to CPU %u", vector, apic_id);
}

/* The command line: large pages for all. */
bool boot_option(const char *name, char *buf, size_t size)
{
    if (strcmp(name, "transparent_hugepage") != 0)
        return false;
    strlcpy(buf, "always", size);
    return true;
}

struct cpu_features cpu_features;

bool mlock_is_privileged(void)
{
    return true;
}

bool signal_fatal_pending(void)
{
    return false;
}

size_t parse_u64(const char *s, unsigned base, uint64_t *out)
{
    char *end;

    *out = strtoul(s, &end, (int)base);
    return (size_t)(end - s);
}

uint64_t kmap_cache_bits(enum kmap_cache cache __unused)
{
    return 0;
}

size_t kstack_shrink(void)
{
    return 0;
}

void mm_host_init(size_t mib)
{
    struct page *root;

    cpu_features.pcid = true;
    ram_init(mib);
    slab_init();
    CHECK(page_alloc_zeroed(PAGE_KERNEL, &root) == 0);
    kmap_root = page_to_phys(root);
    kernel_mm.root = kmap_root;
    pte_nx = PTE_XD;
    mm_init();
}

/* The page's entry as the CPU finds it, with the rights of all levels, and as
 * if large pages were many small ones. */
static pte_t walk(vaddr_t va, bool *large)
{
    size_t within;

    pte_t *table = phys_to_virt(loaded_root), pte;
    uint64_t rights = PTE_P | PTE_RW | PTE_US, denied = 0;

    for (unsigned level = PT_LEVELS - 1;; level--) {
        pte = table[pt_index(va, level)];
        rights &= pte.v;
        denied |= pte.v & PTE_XD;
        *large = pte_large(pte, level);
        if (level == 0 || *large || !pte_present(pte))
            break;
        table = phys_to_virt(pte_paddr(pte));
    }
    within = *large ? pt_index(va, 0) * PAGE_SIZE : 0;
    return (pte_t){(pte_paddr(pte).v + within) | rights | denied};
}

static bool grants(pte_t pte, enum mm_access access)
{
    if ((pte.v & PTE_P) == 0 || (pte.v & PTE_US) == 0)
        return false;
    if (access == MM_WRITE)
        return (pte.v & PTE_RW) != 0;
    return access == MM_READ || (pte.v & PTE_XD) == 0;
}

static void touch(pte_t pte, vaddr_t va, enum mm_access access, uint64_t *word)
{
    char *frame = phys_to_virt(pte_paddr(pte));
    uint64_t *at = (uint64_t *)(frame + (va & PAGE_MASK));

    if (access == MM_WRITE)
        *at = *word;
    else
        *word = *at;
}

/* By the TLB or a walk; false: the access is refused. */
static bool try_access(vaddr_t va, enum mm_access access, uint64_t *word)
{
    struct tlb_entry *slot = tlb_slot(va);
    vaddr_t page = ROUND_DOWN(va, PAGE_SIZE);
    bool large;
    pte_t pte;

    if (slot->valid && slot->va == page && slot->pcid == pcid &&
        grants(slot->pte, access)) {
        touch(slot->pte, va, access, word);
        return true;
    }
    pte = walk(va, &large);
    if (!grants(pte, access)) {
        host_flush_page(va); /* SDM vol. 3, 4.10.4.1: faults do */
        return false;
    }
    if (!rnd_once_in(4))
        *slot = (struct tlb_entry){true, large, pcid, page, pte};
    touch(pte, va, access, word);
    return true;
}

enum mm_fault_result mm_host_access(vaddr_t va, enum mm_access access,
                                    uint64_t *word)
{
    for (int i = 0; i < FAULTS_MAX; i++) {
        enum mm_fault_result result;

        if (try_access(va, access, word))
            return MM_FAULT_OK;
        result = mm_fault(mm_current(), va, access);
        if (result != MM_FAULT_OK && result != MM_FAULT_MAJOR)
            return result;
    }
    FAIL("access %d to %#lx faults again and again", access, va);
}
