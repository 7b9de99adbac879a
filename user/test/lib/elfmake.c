/* SPDX-License-Identifier: MIT */
/*
 * Small ELF programs: see elfmake.h.
 */
#include "user/test/elfmake.h"

#include <fcntl.h>

#include "user/test/test.h"

#define MACHINE_X86_64 62

void elf_init(struct elf_image *image, const void *code, size_t len)
{
    static const unsigned char ident[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
    struct elf_header *header = &image->header;
    size_t i;

    memset(image, 0, sizeof(*image));
    memcpy(header->ident, ident, sizeof(ident));
    header->type = ELF_EXEC;
    header->machine = MACHINE_X86_64;
    header->version = 1;
    header->entry = ELF_BASE + ELF_CODE;
    header->phoff = offsetof(struct elf_image, segments);
    header->ehsize = sizeof(struct elf_header);
    header->phentsize = sizeof(struct elf_segment);
    elf_add(image, ELF_BASE, 0, PAGE, PAGE)->flags = ELF_R | ELF_X;
    memcpy((char *)image + ELF_CODE, code, len);
    for (i = 0; i < sizeof(image->data); i++)
        image->data[i] = (unsigned char)(0x11 + i);
}

struct elf_segment *elf_add(struct elf_image *image, uint64_t vaddr,
                            uint64_t offset, uint64_t filesz, uint64_t memsz)
{
    struct elf_segment *segment = &image->segments[image->header.phnum++];

    segment->type = ELF_LOAD;
    segment->flags = ELF_R | ELF_W;
    segment->offset = offset;
    segment->vaddr = segment->paddr = vaddr;
    segment->filesz = filesz;
    segment->memsz = memsz;
    segment->align = PAGE;
    return segment;
}

void elf_write(const struct elf_image *image, const char *name, size_t len)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    REQUIRE_OK(fd);
    REQUIRE(write(fd, image, len) == (ssize_t)len);
    REQUIRE_OK(close(fd));
}

static int execute(void *name)
{
    char *argv[] = { name, NULL };

    execve(name, argv, argv + 1);
    return errno;
}

int elf_run(const char *name)
{
    return run_child(execute, (void *)(uintptr_t)name);
}

int elf_try(const struct elf_image *image)
{
    elf_write(image, "program", sizeof(*image));
    return elf_run("./program");
}
