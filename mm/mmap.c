/* SPDX-License-Identifier: MIT */
/*
 * mmap: how areas come to be.
 *
 * mm_mmap goes through four steps: check the arguments, in Linux's order, so
 * that each mistake gets Linux's errno; choose the place; make room there
 * (MAP_FIXED replaces); add the area. No page is touched: that is left to
 * faults, unless MAP_POPULATE asks for it.
 *
 * Read next: mm/munmap.c, how they go; mm/fault.c.
 */
#include "mm/mmap.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/lib/assert.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/hugetlb.h"
#include "mm/limits.h"
#include "mm/mlock.h"
#include "mm/pagecache.h"
#include "mm/populate.h"
#include "mm/range.h"
#include "mm/slab.h"
#include "mm/vmck.h"

/* Flags that every Linux kernel knew before MAP_SHARED_VALIDATE came; others
 * are ignored but for that type. */
#define MAP_LEGACY_MASK                                                        \
    (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE |    \
     MAP_EXECUTABLE | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE |             \
     MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_32BIT)

/* MAP_32BIT, mmap(2): the first 2 GiB, of which Linux uses the upper half. */
#define MAP_32BIT_LOW 0x40000000UL
#define MAP_32BIT_HIGH 0x80000000UL

static struct slab_cache *vma_cache_slab __ro_after_init;

void mmap_init(void)
{
    vma_cache_slab = slab_cache_create("vma", sizeof(struct vma), 8);
}

struct vma *mmap_vma_alloc(void)
{
    return slab_alloc(vma_cache_slab);
}

void mmap_vma_free(struct vma *vma)
{
    slab_free(vma_cache_slab, vma);
}

uint32_t mmap_prot_flags(int prot)
{
    uint32_t flags = 0;

    if (prot & PROT_READ)
        flags |= VM_READ;
    if (prot & PROT_WRITE)
        flags |= VM_WRITE;
    if (prot & PROT_EXEC)
        flags |= VM_EXEC;
    return flags;
}

static void get_file(struct mapped_file *file)
{
    if (file != NULL)
        file->ops->get(file);
}

static void put_file(struct mapped_file *file)
{
    if (file != NULL)
        file->ops->put(file);
}

void mmap_drop_vma_locked(struct mm *mm, struct vma *vma)
{
    struct mapped_file *file = vma->file;

    limits_account(mm, vma->flags, -(long)vma_npages(vma));
    vma_remove(&mm->vmas, vma);
    filemap_detach(vma);
    mmap_vma_free(vma);
    put_file(file);
}

static struct vma *merge_pair(struct mm *mm, struct vma *lower,
                              struct vma *upper)
{
    struct mapped_file *file = upper->file;

    filemap_detach(upper);
    vma_merge(&mm->vmas, lower, upper);
    mmap_vma_free(upper);
    put_file(file);
    return lower;
}

struct vma *mmap_merge_locked(struct mm *mm, struct vma *vma)
{
    struct vma *prev = vma_prev(&mm->vmas, vma);
    struct vma *next = vma_next(&mm->vmas, vma);

    if (next != NULL && vma_can_merge(vma, next))
        vma = merge_pair(mm, vma, next);
    if (prev != NULL && vma_can_merge(prev, vma))
        vma = merge_pair(mm, prev, vma);
    return vma;
}

/* Extends a neighbour of the area if that is all it takes; that counts as
 * written to then, as a new area would. */
static struct vma *extend_neighbour(struct mm *mm, const struct area *area)
{
    struct vma *next = vma_find(&mm->vmas, area->start);
    struct vma *prev =
        next == NULL ? vma_last(&mm->vmas) : vma_prev(&mm->vmas, next);
    size_t npages = (area->end - area->start) >> PAGE_SHIFT;

    if (vma_can_append(prev, area->start, area->flags, area->file,
                       area->pgoff)) {
        vma_set_range(&mm->vmas, prev, prev->start, area->end);
        prev->tracked = false;
        return mmap_merge_locked(mm, prev);
    }
    if (vma_can_prepend(next, area->end, area->flags, area->file,
                        area->pgoff + npages)) {
        vma_set_range(&mm->vmas, next, area->start, next->end);
        next->tracked = false;
        return next;
    }
    return NULL;
}

/* Turns the fresh vma into the area. */
static void create_area(struct mm *mm, const struct area *area, struct vma *vma)
{
    *vma = (struct vma){.start = area->start,
                        .end = area->end,
                        .flags = area->flags,
                        .pgoff = area->pgoff,
                        .file = area->file,
                        .mm = mm};
    get_file(vma->file);
    vma_insert(&mm->vmas, vma);
    filemap_attach(vma);
}

struct vma *mmap_add_area_locked(struct mm *mm, const struct area *area,
                                 struct vma *spare)
{
    struct vma *vma = extend_neighbour(mm, area);

    ASSERT(rwsem_write_held(&mm->mmap_lock));
    if (vma == NULL) {
        create_area(mm, area, spare);
        vma = spare;
    } else {
        mmap_vma_free(spare);
    }
    limits_account(mm, area->flags,
                   (long)((area->end - area->start) >> PAGE_SHIFT));
    return vma;
}

size_t mmap_count_pages(struct mm *mm, vaddr_t start, vaddr_t end)
{
    struct vma *vma = vma_find_overlap(&mm->vmas, start, end);
    size_t npages = 0;

    for (; vma != NULL && vma->start < end; vma = vma_next(&mm->vmas, vma))
        npages += (MIN(end, vma->end) - MAX(start, vma->start)) >> PAGE_SHIFT;
    return npages;
}

/* MAP_FIXED's address, checked. */
static int check_fixed(struct mm *mm, const struct mmap_request *req)
{
    if (req->addr > USER_END - req->len)
        return -ENOMEM;
    if ((req->addr & PAGE_MASK) != 0)
        return -EINVAL;
    if (req->addr < MMAP_MIN_ADDR)
        return -EPERM;
    if ((req->flags & MAP_FIXED_NOREPLACE) &&
        vma_find_overlap(&mm->vmas, req->addr, req->addr + req->len) != NULL)
        return -EEXIST;
    return 0;
}

/* The hint, rounded as Linux does, if the area fits there, below `high`. */
static bool hint_fits(struct mm *mm, vaddr_t hint, size_t len, vaddr_t high,
                      vaddr_t *out)
{
    vaddr_t addr = ROUND_DOWN(hint, PAGE_SIZE);
    struct vma *next;

    if (addr == 0)
        return false;
    addr = MAX(addr, MMAP_MIN_ADDR);
    if (len > high || addr > high - len)
        return false;
    next = vma_find(&mm->vmas, addr);
    if (next != NULL && addr + len > vma_start_gap(next))
        return false;
    *out = addr;
    return true;
}

/* The same for MAP_HUGETLB: on a multiple of its pages' size. */
static int choose_large_place(struct mm *mm, const struct mmap_request *req,
                              vaddr_t *out)
{
    const size_t spare = HUGE_SIZE - PAGE_SIZE;

    if (hint_fits(mm, ROUND_UP(req->addr, HUGE_SIZE), req->len, USER_END, out))
        return 0;
    if (vma_find_hole_below(&mm->vmas, req->len + spare, MMAP_MIN_ADDR,
                            mm->mmap_top, out) != 0)
        return -ENOMEM;
    *out = ROUND_DOWN(*out + spare, HUGE_SIZE);
    return 0;
}

int mmap_choose_place_locked(struct mm *mm, const struct mmap_request *req,
                             vaddr_t *out)
{
    vaddr_t high;

    if (req->len > USER_END)
        return -ENOMEM;
    if (req->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        *out = req->addr;
        if ((req->flags & MAP_HUGETLB) && (req->addr & (HUGE_SIZE - 1)) != 0)
            return -EINVAL;
        return check_fixed(mm, req);
    }
    if (req->flags & MAP_HUGETLB)
        return choose_large_place(mm, req, out);
    high = req->flags & MAP_32BIT ? MAP_32BIT_HIGH : USER_END;
    if (hint_fits(mm, req->addr, req->len, high, out))
        return 0;
    if (req->flags & MAP_32BIT)
        return vma_find_hole_above(&mm->vmas, req->len, MAP_32BIT_LOW,
                                   MAP_32BIT_HIGH, out);
    if (vma_find_hole_below(&mm->vmas, req->len, MMAP_MIN_ADDR, mm->mmap_top,
                            out) == 0)
        return 0;
    return vma_find_hole_above(
        &mm->vmas, req->len, ROUND_UP(USER_END / 3, PAGE_SIZE), USER_END, out);
}

/* Rights and kind of a file mapping, or the errno that refuses it. */
static int file_flags(const struct mmap_request *req, uint32_t *flags)
{
    const struct mapped_file *file = req->file;
    int type = req->flags & MAP_TYPE;

    if (type == MAP_SHARED_VALIDATE &&
        (req->flags & ~MAP_LEGACY_MASK & ~MAP_TYPE & ~MAP_FIXED_NOREPLACE))
        return -EOPNOTSUPP;
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE) {
        if ((req->prot & PROT_WRITE) && !file->writable)
            return -EACCES;
        *flags |= VM_MAYSHARE | VM_SHARED;
        if (!file->writable)
            *flags &= ~(VM_MAYWRITE | VM_SHARED);
    } else if (type != MAP_PRIVATE) {
        return -EINVAL;
    }
    if (!file->readable)
        return -EACCES;
    if (file->noexec) {
        if (*flags & VM_EXEC)
            return -EPERM;
        *flags &= ~VM_MAYEXEC;
    }
    if (!file->mappable)
        return -ENODEV;
    return *flags & VM_GROWSDOWN ? -EINVAL : 0;
}

static int anon_flags(const struct mmap_request *req, uint32_t *flags)
{
    switch (req->flags & MAP_TYPE) {
    case MAP_PRIVATE: return 0;
    case MAP_SHARED:
        *flags |= VM_MAYSHARE | VM_SHARED;
        return *flags & VM_GROWSDOWN ? -EINVAL : 0;
    default: return -EINVAL;
    }
}

static int area_flags(const struct mm *mm, const struct mmap_request *req,
                      uint32_t *flags)
{
    *flags = mmap_prot_flags(req->prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
    if (req->flags & MAP_GROWSDOWN)
        *flags |= VM_GROWSDOWN;
    if (req->flags & MAP_NORESERVE)
        *flags |= VM_NORESERVE;
    if (req->flags & MAP_HUGETLB)
        *flags |= VM_HUGETLB;
    else
        *flags |= mm->new_flags | (req->flags & MAP_LOCKED ? VM_LOCKED : 0);
    return req->file != NULL ? file_flags(req, flags) : anon_flags(req, flags);
}

/* Checks req and fills in the area it asks for. */
static int prepare_area(struct mm *mm, struct mmap_request *req,
                        struct area *area)
{
    size_t npages;
    int err;

    if (req->len == 0)
        return -EINVAL;
    req->len = ROUND_UP(req->len, PAGE_SIZE);
    if (req->len == 0 || mm->vmas.count > MAX_MAP_COUNT)
        return -ENOMEM;
    npages = req->len >> PAGE_SHIFT;
    area->pgoff = req->offset >> PAGE_SHIFT;
    err = mmap_choose_place_locked(mm, req, &area->start);
    if (err != 0)
        return err;
    if ((req->flags & MAP_LOCKED) && !mlock_is_allowed(mm))
        return -EPERM;
    area->end = area->start + req->len;
    if (req->file != NULL && area->pgoff > (INT64_MAX - req->len) >> PAGE_SHIFT)
        return -EOVERFLOW;
    err = area_flags(mm, req, &area->flags);
    if (err != 0)
        return err;
    if (!mlock_allows(mm, area->flags, npages))
        return -EAGAIN;
    area->file = req->file;
    if (req->file == NULL && !(area->flags & VM_SHARED))
        area->pgoff = area->start >> PAGE_SHIFT;
    npages -= mmap_count_pages(mm, area->start, area->end);
    return limits_allow(mm, area->flags, npages) ? 0 : -ENOMEM;
}

/* Replaces what is at the area's place by the area. */
static int replace_locked(struct mm *mm, const struct area *area)
{
    struct vma *spare = mmap_vma_alloc();
    int err;

    if (spare == NULL)
        return -ENOMEM;
    err = mmap_remove_locked(mm, area->start, area->end);
    if (err != 0) {
        mmap_vma_free(spare);
        return err;
    }
    mmap_add_area_locked(mm, area, spare);
    return 0;
}

/* Shared memory without a file gets one: a fresh unnamed page cache. */
static int map_shared_anon_locked(struct mm *mm, struct area *area)
{
    int err = shmem_create("/dev/zero (deleted)", area->end - area->start,
                           &area->file);

    if (err != 0)
        return err;
    area->pgoff = 0;
    err = replace_locked(mm, area);
    put_file(area->file);
    return err;
}

int mmap_map_locked(struct mm *mm, struct mmap_request *req, vaddr_t *out)
{
    struct area area;
    int err = prepare_area(mm, req, &area);

    if (err != 0)
        return err;
    *out = area.start;
    if ((area.flags & VM_MAYSHARE) && (area.flags & VM_HUGETLB) == 0 &&
        (area.file == NULL || area.file->cache == NULL))
        return map_shared_anon_locked(mm, &area);
    return replace_locked(mm, &area);
}

int mm_mmap(struct mm *mm, const struct mmap_request *req, vaddr_t *out)
{
    struct mmap_request r = *req;
    bool locked;
    int err;

    if (r.flags & MAP_HUGETLB) {
        err = hugetlb_prepare(mm, &r);
        if (err != 0)
            return err;
    }
    rwsem_write_lock(&mm->mmap_lock);
    err = mmap_map_locked(mm, &r, out);
    locked = ((mm->new_flags & VM_LOCKED) || (r.flags & MAP_LOCKED));
    if (vmck_enabled)
        vmck_check_locked(mm);
    rwsem_write_unlock(&mm->mmap_lock);
    if (r.flags & MAP_HUGETLB)
        put_file(r.file);
    if (err == 0 &&
        (locked || (r.flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE))
        mm_populate(mm, *out, *out + r.len);
    return err;
}
