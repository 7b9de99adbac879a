/* SPDX-License-Identifier: MIT */
/*
 * QEMU's firmware configuration device: named files that the host hands in
 * (QEMU, docs/specs/fw_cfg.rst). An item is chosen by number and read in order
 * through a port, or in one go by DMA.
 *
 * Locks: fw_cfg_lock, with interrupts off: the device has one position. Passed
 * by in a panic.
 */
#include "kernel/abi/errno.h"
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/panicking.h"
#include "kernel/lib/string.h"
#include "mm/layout.h"

#define PORT_SELECT 0x510
#define PORT_DATA 0x511
#define PORT_DMA_HIGH 0x514
#define PORT_DMA_LOW 0x518

#define ITEM_SIGNATURE 0x00
#define ITEM_FEATURES 0x01
#define FEATURE_DMA 0x02
#define ITEM_DIRECTORY 0x19

#define NAME_LEN 56

/* All numbers of the directory and of the DMA command are big-endian. */
struct directory_entry {
    uint32_t size;
    uint16_t item, reserved;
    char name[NAME_LEN];
};

struct dma_command {
    uint32_t control, len;
    uint64_t address;
};

#define DMA_ERROR 0x01U
#define DMA_READ 0x02U
#define DMA_SELECT 0x08U
#define DMA_ITEM_SHIFT 16

static struct spinlock fw_cfg_lock = SPINLOCK_INIT;
static struct dma_command command __aligned(16); /* F */
/* F: fw_cfg_lock */

static void select_item(uint16_t item)
{
    x86_outw(PORT_SELECT, item);
}

static void read_port(void *buf, size_t n)
{
    x86_insb(PORT_DATA, buf, n);
}

static bool is_present(void)
{
    char signature[4];

    select_item(ITEM_SIGNATURE);
    read_port(signature, sizeof(signature));
    return memcmp(signature, "QEMU", sizeof(signature)) == 0;
}

static bool has_dma(void)
{
    uint8_t features;

    select_item(ITEM_FEATURES);
    read_port(&features, sizeof(features));
    return (features & FEATURE_DMA) != 0;
}

/* Finds a file: its item and size. 0 or -ENOENT. => locked */
static int find_file_locked(const char *name, struct directory_entry *entry)
{
    uint32_t count;

    if (!is_present())
        return -ENOENT;
    select_item(ITEM_DIRECTORY);
    read_port(&count, sizeof(count));
    for (count = __builtin_bswap32(count); count > 0; count--) {
        read_port(entry, sizeof(*entry));
        if (strncmp(entry->name, name, NAME_LEN) != 0)
            continue;
        entry->size = __builtin_bswap32(entry->size);
        entry->item = __builtin_bswap16(entry->item);
        return 0;
    }
    return -ENOENT;
}

/* The physical address of memory that lies in one piece there. */
static bool to_physical(const void *va, uint64_t *out)
{
    const uint64_t address = (uint64_t)va;

    if (address >= KERNEL_BASE)
        *out = address - KERNEL_BASE;
    else if (address >= DIRECT_MAP && address < DIRECT_MAP_END)
        *out = address - DIRECT_MAP;
    else
        return false;
    return true;
}

/* False: not possible this way. => locked */
static bool read_dma_locked(uint16_t item, void *buf, size_t n)
{
    volatile struct dma_command *c = &command;
    uint64_t target, self;

    if (!has_dma() || !to_physical(buf, &target) ||
        !to_physical(&command, &self))
        return false;
    c->control = __builtin_bswap32((uint32_t)item << DMA_ITEM_SHIFT |
                                   DMA_SELECT | DMA_READ);
    c->len = __builtin_bswap32((uint32_t)n);
    c->address = __builtin_bswap64(target);
    compiler_barrier();
    x86_outl(PORT_DMA_HIGH, __builtin_bswap32((uint32_t)(self >> 32)));
    x86_outl(PORT_DMA_LOW, __builtin_bswap32((uint32_t)self));
    while ((c->control & ~__builtin_bswap32(DMA_ERROR)) != 0)
        x86_pause();
    return c->control == 0;
}

ssize_t fw_cfg_size(const char *name)
{
    const uint64_t flags = dev_lock(&fw_cfg_lock);
    struct directory_entry entry;
    const int err = find_file_locked(name, &entry);

    dev_unlock(&fw_cfg_lock, flags);
    return err != 0 ? err : (ssize_t)entry.size;
}

ssize_t fw_cfg_read(const char *name, void *buf, size_t size)
{
    const uint64_t flags = dev_lock(&fw_cfg_lock);
    struct directory_entry entry;
    ssize_t ret = find_file_locked(name, &entry);

    if (ret == 0) {
        const size_t n = MIN(size, (size_t)entry.size);

        if (!read_dma_locked(entry.item, buf, n)) {
            select_item(entry.item);
            read_port(buf, n);
        }
        ret = (ssize_t)n;
    }
    dev_unlock(&fw_cfg_lock, flags);
    return ret;
}
