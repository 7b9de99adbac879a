/* SPDX-License-Identifier: MIT */
/*
 * An address explained to a person: how the CPU walks to it, and which area
 * it hits or misses. For the reports of killed processes and panics.
 */
#include "kernel/lib/format.h"
#include "kernel/lib/string.h"
#include "mm/anon.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "mm/pagecache.h"
#include "mm/pagetable.h"

#define LINE_MAX 160

/* Where the lines go. */
struct teller {
    void (*line)(void *arg, const char *text);
    void *arg;
    bool take_no_lock; /* hence no file's name */
};

static __printf(2, 3) void tell(struct teller *teller, const char *fmt, ...)
{
    char text[LINE_MAX];
    va_list args;

    va_start(args, fmt);
    kvsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    teller->line(teller->arg, text);
}

static const char *const level_names[PT_LEVELS] = {"PTE", "PDE", "PDPTE",
                                                   "PML4E"};

/* What the frame is, in words. */
static const char *frame_words(pte_t pte)
{
    uint64_t pfn = pte_paddr(pte).v >> PAGE_SHIFT;

    if (pte_device(pte))
        return "a device's memory";
    if (pfn >= page_array_len)
        return "not RAM";
    if (pte_page(pte) == anon_zero_page)
        return "the zero page";
    switch (pte_page(pte)->use) {
    case PAGE_ANON: return "private memory";
    case PAGE_FILE: return "a page of a file";
    case PAGE_TABLE: return "a page table";
    case PAGE_HUGETLB: return "one of the pool for MAP_HUGETLB";
    default: return "kernel memory";
    }
}

static void tell_entry(struct teller *teller, unsigned level, vaddr_t va,
                       pte_t pte)
{
    bool leaf = level == 0 || pte_large(pte, level);

    if (pte_none(pte)) {
        tell(teller, "  %-5s [%3u] 0: nothing mapped", level_names[level],
             pt_index(va, level));
        return;
    }
    tell(teller, "  %-5s [%3u] %#018lx: %s%s%s%s%s%s -> %s%#lx",
         level_names[level], pt_index(va, level), pte.v,
         pte_present(pte) ? "present" : "kept, but not present",
         pte_writable(pte) ? ", writable" : ", read-only",
         (pte.v & PTE_US) ? ", user" : ", kernel only",
         (pte.v & PTE_XD) ? ", no execute" : "",
         leaf && (pte.v & PTE_A) ? ", accessed" : "",
         leaf && (pte.v & PTE_D) ? ", dirty" : "", leaf ? "frame " : "table ",
         pte_paddr(pte).v);
    if (leaf)
        tell(teller, "              which is %s%s", frame_words(pte),
             level > 0 ? ", a large page" : "");
}

static void tell_walk(struct teller *teller, struct mm *mm, vaddr_t va)
{
    struct pt_cursor cur;
    int err = pt_descend(mm, va, 0, false, &cur);

    (void)err; /* cur says how far the walk got */
    tell(teller, "page-table walk for %#lx (root %#lx):", va, mm->root.v);
    for (unsigned level = PT_LEVELS; level-- > cur.level;)
        tell_entry(teller, level, va, pte_load(cur.entry[level]));
}

static void tell_area(struct teller *teller, const char *what,
                      const struct vma *vma)
{
    char name[64];
    uint64_t dev, ino;

    if (vma == NULL) {
        tell(teller, "  %s: none", what);
        return;
    }
    strlcpy(name, vma->file == NULL ? "anonymous" : "a file", sizeof(name));
    if (vma->file != NULL && !teller->take_no_lock)
        vma->file->ops->describe(vma->file, name, sizeof(name), &dev, &ino);
    tell(teller, "  %s: %#lx-%#lx %c%c%c%c %s%s", what, vma->start, vma->end,
         vma->flags & VM_READ ? 'r' : '-', vma->flags & VM_WRITE ? 'w' : '-',
         vma->flags & VM_EXEC ? 'x' : '-', vma->flags & VM_MAYSHARE ? 's' : 'p',
         name, vma->flags & VM_GROWSDOWN ? " (stack, grows down)" : "");
}

static void tell_areas(struct teller *teller, struct mm *mm, vaddr_t va)
{
    struct vma *vma = vma_find(&mm->vmas, va), *below;

    if (vma != NULL && vma->start <= va) {
        tell(teller, "memory area:");
        tell_area(teller, "hit", vma);
        return;
    }
    below = vma == NULL ? vma_last(&mm->vmas) : vma_prev(&mm->vmas, vma);
    tell(teller, "memory area: none at this address; its neighbours are");
    tell_area(teller, "below", below);
    tell_area(teller, "above", vma);
}

void mm_explain(struct mm *mm, vaddr_t va, bool try_only,
                void (*line)(void *arg, const char *text), void *arg)
{
    struct teller teller = {line, arg, try_only};

    if (va >= DIRECT_MAP || mm == NULL) {
        tell_walk(&teller, &kernel_mm, va);
        return;
    }
    if (va >= USER_END) {
        tell(&teller, "%#lx is not an address of user space", va);
        return;
    }
    if (!rwsem_read_trylock(&mm->mmap_lock)) {
        if (try_only) {
            tell(&teller, "(the address space is locked: cannot look)");
            return;
        }
        rwsem_read_lock(&mm->mmap_lock);
    }
    tell_walk(&teller, mm, va);
    tell_areas(&teller, mm, va);
    rwsem_read_unlock(&mm->mmap_lock);
}
