/* SPDX-License-Identifier: MIT */
/*
 * A new program's address space: its segments mapped from the file, its
 * interpreter's, the places of stack, heap and mappings. Not a byte is read
 * but the pages whose ends must be cleared. The contract stands in
 * exec_image.h.
 *
 *     ET_EXEC at its own address, else from PIE_BASE up
 *     heap, right after the program or up to 32 MiB further
 *         …
 *     mappings, downwards from mmap_top; the interpreter is the first
 *     room for the stack to grow, at least 128 MiB
 *     stack, up to stack_top
 *
 * With randomisation each place moves by as much as on Linux.
 */
#include "kernel/proc/exec_image.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/fs/file.h"
#include "kernel/lib/log.h"
#include "mm/anon.h"
#include "mm/mm.h"

/* Pages by which places vary: Linux's for 64-bit programs. */
#define STACK_RANDOM_PAGES (1UL << 22)
#define MMAP_RANDOM_PAGES (1UL << 28)
#define BASE_RANDOM_PAGES (1UL << 28)
#define BRK_RANDOM_PAGES ((32UL << 20) >> PAGE_SHIFT)

/* Room that the stack has to grow, at least and at most. */
#define STACK_ROOM_MIN (128UL << 20)
#define STACK_ROOM_MAX (USER_END / 6 * 5)

/* What is being loaded. */
struct loader {
    const struct exec_elf *elf;
    struct mm *mm;
    vaddr_t bias;
};

static vaddr_t random_pages(uint64_t random, uint64_t npages)
{
    return (random & (npages - 1)) << PAGE_SHIFT;
}

/* ---- segments ---- */

static int map(const struct loader *load, struct mmap_request *req)
{
    vaddr_t at;

    return mm_mmap(load->mm, req, &at);
}

/* The part that comes from the file. fixed: MAP_FIXED or its kin */
static int map_file_part(const struct loader *load,
                         const struct elf_segment *seg, int fixed)
{
    struct mmap_request req = {.addr = seg->start,
                               .len = seg->file_end - seg->start,
                               .flags = MAP_PRIVATE | fixed,
                               .file = file_mapping(load->elf->file),
                               .offset = seg->offset};

    if (req.file == NULL)
        return -ENODEV;
    if (seg->read)
        req.prot |= PROT_READ;
    if (seg->write)
        req.prot |= PROT_WRITE;
    if (seg->exec)
        req.prot |= PROT_EXEC;
    return req.len == 0 ? 0 : map(load, &req);
}

/* The pages of zeroes after it, which can always be written. */
static int map_zero_part(const struct loader *load,
                         const struct elf_segment *seg, int fixed)
{
    struct mmap_request req = {.addr = seg->file_end,
                               .len = seg->end - seg->file_end,
                               .prot = PROT_READ | PROT_WRITE,
                               .flags = MAP_PRIVATE | MAP_ANONYMOUS | fixed};

    if (seg->exec)
        req.prot |= PROT_EXEC;
    return req.len == 0 ? 0 : map(load, &req);
}

/* Clears the rest of the file's last page, where the program's zeroes start;
 * not if the program could not write there either. */
static int clear_page_end(const struct loader *load,
                          const struct elf_segment *seg)
{
    size_t n = seg->file_end - seg->zero;

    if (n == 0 || !seg->write)
        return 0;
    return mm_access(load->mm, seg->zero, page_address(anon_zero_page), n,
                     MM_WRITE) == n
               ? 0
               : -EFAULT;
}

/* Maps all PT_LOADs. A fixed first one must not meet the stack; later ones may
 * overlap those before, as the program likes. */
static int map_segments(const struct loader *load)
{
    int fixed = MAP_FIXED_NOREPLACE, err = 0;
    struct elf_segment seg;

    for (size_t i = 0; i < load->elf->header.nphdrs && err == 0; i++) {
        if (load->elf->phdrs[i].p_type != PT_LOAD)
            continue;
        elf_plan_segment(&load->elf->phdrs[i], load->bias, &seg);
        err = map_file_part(load, &seg, fixed);
        if (err == 0)
            err = map_zero_part(load, &seg, fixed);
        if (err == 0)
            err = clear_page_end(load, &seg);
        fixed = MAP_FIXED;
    }
    return err;
}

/* ---- places ---- */

/* The bias of a program that can be anywhere: from `base` up. */
static int place_from(const struct elf_program *program, vaddr_t base,
                      vaddr_t *bias)
{
    vaddr_t at = ROUND_UP(base, program->align);

    if (program->align > USER_END || program->high - program->low > USER_END ||
        at > USER_END - (program->high - program->low))
        return -ENOMEM;
    *bias = at - program->low;
    return 0;
}

/* The bias of an interpreter that can be anywhere: where mmap would put it. */
static int place_by_mmap(const struct elf_program *program, struct mm *mm,
                         vaddr_t *bias)
{
    size_t len = program->high - program->low;
    vaddr_t hole;
    int err;

    if (program->align > USER_END)
        return -ENOMEM;
    rwsem_read_lock(&mm->mmap_lock);
    err = vma_find_hole_below(&mm->vmas, len + program->align - PAGE_SIZE,
                              MMAP_MIN_ADDR, mm->mmap_top, &hole);
    rwsem_read_unlock(&mm->mmap_lock);
    return err != 0 ? err : place_from(program, hole, bias);
}

/* Where mmap begins to search downwards: clear of the stack's room. */
static vaddr_t mmap_top(const struct mm *mm, const struct exec_random *random)
{
    uint64_t room = mm->limits.stack;
    vaddr_t slack = STACK_GUARD_GAP;

    room = MIN(MAX(room, STACK_ROOM_MIN), STACK_ROOM_MAX);
    if (random->on)
        slack += (STACK_RANDOM_PAGES << PAGE_SHIFT) +
                 random_pages(random->mmap, MMAP_RANDOM_PAGES);
    return ROUND_DOWN(USER_STACK_TOP - room - slack, PAGE_SIZE);
}

static int place_stack(const struct exec_image *image, struct mm *mm,
                       const struct exec_random *random,
                       struct exec_layout *layout)
{
    int prot = PROT_READ | PROT_WRITE;

    if (image->elf.program.exec_stack)
        prot |= PROT_EXEC;
    layout->stack_top =
        USER_STACK_TOP - random_pages(random->stack, STACK_RANDOM_PAGES);
    mm->mmap_top = mmap_top(mm, random);
    mm->layout.start_stack = layout->stack_top - 1;
    return mm_create_stack(mm, layout->stack_top, prot);
}

static void place_heap(const struct elf_program *program, struct mm *mm,
                       vaddr_t bias, const struct exec_random *random)
{
    vaddr_t start = program->high + bias;

    if (start < USER_END - (BRK_RANDOM_PAGES << PAGE_SHIFT))
        start += random_pages(random->brk, BRK_RANDOM_PAGES);
    mm_set_brk(mm, start);
}

/* ---- the two programs ---- */

/* Checks that only matter now that there is no way back: elf.h. */
static int check(const char *path, struct exec_elf *elf)
{
    const char *why;
    int err = elf_check_loads(elf->phdrs, elf->header.nphdrs, &elf->header,
                              &elf->program, &why);

    if (err != 0)
        log_info("exec: %s: %s\n", path, why);
    return err;
}

static int load_program(struct exec_image *image, struct mm *mm,
                        const struct exec_random *random,
                        struct exec_layout *layout)
{
    struct exec_elf *elf = &image->elf;
    struct loader load = {.elf = elf, .mm = mm};
    struct elf_program *program = &elf->program;
    struct mm_layout *areas = &mm->layout;
    int err = check(image->path, elf);

    if (err == 0 && elf->header.position_independent)
        err = place_from(
            program, PIE_BASE + random_pages(random->base, BASE_RANDOM_PAGES),
            &load.bias);
    if (err == 0)
        err = map_segments(&load);
    if (err != 0)
        return err;
    layout->bias = load.bias;
    layout->entry = layout->program_entry = elf->header.entry + load.bias;
    layout->phdr = program->phdr != 0 ? program->phdr + load.bias : 0;
    areas->start_code = program->start_code + load.bias;
    areas->end_code = program->end_code + load.bias;
    areas->start_data = program->start_data + load.bias;
    areas->end_data = program->end_data + load.bias;
    place_heap(program, mm, load.bias, random);
    return 0;
}

static int load_interp(struct exec_image *image, struct mm *mm,
                       struct exec_layout *layout)
{
    struct exec_elf *elf = &image->interp;
    struct loader load = {.elf = elf, .mm = mm};
    int err = check(image->name, elf);

    if (err == 0 && elf->header.position_independent)
        err = place_by_mmap(&elf->program, mm, &load.bias);
    if (err == 0)
        err = map_segments(&load);
    if (err != 0)
        return err;
    layout->interp_bias = load.bias;
    layout->entry = elf->header.entry + load.bias;
    return 0;
}

int exec_load(struct exec_image *image, struct mm *mm,
              const struct exec_random *random, struct exec_layout *layout)
{
    int err;

    *layout = (struct exec_layout){0};
    err = place_stack(image, mm, random, layout);
    if (err == 0)
        err = load_program(image, mm, random, layout);
    if (err == 0 && image->interp.file != NULL)
        err = load_interp(image, mm, layout);
    if (err == 0 && layout->entry >= USER_END)
        err = -EINVAL;
    return err;
}
