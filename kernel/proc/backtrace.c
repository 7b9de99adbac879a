/* SPDX-License-Identifier: MIT */
/*
 * Walking the chain of frame pointers:
 *
 *     rbp -> [ rbp of the caller ][ return address ] …
 *
 * Callers' frames lie at higher addresses; a chain that does not rise is
 * broken and ends there.
 */
#include "kernel/proc/backtrace.h"

#include "kernel/cpu/trap.h"
#include "mm/kmap.h"
#include "mm/layout.h"
#include "mm/mm.h"
#include "mm/pagetable.h"
#include "mm/uaccess.h"

/* linker.ld */
extern const char __image_start[], __image_end[];

struct stack_link {
    uint64_t rbp, rip;
};

bool kernel_can_read(vaddr_t va)
{
    struct pt_cursor cur;
    pte_t pte;
    int err;

    if (va % sizeof(uint64_t) != 0 || va < DIRECT_MAP)
        return false;
    if (kernel_mm.root.v == 0) /* early in the boot */
        return va >= (vaddr_t)__image_start && va < (vaddr_t)__image_end;
    err = pt_descend(&kernel_mm, va, 0, false, &cur);
    (void)err; /* cur says how far the walk got */
    pte = pte_load(cur.entry[cur.level]);
    return pte_present(pte) && (cur.level == 0 || pte_large(pte, cur.level));
}

static bool read_kernel(uint64_t rbp, struct stack_link *out)
{
    const uint64_t *words = (const uint64_t *)rbp;

    if (!kernel_can_read(rbp) || !kernel_can_read(rbp + sizeof(uint64_t)))
        return false;
    *out = (struct stack_link){words[0], words[1]};
    return true;
}

static bool read_user(uint64_t rbp, struct stack_link *out)
{
    return rbp % sizeof(uint64_t) == 0 &&
           copy_from_user(out, (const void *)rbp, sizeof(*out)) == 0;
}

/* Goes on from rbp where n addresses are known. */
static size_t follow(bool (*read)(uint64_t rbp, struct stack_link *out),
                     uint64_t rbp, vaddr_t *addrs, size_t n)
{
    struct stack_link link;

    while (n < BACKTRACE_MAX && read(rbp, &link) && link.rip != 0) {
        addrs[n++] = link.rip;
        if (link.rbp <= rbp)
            break;
        rbp = link.rbp;
    }
    return n;
}

size_t backtrace_kernel(uint64_t rip, uint64_t rbp, vaddr_t *addrs)
{
    addrs[0] = rip;
    return follow(read_kernel, rbp, addrs, 1);
}

size_t backtrace_user(const struct trap_frame *frame, vaddr_t *addrs)
{
    uint64_t caller;
    size_t n = 0;

    addrs[n++] = frame->rip;
    /* It jumped to where no code is: the call has pushed where from. */
    if (frame->vector == TRAP_PF && (frame->error & PF_FETCH) != 0 &&
        copy_from_user(&caller, (const void *)frame->rsp, sizeof(caller)) == 0)
        addrs[n++] = caller;
    return follow(read_user, frame->rbp, addrs, n);
}
