/* SPDX-License-Identifier: MIT */
/*
 * A boot loader that lies: GRUB starts it as if it were the kernel, with the
 * real kernel (an ELF64 file) as module. It loads that where it belongs and
 * enters it with boot information that is wrong in one way, FAULT:
 *
 *     0  no multiboot2 magic number      1  no information at all
 *     2  an impossible total size        3  no end tag
 *     4  no memory map
 */
#include <stdint.h>

#define MAGIC 0xe85250d6U
#define LOADER_MAGIC 0x36d76289U
#define TAG_MODULE 3
#define TAG_MEMORY_MAP 6
#define TAG_UNKNOWN 0x7777
#define PT_LOAD 1
#define STACK_SIZE 4096
/* Where nothing else is: the module and the information may lie where the
 * kernel belongs. */
#define IMAGE_COPY 0x3000000
#define INFO_COPY 0x4000000

struct tag {
    uint32_t type, size;
};

struct module_tag {
    struct tag tag;
    uint32_t start, end;
};

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum;
};

struct segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

__attribute__((section(".text.header"), aligned(8),
               used)) static const uint32_t header[] = {
    MAGIC, 0, 24, 0U - MAGIC - 24, 0, 8,
};

__attribute__((aligned(16), used)) static uint8_t stack[STACK_SIZE];

__asm__(".globl _start\n"
        "_start:\n"
        "    movl $stack + 4096, %esp\n"
        "    pushl %ebx\n"
        "    call load\n");

static void copy(uint8_t *to, const uint8_t *from, uint32_t size)
{
    while (size-- > 0)
        *to++ = *from++;
}

static void clear(uint8_t *to, uint32_t size)
{
    while (size-- > 0)
        *to++ = 0;
}

static struct tag *next(struct tag *tag)
{
    return (struct tag *)((uint8_t *)tag + ((tag->size + 7) & ~7U));
}

static uint32_t load_kernel(const uint8_t *image)
{
    const struct elf_header *elf = (const void *)image;
    const struct segment *segment = (const void *)(image + elf->phoff);

    for (int i = 0; i < elf->phnum; i++, segment++) {
        uint8_t *to = (uint8_t *)(uint32_t)segment->paddr;

        if (segment->type != PT_LOAD)
            continue;
        copy(to, image + segment->offset, (uint32_t)segment->filesz);
        clear(to + segment->filesz,
              (uint32_t)(segment->memsz - segment->filesz));
    }
    return (uint32_t)elf->entry;
}

/* Damages the information. => what to give the kernel as its address */
static uint32_t damage(uint32_t info)
{
    uint32_t *total = (uint32_t *)info;
    struct tag *tag = (struct tag *)(info + 8);

    if (FAULT == 1)
        return 0;
    if (FAULT == 2)
        *total = 3;
    for (; tag->type != 0; tag = next(tag))
        if (FAULT == 4 && tag->type == TAG_MEMORY_MAP)
            tag->type = TAG_UNKNOWN;
    if (FAULT == 3)
        tag->type = TAG_UNKNOWN;
    return info;
}

void load(uint32_t info)
{
    const struct module_tag *module;
    struct tag *tag = (struct tag *)(INFO_COPY + 8);
    uint32_t entry;

    copy((uint8_t *)INFO_COPY, (const uint8_t *)info, *(uint32_t *)info);
    while (tag->type != TAG_MODULE)
        tag = next(tag);
    module = (const struct module_tag *)tag;
    copy((uint8_t *)IMAGE_COPY, (const uint8_t *)module->start,
         module->end - module->start);
    tag->type = TAG_UNKNOWN;
    entry = load_kernel((const uint8_t *)IMAGE_COPY);
    info = damage(INFO_COPY);
    __asm__ volatile("jmp *%2"
                     :
                     : "a"(FAULT == 0 ? 0 : LOADER_MAGIC), "b"(info),
                       "r"(entry));
    __builtin_unreachable();
}
