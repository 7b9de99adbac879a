/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader told us, in the kernel's own terms. boot/multiboot2.c
 * fills it; nothing else knows multiboot2.
 */
#ifndef BOOT_BOOTINFO_H
#define BOOT_BOOTINFO_H

#include "kernel/lib/types.h"

#define BOOT_MAX_REGIONS 128
#define BOOT_CMDLINE_MAX 2048

enum boot_region_type {
    BOOT_RAM,      /* free for use */
    BOOT_RESERVED, /* firmware, devices, ACPI: never touched by the allocator */
    BOOT_KERNEL,   /* the kernel's image */
    BOOT_LOADED,   /* ramdisk, symbols and other data of the loader in RAM */
};

/* Sorted, disjoint; RAM regions are trimmed to whole pages and exclude the
 * kernel and everything loaded. */
struct boot_region {
    uint64_t start, end; /* physical, half open */
    enum boot_region_type type;
};

struct boot_framebuffer {
    paddr_t base; /* v == 0: none */
    uint32_t width, height, pitch;
    uint8_t bits_per_pixel;
    bool text; /* EGA text mode: width and height in characters */
    uint8_t red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
};

/* Constant once boot_parse has returned. */
struct boot_info {
    struct boot_region regions[BOOT_MAX_REGIONS];
    size_t nregions;
    char cmdline[BOOT_CMDLINE_MAX]; /* the loader's, then fw_cfg's */
    paddr_t ramdisk;                /* v == 0: none */
    size_t ramdisk_size;
    paddr_t extra_ramdisk; /* fw_cfg's opt/quire/ramdisk, whose files are laid
                              over the other's; v == 0: none */
    size_t extra_ramdisk_size;
    struct boot_framebuffer framebuffer;
    paddr_t rsdp; /* the ACPI root pointer's copy; v == 0: none */
    /* The kernel's own ELF symbols, direct-mapped; NULL if not loaded. */
    const void *symtab;
    size_t symtab_size;
    const char *strtab;
    size_t strtab_size;
};

extern struct boot_info boot_info;

/*
 * Reads what the loader left at physical address `mbi` (multiboot2
 * specification, 3.4) into boot_info.
 *   => called once, on the boot page tables, which map the first 4 GiB
 *   => on missing or malformed data: returns a sentence for a person, naming
 *      what is wrong; NULL if all is well
 */
const char *boot_parse(uint32_t magic, uint32_t mbi);

/* The value of word `name=VALUE` on the command line, copied to buf and cut
 * at spaces; false if absent. A bare word `name` has the value "". */
bool boot_option(const char *name, char *buf, size_t size);

#endif
