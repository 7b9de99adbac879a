/* SPDX-License-Identifier: MIT */
/*
 * The kernel's half of every address space.
 *
 * Built once at boot, with the same walk as user tables (mm/pagetable.c), in
 * kernel_mm. Every root copies the upper half of its entries; all of them are
 * filled here, so that what is mapped later appears in every address space.
 *
 * No page is both writable and executable, in any of its mappings: the direct
 * map shows the kernel's code and constants read-only too.
 *
 * Locks: kmap_lock guards the kernel's entries after boot and the address
 * ranges handed out. Entries of the direct map and the image never change
 * after kmap_seal.
 */
#include "mm/kmap.h"
#include "boot/bootinfo.h"
#include "kernel/abi/errno.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/assert.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/tlb.h"

/* linker.ld */
extern char __image_start[], __image_end[], __text_start[], __text_end[];
extern char __rodata_start[], __rodata_end[];
extern char __ro_after_init_start[], __ro_after_init_end[];

#define BITS_RO (PTE_P | PTE_A)
#define BITS_RW (PTE_P | PTE_RW | PTE_A | PTE_D)

struct mm kernel_mm;
paddr_t kmap_root;

static struct spinlock kmap_lock = SPINLOCK_INIT;
static vaddr_t next_device = MMIO_BASE; /* K */

uint64_t kmap_global_bit(void)
{
    return cpu_features.pge ? PTE_G : 0;
}

/* The highest level whose entries can map what starts at va and pa. */
static unsigned largest_level(vaddr_t va, uint64_t pa, uint64_t len)
{
    unsigned level = cpu_features.pages_1g ? 2 : 1;

    for (; level > 0; level--) {
        uint64_t span = pt_entry_span(level);

        if (((va | pa) & (span - 1)) == 0 && len >= span)
            break;
    }
    return level;
}

/* Maps [va, va + len) to pa, with pages of at most max_level. */
static int map_range(vaddr_t va, uint64_t pa, uint64_t len, uint64_t bits,
                     unsigned max_level)
{
    while (len > 0) {
        unsigned level = MIN(max_level, largest_level(va, pa, len));
        struct pt_cursor cur;
        int err = pt_descend(&kernel_mm, va, level, true, &cur);

        if (err != 0)
            return err;
        pte_store(cur.entry[level],
                  pte_make(PADDR(pa), bits | (level > 0 ? PTE_PS : 0)));
        va += pt_entry_span(level);
        pa += pt_entry_span(level);
        len -= pt_entry_span(level);
    }
    return 0;
}

static void map_at_boot(vaddr_t va, uint64_t pa, uint64_t len, uint64_t bits,
                        unsigned max_level)
{
    if (map_range(va, pa, len, bits | kmap_global_bit(), max_level) != 0)
        panic("kmap: cannot map %#lx", va);
}

/* A part of the kernel's image, at its own address and in the direct map. */
static void map_image(const char *start, const char *end, uint64_t bits)
{
    uint64_t pa = (uint64_t)start - KERNEL_BASE;
    uint64_t len = (uint64_t)(end - start);

    map_at_boot((vaddr_t)start, pa, len, bits, 0);
    map_at_boot(DIRECT_MAP + pa, pa, len, bits | pte_nx, 0);
}

static void map_kernel(void)
{
    map_image(__text_start, __text_end, BITS_RO);
    map_image(__rodata_start, __rodata_end, BITS_RO | pte_nx);
    map_image(__ro_after_init_start, __image_end, BITS_RW | pte_nx);
}

static void map_direct(void)
{
    uint64_t bits = BITS_RW | pte_nx;

    for (size_t i = 0; i < boot_info.nregions; i++) {
        const struct boot_region *r = &boot_info.regions[i];
        uint64_t start = ROUND_DOWN(r->start, PAGE_SIZE);
        uint64_t end = ROUND_UP(r->end, PAGE_SIZE);

        if (r->type == BOOT_KERNEL)
            continue; /* map_kernel */
        if (end > DIRECT_MAP_END - DIRECT_MAP)
            continue;
        map_at_boot(DIRECT_MAP + start, start, end - start, bits,
                    PT_LEVELS - 2);
    }
}

/* Top-level entries of ranges that are filled later. */
static void reserve_root_entries(vaddr_t start, vaddr_t end)
{
    struct pt_cursor cur;

    for (vaddr_t va = start; va < end; va += pt_entry_span(PT_LEVELS - 1))
        if (pt_descend(&kernel_mm, va, PT_LEVELS - 2, true, &cur) != 0)
            panic("kmap: no memory for page tables");
}

void kmap_init(void)
{
    pte_nx = cpu_features.nx ? PTE_XD : 0;
    kmap_root = virt_to_phys(early_alloc(PAGE_SIZE, PAGE_SIZE));
    kernel_mm.root = kmap_root;
    map_direct();
    map_kernel();
    reserve_root_entries(MMIO_BASE, MMIO_END);
    reserve_root_entries(KSTACKS_BASE, KSTACKS_END);
    cpu_load_cr3(kmap_root.v);
}

void kmap_seal(void)
{
    const vaddr_t start = (vaddr_t)__ro_after_init_start;
    const vaddr_t end = (vaddr_t)__ro_after_init_end;
    const vaddr_t to_direct_map = DIRECT_MAP - KERNEL_BASE;

    map_image(__ro_after_init_start, __ro_after_init_end, BITS_RO | pte_nx);
    tlb_flush_kernel(start, end);
    tlb_flush_kernel(start + to_direct_map, end + to_direct_map);
}

uint64_t kmap_cache_bits(enum kmap_cache cache)
{
    /* As CPU_PAT has it. */
    static const uint64_t bits[] = {
        [KMAP_UNCACHED] = PTE_PCD | PTE_PWT,
        [KMAP_WRITE_COMBINING] = PTE_PWT,
        [KMAP_WRITE_BACK] = 0,
    };

    return bits[cache];
}

void *kmap_device(paddr_t base, size_t len, enum kmap_cache cache)
{
    uint64_t within = base.v & PAGE_MASK;
    uint64_t size = ROUND_UP(len + within, PAGE_SIZE);
    uint64_t bits =
        BITS_RW | pte_nx | kmap_cache_bits(cache) | kmap_global_bit();
    vaddr_t va;
    int err = -ENOMEM;

    spin_lock(&kmap_lock);
    va = next_device;
    if (size <= MMIO_END - va) {
        next_device = va + size + PAGE_SIZE;
        err = map_range(va, base.v - within, size, bits, 0);
    }
    spin_unlock(&kmap_lock);
    return err == 0 ? (void *)(va + within) : NULL;
}
