/* SPDX-License-Identifier: MIT */
/*
 * The only reader of multiboot2 (specification 2.0, 3.4 to 3.6): turns the
 * loader's tags into struct boot_info.
 *
 *   [ total_size | reserved ][ tag ][ tag ] ... [ end tag ]
 *                             each a multiple of 8 bytes apart
 *
 * Nothing in it is trusted: every tag must lie inside the whole, every entry
 * inside its tag, every address below what the boot page tables map. What is
 * wrong becomes a sentence for the console (boot_parse's result).
 *
 * The memory map becomes boot_info.regions in two steps: the firmware's entries
 * are cut at each other's borders, the more careful type winning where they
 * overlap, then the kernel's image and what was loaded are cut out of the RAM.
 *
 * Read next: mm/early.c, mm/page.c, which use the regions.
 */
#include "boot/bootinfo.h"
#include "boot/regions.h"
#include "kernel/lib/string.h"
#include "mm/layout.h"

#define MULTIBOOT2_MAGIC 0x36d76289U
#define TAG_ALIGN 8U
#define MAPPED_END 0x100000000UL /* by the boot page tables */

enum tag_type {
    TAG_END = 0,
    TAG_CMDLINE = 1,
    TAG_MODULE = 3,
    TAG_MMAP = 6,
    TAG_FRAMEBUFFER = 8,
    TAG_ELF_SECTIONS = 9,
    TAG_ACPI_OLD = 14,
    TAG_ACPI_NEW = 15,
};

struct tag {
    uint32_t type, size; /* of the tag, this header included */
};

struct tag_string {
    struct tag tag;
    char text[];
};

struct tag_module {
    struct tag tag;
    uint32_t start, end;
    char cmdline[];
};

struct mmap_entry {
    uint64_t base, len;
    uint32_t type, reserved;
};

struct tag_mmap {
    struct tag tag;
    uint32_t entry_size, entry_version;
};

#define MMAP_RAM 1U

struct tag_framebuffer {
    struct tag tag;
    uint64_t base;
    uint32_t pitch, width, height;
    uint8_t bits_per_pixel, type, reserved[2];
    /* type FRAMEBUFFER_RGB */
    uint8_t red_shift, red_bits, green_shift, green_bits, blue_shift, blue_bits;
};

enum { FRAMEBUFFER_INDEXED = 0, FRAMEBUFFER_RGB = 1, FRAMEBUFFER_TEXT = 2 };

struct tag_elf {
    struct tag tag;
    uint32_t count, entry_size, names;
};

/* Elf64_Shdr: System V gABI, chapter 4. */
struct section {
    uint32_t name, type;
    uint64_t flags, address, offset, size;
    uint32_t link, info;
    uint64_t align, entry_size;
};

#define SECTION_SYMTAB 2U
#define SECTION_STRTAB 3U

struct boot_info boot_info __ro_after_init;

extern char __image_start[], __image_end[];

static const void *mapped(uint64_t pa)
{
    return (const void *)(pa + DIRECT_MAP);
}

static bool is_mapped(uint64_t start, uint64_t end)
{
    return start <= end && end <= MAPPED_END;
}

static const char *read_cmdline(const struct tag_string *tag)
{
    const size_t room = tag->tag.size - sizeof(*tag);

    if (strnlen(tag->text, room) == room)
        return "the loader's command line has no end";
    if (strlcpy(boot_info.cmdline, tag->text, sizeof(boot_info.cmdline)) >=
        sizeof(boot_info.cmdline))
        return "the loader's command line is longer than 2047 characters";
    return NULL;
}

static const char *read_module(const struct tag_module *tag)
{
    if (!is_mapped(tag->start, tag->end))
        return "the loader's module ends before it starts";
    if (boot_info.ramdisk.v != 0)
        return "the loader brought two modules; Quire takes one, the ramdisk";
    boot_info.ramdisk = PADDR(tag->start);
    boot_info.ramdisk_size = tag->end - tag->start;
    return NULL;
}

static const char *read_mmap(const struct tag_mmap *tag)
{
    const char *entries = (const char *)(tag + 1);
    const size_t room = tag->tag.size - sizeof(*tag);
    const char *problem = NULL;

    if (tag->entry_size < sizeof(struct mmap_entry) ||
        tag->entry_size % TAG_ALIGN != 0)
        return "the loader's memory map has entries of an impossible size";
    for (size_t at = 0; problem == NULL && room - at >= tag->entry_size;
         at += tag->entry_size) {
        const struct mmap_entry *entry = (const void *)(entries + at);

        problem =
            regions_add(entry->base, entry->len,
                        entry->type == MMAP_RAM ? BOOT_RAM : BOOT_RESERVED);
    }
    return problem;
}

static const char *read_framebuffer(const struct tag_framebuffer *tag)
{
    struct boot_framebuffer *fb = &boot_info.framebuffer;

    if (tag->type == FRAMEBUFFER_INDEXED)
        return NULL; /* a palette: the console does without a screen */
    if (tag->base == 0 || tag->width == 0 || tag->height == 0 ||
        tag->pitch / tag->width < tag->bits_per_pixel / 8U)
        return "the loader's frame buffer has impossible measures";
    fb->base = PADDR(tag->base);
    fb->width = tag->width;
    fb->height = tag->height;
    fb->pitch = tag->pitch;
    fb->bits_per_pixel = tag->bits_per_pixel;
    fb->text = tag->type == FRAMEBUFFER_TEXT;
    if (fb->text)
        return NULL;
    if (tag->tag.size <= offsetof(struct tag_framebuffer, blue_bits))
        return "the loader does not say where the frame buffer's colours are";
    fb->red_shift = tag->red_shift;
    fb->red_bits = tag->red_bits;
    fb->green_shift = tag->green_shift;
    fb->green_bits = tag->green_bits;
    fb->blue_shift = tag->blue_shift;
    fb->blue_bits = tag->blue_bits;
    return NULL;
}

/* The symbols are for reports only: whatever is odd, there are none. */
static const char *read_elf(const struct tag_elf *tag)
{
    const struct section *sections = (const void *)(tag + 1);
    const struct section *symbols, *strings;
    const size_t room = tag->tag.size - sizeof(*tag);
    size_t i = 0;

    if (tag->entry_size != sizeof(*sections) ||
        room / sizeof(*sections) < tag->count)
        return NULL;
    while (i < tag->count && sections[i].type != SECTION_SYMTAB)
        i++;
    if (i == tag->count || sections[i].link >= tag->count)
        return NULL;
    symbols = &sections[i];
    strings = &sections[symbols->link];
    if (strings->type != SECTION_STRTAB || strings->address == 0 ||
        symbols->address == 0 || strings->size == 0 ||
        !is_mapped(symbols->address, symbols->address + symbols->size) ||
        !is_mapped(strings->address, strings->address + strings->size))
        return NULL;
    boot_info.symtab = mapped(symbols->address);
    boot_info.symtab_size = symbols->size;
    boot_info.strtab = mapped(strings->address);
    boot_info.strtab_size = strings->size;
    return NULL;
}

/* The tag holds a copy of the root pointer; the newer kind is preferred. */
static void read_acpi(const struct tag *tag)
{
    if (boot_info.rsdp.v == 0 || tag->type == TAG_ACPI_NEW)
        boot_info.rsdp = PADDR((uint64_t)(tag + 1) - DIRECT_MAP);
}

static size_t tag_least_size(uint32_t type)
{
    switch (type) {
    case TAG_CMDLINE: return sizeof(struct tag_string);
    case TAG_MODULE: return sizeof(struct tag_module);
    case TAG_MMAP: return sizeof(struct tag_mmap);
    case TAG_FRAMEBUFFER: return offsetof(struct tag_framebuffer, red_shift);
    case TAG_ELF_SECTIONS: return sizeof(struct tag_elf);
    default: return sizeof(struct tag);
    }
}

static const char *read_tag(const struct tag *tag)
{
    const void *whole = tag;

    if (tag->size < tag_least_size(tag->type))
        return "a tag of the loader's is too short for its kind";
    switch (tag->type) {
    case TAG_CMDLINE: return read_cmdline(whole);
    case TAG_MODULE: return read_module(whole);
    case TAG_MMAP: return read_mmap(whole);
    case TAG_FRAMEBUFFER: return read_framebuffer(whole);
    case TAG_ELF_SECTIONS: return read_elf(whole);
    case TAG_ACPI_OLD:
    case TAG_ACPI_NEW: read_acpi(tag); return NULL;
    default: return NULL;
    }
}

static const char *read_tags(const char *info, uint32_t total)
{
    uint32_t at = 2 * sizeof(uint32_t);
    const char *problem;

    while (total - at >= sizeof(struct tag)) {
        const struct tag *tag = (const void *)(info + at);

        if (tag->type == TAG_END)
            return NULL;
        if (tag->size < sizeof(*tag) || tag->size > total - at)
            return "a tag of the loader's reaches past the end of its data";
        problem = read_tag(tag);
        if (problem != NULL)
            return problem;
        if (total - at < ROUND_UP(tag->size, TAG_ALIGN))
            break;
        at += ROUND_UP(tag->size, TAG_ALIGN);
    }
    return "the loader's data has no end tag";
}

/* What lies in RAM and must stay there. */
static const char *reserve_loaded(uint64_t mbi, uint32_t total)
{
    const uint64_t ramdisk = boot_info.ramdisk.v;
    const char *problem;

    problem = regions_reserve((uint64_t)__image_start - KERNEL_BASE,
                              (uint64_t)__image_end - KERNEL_BASE, BOOT_KERNEL);
    if (problem == NULL)
        problem = regions_reserve(mbi, mbi + total, BOOT_LOADED);
    if (problem == NULL && ramdisk != 0)
        problem = regions_reserve(ramdisk, ramdisk + boot_info.ramdisk_size,
                                  BOOT_LOADED);
    if (problem == NULL && boot_info.symtab != NULL) {
        const uint64_t symtab = (uint64_t)boot_info.symtab - DIRECT_MAP;
        const uint64_t strtab = (uint64_t)boot_info.strtab - DIRECT_MAP;

        problem = regions_reserve(symtab, symtab + boot_info.symtab_size,
                                  BOOT_LOADED);
        if (problem == NULL)
            problem = regions_reserve(strtab, strtab + boot_info.strtab_size,
                                      BOOT_LOADED);
    }
    return problem;
}

const char *boot_parse(uint32_t magic, uint32_t mbi)
{
    const uint32_t *header = mapped(mbi);
    const char *problem;

    if (magic != MULTIBOOT2_MAGIC)
        return "not started by a multiboot2 boot loader";
    if (mbi == 0 || mbi % TAG_ALIGN != 0)
        return "the loader's data is missing or not aligned";
    if (header[0] < 2 * sizeof(uint32_t) || header[0] > MAPPED_END - mbi)
        return "the loader's data has an impossible size";
    problem = read_tags((const char *)header, header[0]);
    if (problem != NULL)
        return problem;
    if (boot_info.nregions == 0)
        return "the loader gave no memory map";
    problem = reserve_loaded(mbi, header[0]);
    if (problem != NULL)
        return problem;
    regions_trim();
    return NULL;
}

bool boot_option(const char *name, char *buf, size_t size)
{
    const size_t len = strlen(name);
    const char *word = boot_info.cmdline;

    while (*word != '\0') {
        const char *end = strchr(word, ' ');
        const size_t n = end != NULL ? (size_t)(end - word) : strlen(word);

        if (n >= len && memcmp(word, name, len) == 0 &&
            (n == len || word[len] == '=')) {
            const size_t skip = n == len ? len : len + 1;

            if (size > 0)
                strlcpy(buf, word + skip, MIN(size, n - skip + 1));
            return true;
        }
        word += n + (end != NULL);
    }
    return false;
}
