/* SPDX-License-Identifier: MIT */
/*
 * Physical memory on the host: anonymous memory where the direct map would be,
 * described by a boot_info of our own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "boot/bootinfo.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "tools/hosttest/ram.h"
#include "tools/hosttest/test.h"

#define MIB 0x100000UL

struct boot_info boot_info;

/* The kernel's half of address spaces: there is none. */
struct mm kernel_mm;
paddr_t kmap_root;

static void add_region(uint64_t start, uint64_t end, enum boot_region_type type)
{
    boot_info.regions[boot_info.nregions++] =
        (struct boot_region){start, end, type};
}

void ram_init(size_t mib)
{
    uint64_t third = ROUND_DOWN(mib * MIB / 3, PAGE_SIZE);
    uint64_t start = 0;
    void *ram =
        mmap((void *)DIRECT_MAP, (mib + 8) * MIB, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (ram != (void *)DIRECT_MAP) {
        perror("mmap of the host test's RAM");
        exit(1);
    }
    /* What RAM holds at power-on is not zero. */
    for (uint64_t *word = ram; (char *)word < (char *)ram + (mib + 8) * MIB;
         word += 8)
        *word = rnd();
    add_region(0, 0xa0000, BOOT_RAM); /* all below 1 MiB: never used */
    add_region(MIB, MIB + 5 * PAGE_SIZE, BOOT_KERNEL);
    start = MIB + 5 * PAGE_SIZE;
    add_region(start, start + third, BOOT_RAM);
    start += third + 3 * PAGE_SIZE;
    add_region(start, start + third, BOOT_RAM);
    start += third;
    add_region(start, start + MIB, BOOT_LOADED);
    start += MIB;
    add_region(start, start + third, BOOT_RAM);
    add_region(start + third, start + third + MIB, BOOT_RESERVED);
    page_init();
}

void ram_fail_after(uint32_t n)
{
    page_fail_after((struct thread_head *)current_thread(), n);
}
