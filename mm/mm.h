/* SPDX-License-Identifier: MIT */
/*
 * The address space: the public face of mm/.
 *
 * A struct mm is a sorted list of areas (mm/vma.h) that says what is allowed,
 * and a page table (mm/pagetable.h) that caches it for the hardware. System
 * calls change the list; faults and the functions here fill the table from it.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/rwsem.h"
#include "kernel/lib/types.h"
#include "mm/layout.h"
#include "mm/page.h"
#include "mm/vma.h"

struct mapped_file_ops;

/* Resident pages by kind, as Linux counts them. */
enum mm_rss { MM_RSS_ANON, MM_RSS_FILE, MM_RSS_SHMEM, MM_RSS_KINDS };

/* Resource limits that concern memory, in bytes; UINT64_MAX: none. Set by
 * the process layer at exec, fork and setrlimit. */
struct mm_limits {
    uint64_t as, data, stack, memlock;
};

/* Where exec put things, for /proc and prctl. */
struct mm_layout {
    vaddr_t start_code, end_code, start_data, end_data;
    vaddr_t start_stack, arg_start, arg_end, env_start, env_end;
};

/* What every fault writes (the lock, rss) lies apart from what it only reads,
 * so that CPUs that fault at once do not take lines from each other. */
struct mm {
    struct rwsem mmap_lock;
    uint8_t apart[64];
    struct vma_list vmas;   /* M */
    paddr_t root;           /* C: the top-level page table */
    struct atomic users;    /* A: threads and borrowers; mm_get, mm_put */
    vaddr_t brk_start, brk; /* M: the heap, [brk_start, brk) */
    vaddr_t mmap_top;    /* C after exec: mmap searches downwards from here */
    size_t total_pages;  /* M: pages in all VMAs (RLIMIT_AS) */
    size_t peak_pages;   /* M: the same before some went: mm/peaks.h */
    size_t data_pages;   /* M: private writable ones (RLIMIT_DATA) */
    size_t locked_pages; /* M: of VM_LOCKED areas (RLIMIT_MEMLOCK) */
    size_t committed_pages;  /* M: of VM_ACCOUNT areas: mm/commit.h */
    uint32_t new_flags;      /* M: what new areas get besides: mlockall */
    vaddr_t idle_table;      /* M: pt_free_empty */
    struct mm_limits limits; /* M */
    struct mm_layout layout; /* M */
    uint8_t apart_too[64];
    struct atomic64 rss[MM_RSS_KINDS]; /* A: PTEs present, by kind */
    uint64_t peak_resident;            /* A: the sum of rss before some went */
    struct atomic64 ntables; /* A: page-table pages, the root not counted */
    uint64_t cpumask;        /* A: CPUs that may hold translations */
    struct atomic64 tlb_gen; /* A: flushes so far: mm/pcid.h */
    uint64_t id;             /* C: no two alike, ever */
    uint64_t zap_round;      /* Z: filemap_zap's last visit */
    struct list all;         /* G: every mm, for vmck and reclaim */
}; /* M: mmap_lock; C: constant; A: atomic; G: mm.c's list lock;
      Z: filemap_zap's mutex */

/* Boot: the caches of this layer. => after slab_init */
void mm_init(void);

/* Gives back all clean pages of files that nobody holds, all memory that is
 * kept for objects and kernel stacks to come. => as page_set_reclaim's */
void mm_drop_caches(bool pages, bool objects);

/* ---- the life of an address space ---- */

/* A new, empty one with one user. 0 or -ENOMEM. */
__must_check int mm_create(struct mm **out);

/* A copy of parent for fork: private pages are shared copy-on-write, shared
 * ones shared, nothing is copied. => takes parent's mmap_lock for write
 * => 0 or -ENOMEM, parent then unchanged but for pages made read-only */
__must_check int mm_fork(struct mm *parent, struct mm **out);

void mm_get(struct mm *mm);
/* The address space with this id, with a reference; NULL: nobody uses it any
 * more. So an id stands for an address space without keeping it. */
struct mm *mm_find(uint64_t id);
/* A reference, unless the last one is gone already: true if it was had. */
bool mm_tryget(struct mm *mm);
/* The last user's put frees everything. => may sleep; no mmap_lock held */
void mm_put(struct mm *mm);

/* Makes mm the address space of this CPU (NULL: the kernel's alone).
 * => preemption off */
void mm_switch(struct mm *mm);

/* The address space of the current thread. Kernel threads have none: NULL. */
struct mm *mm_current(void);

/* ---- faults ---- */

enum mm_access { MM_READ, MM_WRITE, MM_EXEC };

enum mm_fault_result {
    MM_FAULT_OK,     /* resolved; go on */
    MM_FAULT_MAJOR,  /* resolved, after reading the file */
    MM_FAULT_MAPERR, /* SIGSEGV, SEGV_MAPERR: no area there */
    MM_FAULT_ACCERR, /* SIGSEGV, SEGV_ACCERR: the area forbids it */
    MM_FAULT_BUS,    /* SIGBUS, BUS_ADRERR: past the end of the file */
    MM_FAULT_OOM,    /* memory is out: kill the process */
};

/*
 * Resolves an access to `address` that the hardware refused, or says why it
 * must fail. mm/fault.c.
 *   => takes mmap_lock for read; may sleep; no spinlock, no mmap_lock held
 */
enum mm_fault_result mm_fault(struct mm *mm, vaddr_t address,
                              enum mm_access access);

/* ---- the memory system calls ---- */

struct mmap_request {
    vaddr_t addr;
    size_t len;
    int prot, flags;          /* kernel/abi/mman.h */
    struct mapped_file *file; /* NULL: anonymous; borrowed from the caller */
    uint64_t offset;          /* bytes; a multiple of the page size */
};

/* mmap(2) once the descriptor is resolved: mm/mmap.c. 0 or mmap's errno.
 * => takes mmap_lock for write */
__must_check int mm_mmap(struct mm *mm, const struct mmap_request *req,
                         vaddr_t *out);
/* remap_file_pages(2): mm/remap.c. req: addr, len, prot, flags, offset. */
__must_check int mm_remap_file_pages(struct mm *mm,
                                     const struct mmap_request *req);
/* munmap(2). */
__must_check int mm_munmap(struct mm *mm, vaddr_t addr, size_t len);
/* Removes what is left of one mapping of a file with these operations, all of
 * which was mapped at addr; of several the first that is found, upwards from
 * addr. 0, or -EINVAL if there is none. */
__must_check int mm_unmap_file(struct mm *mm, vaddr_t addr,
                               const struct mapped_file_ops *ops);
/* mprotect(2): mm/mprotect.c. */
__must_check int mm_mprotect(struct mm *mm, vaddr_t addr, size_t len, int prot);
/* pkey_mprotect(2), as on a CPU without keys: pkey is -1 or does not exist. */
__must_check int mm_pkey_mprotect(struct mm *mm, vaddr_t addr, size_t len,
                                  int prot, int pkey);
/* brk(2): the break after the call: mm/brk.c. */
vaddr_t mm_brk(struct mm *mm, vaddr_t addr);

/* ---- for exec, which fills an address space that is not current ---- */

/* The stack's area, [top - initial size, top), growing down. */
__must_check int mm_create_stack(struct mm *mm, vaddr_t top, int prot);
/* Where the heap starts (rounded up to a page by the callee's rules). */
void mm_set_brk(struct mm *mm, vaddr_t start);

/* Copies to or from any address space, faulting pages in, heeding
 * protections (write to read-only private memory is refused too).
 * Returns bytes done, 0 at the first bad one.
 * => takes mmap_lock for read; buf is the kernel's */
size_t mm_access(struct mm *mm, vaddr_t addr, void *buf, size_t len,
                 enum mm_access access);

/* The same for a debugger, MM_READ or MM_WRITE: reads what may be made readable
 * (mprotect), writes to private memory that may be made writable, which gets
 * its own copy then. The program's rights stay as they are. */
size_t mm_access_forced(struct mm *mm, vaddr_t addr, void *buf, size_t len,
                        enum mm_access access);

/* ---- looking ---- */

/* What the pages of an area, or of several, add up to: in pages, pss (a frame
 * that n entries map counts as a n-th) in bytes. */
struct vma_counts {
    size_t rss, shared_clean, shared_dirty, private_clean, private_dirty;
    size_t referenced, anon, anon_huge, shared_hugetlb, private_hugetlb;
    uint64_t pss, pss_dirty, pss_locked;
    uint64_t pss_kind[MM_RSS_KINDS];
};

/* What /proc/PID/maps and smaps show of one area. */
struct vma_info {
    vaddr_t start, end;
    bool read, write, exec, shared;
    uint32_t flags; /* VM_* */
    bool written;   /* as a whole: mm/refs.c */
    uint64_t pgoff; /* in bytes */
    uint64_t dev, ino;
    char name[280];           /* path, "[heap]", "[stack]" or "" */
    struct vma_counts counts; /* filled only if asked for */
};

/* The first area that ends above addr. False past the last.
 * => takes mmap_lock for read */
bool mm_next_vma(struct mm *mm, vaddr_t addr, bool counts,
                 struct vma_info *out);

/* All areas together, from the start of the first to the end of the last.
 * False: there are none. => takes mmap_lock for read */
bool mm_sum_vmas(struct mm *mm, struct vma_info *out);

/* Of a pagemap entry, where the page is present. */
#define PAGEMAP_PFN ((1UL << 55) - 1)

/* Linux's /proc/PID/pagemap entry for the page at va. */
uint64_t mm_pagemap_entry(struct mm *mm, vaddr_t va);

/* Forgets what /proc/PID/clear_refs names with this number: mm/refs.c. 0 or
 * -EINVAL. => takes mmap_lock */
__must_check int mm_clear_refs(struct mm *mm, int what);

/* Writes the four-level walk of va, each entry decoded in words, and the area
 * hit or the two neighbours missed, through `line`, which gets one line at a
 * time. For reports; takes no sleeping lock if try_only, and says so when it
 * could not look. */
void mm_explain(struct mm *mm, vaddr_t va, bool try_only,
                void (*line)(void *arg, const char *text), void *arg);

/* Every address space that has users, one after another: the one after
 * `prev` (whose reference is dropped; NULL to start) with a reference. */
struct mm *mm_next(struct mm *prev);

/* ---- the checker, mm/vmck.c ---- */

extern bool vmck_enabled; /* C after boot: `vmck` on the command line */

/* All address spaces and all frames: every reference is accounted for. */
void vmck_check_all(void);

#endif
