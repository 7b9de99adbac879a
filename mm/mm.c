/* SPDX-License-Identifier: MIT */
/*
 * The address space: create, fork, switch, destroy.
 *
 *   mm_create --> users 1 --> mm_get/mm_put --> last mm_put: taken apart
 *                   |
 *                mm_fork: another one with the same areas
 *
 * Taking apart happens when no thread uses the address space and no CPU has it
 * loaded, so nothing needs flushing and no lock is contended.
 *
 * Locks: mm_list_lock guards the list of all address spaces. cpumask and
 * struct cpu's mm change with preemption off, by their own CPU.
 */
#include "mm/mm.h"
#include "kernel/abi/errno.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/assert.h"
#include "mm/anon.h"
#include "mm/commit.h"
#include "mm/filemap.h"
#include "mm/hugetlb.h"
#include "mm/kmap.h"
#include "mm/limits.h"
#include "mm/mlock.h"
#include "mm/mmap.h"
#include "mm/pagecache.h"
#include "mm/pcid.h"
#include "mm/range.h"
#include "mm/slab.h"
#include "mm/tlbdebt.h"
#include "mm/vmck.h"
#include "mm/vmstat.h"

static struct slab_cache *mm_slab __ro_after_init;
static struct atomic64 last_id; /* A */

int64_t limits_max_areas = 65530;
static struct list mm_list = LIST_INIT(mm_list);
static struct spinlock mm_list_lock = SPINLOCK_INIT;

static size_t reclaim(size_t n)
{
    size_t freed = pagecache_reclaim(n);

    if (freed < n)
        freed += slab_shrink();
    if (freed < n)
        freed += kstack_shrink();
    return freed;
}

void mm_drop_caches(bool pages, bool objects)
{
    if (pages)
        (void)pagecache_reclaim(page_total());
    if (objects) {
        (void)slab_shrink();
        (void)kstack_shrink();
    }
}

void mm_init(void)
{
    pt_init_early();
    mm_slab = slab_cache_create("mm", sizeof(struct mm), 64);
    tlbdebt_init();
    mmap_init();
    commit_init();
    pagecache_init();
    anon_init();
    huge_init();
    hugetlb_init();
    page_set_reclaim(reclaim);
}

/* An empty address space that is not on the list yet. */
static int create_unlisted(struct mm **out)
{
    struct mm *mm = slab_zalloc(mm_slab);
    int err;

    if (mm == NULL)
        return -ENOMEM;
    err = pt_create_root(&mm->root);
    if (err != 0) {
        slab_free(mm_slab, mm);
        return err;
    }
    rwsem_init(&mm->mmap_lock);
    vma_list_init(&mm->vmas);
    list_init(&mm->all);
    atomic_store(&mm->users, 1);
    mm->id = (uint64_t)atomic64_add(&last_id, 1);
    mm->mmap_top = USER_END;
    mm->idle_table = PT_NONE_IDLE;
    mm->limits =
        (struct mm_limits){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    *out = mm;
    return 0;
}

static void publish(struct mm *mm)
{
    spin_lock(&mm_list_lock);
    list_push_back(&mm_list, &mm->all);
    spin_unlock(&mm_list_lock);
}

int mm_create(struct mm **out)
{
    int err = create_unlisted(out);

    if (err == 0)
        publish(*out);
    return err;
}

/* The copy of one area, unless madvise said otherwise. */
static int fork_vma(struct vma *vma, struct mm *child, struct tlb_gather *tlb)
{
    const bool wipe = (vma->flags & VM_WIPEONFORK) != 0;
    struct vma *copy;

    if (vma->flags & VM_DONTCOPY)
        return 0;
    copy = mmap_vma_alloc();
    if (copy == NULL)
        return -ENOMEM;
    if ((vma->flags & VM_ACCOUNT) && !commit_charge(vma->mm, vma_npages(vma))) {
        mmap_vma_free(copy);
        return -ENOMEM;
    }
    *copy = *vma;
    copy->mm = child;
    copy->flags &= ~VM_LOCK_FLAGS;
    copy->anon = vma->anon == 0 || wipe ? 0 : mmap_new_anon();
    copy->anon_inherited = copy->anon != 0;
    copy->has_huge &= !wipe;
    mapped_file_get(copy->file);
    vma_insert(&child->vmas, copy);
    filemap_attach(copy);
    limits_account(child, copy->flags, (long)vma_npages(copy));
    /* What has no private frames is faulted in again from the file. */
    return copy->anon != 0 ? range_copy(vma, child, tlb) : 0;
}

static void copy_properties(struct mm *child, const struct mm *parent)
{
    child->brk_start = parent->brk_start;
    child->brk = parent->brk;
    child->mmap_top = parent->mmap_top;
    child->limits = parent->limits;
    child->layout = parent->layout;
}

int mm_fork(struct mm *parent, struct mm **out)
{
    struct tlb_gather tlb;
    struct mm *child;
    struct vma *vma;
    int err = create_unlisted(&child);

    if (err != 0)
        return err;
    rwsem_write_lock(&parent->mmap_lock);
    /* Truncation may find the child through a file as soon as an area is
     * attached; it must wait until the entries are copied. */
    rwsem_write_lock_nested(&child->mmap_lock);
    copy_properties(child, parent);
    tlb_begin(&tlb, parent);
    vma_for_each (vma, &parent->vmas) {
        err = fork_vma(vma, child, &tlb);
        if (err != 0)
            break;
    }
    tlb_finish(&tlb);
    if (vmck_enabled)
        vmck_check_locked(parent);
    rwsem_write_unlock(&child->mmap_lock);
    rwsem_write_unlock(&parent->mmap_lock);
    publish(child);
    if (err != 0) {
        mm_put(child);
        return err;
    }
    vmstat_inc(VM_FORKS);
    *out = child;
    return 0;
}

void mm_get(struct mm *mm)
{
    atomic_inc(&mm->users);
}

bool mm_tryget(struct mm *mm)
{
    return atomic_inc_not_zero(&mm->users);
}

/* Nobody can reach the address space any more, but for truncation, which
 * passes it over because it has no users. */
static void destroy(struct mm *mm)
{
    struct tlb_gather tlb;
    struct vma *vma;

    preempt_disable();
    if (this_cpu()->mm == mm)
        mm_switch(NULL);
    preempt_enable();
    rwsem_write_lock(&mm->mmap_lock);
    tlb_begin_dead(&tlb, mm);
    vma_for_each (vma, &mm->vmas) {
        if (unlikely((vma->flags & VM_HUGETLB) != 0))
            hugetlb_release(vma, vma->start, vma->end);
        range_zap(vma, vma->start, vma->end, &tlb);
    }
    /* Tables are built for areas only: no need to search elsewhere. */
    vma_for_each (vma, &mm->vmas)
        pt_free_empty(&tlb, vma->start, vma->end);
    pt_free_idle(&tlb);
    tlb_finish(&tlb);
    while ((vma = vma_first(&mm->vmas)) != NULL)
        mmap_drop_vma_locked(mm, vma);
    rwsem_write_unlock(&mm->mmap_lock);
    vmck_check_destroyed(mm);
    pt_destroy_root(mm->root);
    slab_free(mm_slab, mm);
}

void mm_put(struct mm *mm)
{
    if (!atomic_dec_and_test(&mm->users))
        return;
    spin_lock(&mm_list_lock);
    list_remove(&mm->all);
    spin_unlock(&mm_list_lock);
    destroy(mm);
}

/* With PCIDs, a flush that is sent now must not come before CR3 is loaded. */
static void load(struct cpu *cpu, struct mm *mm)
{
    uint64_t flags;

    if (!cpu_features.pcid) {
        cpu->mm = mm;
        cpu_load_cr3(pcid_choose(mm));
        return;
    }
    flags = irq_save();
    cpu->mm = mm;
    cpu_load_cr3(pcid_choose(mm));
    irq_restore(flags);
}

void mm_switch(struct mm *mm)
{
    struct cpu *cpu = this_cpu();
    struct mm *prev = cpu->mm;
    uint64_t bit = 1UL << cpu->id;

    if (prev == mm)
        return;
    /* First the bit, then the table: a flush in between finds us. */
    if (mm != NULL)
        __atomic_fetch_or(&mm->cpumask, bit, __ATOMIC_SEQ_CST);
    load(cpu, mm);
    if (prev == NULL)
        return;
    if (unlikely(vmck_enabled))
        tlbdebt_leave(prev);
    else
        __atomic_fetch_and(&prev->cpumask, ~bit, __ATOMIC_SEQ_CST);
}

struct mm *mm_current(void)
{
    return cpu_gs->mm;
}

struct mm *mm_find(uint64_t id)
{
    struct mm *mm, *found = NULL;

    spin_lock(&mm_list_lock);
    list_for_each_entry (mm, &mm_list, all) {
        if (mm->id == id) {
            found = mm_tryget(mm) ? mm : NULL;
            break;
        }
    }
    spin_unlock(&mm_list_lock);
    return found;
}

void mm_visit_all(void (*visit)(struct mm *mm))
{
    struct mm *mm;

    spin_lock(&mm_list_lock);
    list_for_each_entry (mm, &mm_list, all)
        visit(mm);
    spin_unlock(&mm_list_lock);
}

struct mm *mm_next(struct mm *prev)
{
    struct mm *next = NULL;
    struct list *pos;

    spin_lock(&mm_list_lock);
    pos = prev == NULL ? mm_list.next : prev->all.next;
    for (; pos != &mm_list; pos = pos->next) {
        next = list_entry(pos, struct mm, all);
        if (mm_tryget(next))
            break;
        next = NULL;
    }
    spin_unlock(&mm_list_lock);
    if (prev != NULL)
        mm_put(prev);
    return next;
}
