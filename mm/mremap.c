/* SPDX-License-Identifier: MIT */
/*
 * mremap(2): an area shrinks, grows in place, or moves.
 *
 * Moving makes a second area with the same properties at the new place, and
 * then moves the page-table entries there (mm/move.c): no page is copied, none
 * is touched. What is left of the old area is unmapped.
 *
 *     old:  [ a b c d ]                    new:  [ a b c d . . . ]
 *             | | | |      entries                 ^ ^ ^ ^
 *             +-+-+-+------------------------------+-+-+-+
 *
 * All that can fail comes first: limits, the new area, its tables.
 *
 * As on Linux: old_len 0 maps shared memory a second time; DONTUNMAP leaves the
 * old area in place, empty.
 */
#include "mm/mremap.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/commit.h"
#include "mm/fault.h"
#include "mm/hugetlb.h"
#include "mm/limits.h"
#include "mm/mlock.h"
#include "mm/mmap.h"
#include "mm/move.h"
#include "mm/populate.h"
#include "mm/vmck.h"

#define KNOWN_FLAGS (MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)

/* Linux keeps this many areas in reserve for what moving may split. */
#define MAPS_TO_SPARE 3

static bool names_address(const struct mremap_request *req)
{
    return (req->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) != 0;
}

static int check_address(const struct mremap_request *req)
{
    if ((req->new_addr & PAGE_MASK) != 0 ||
        req->new_addr > USER_END - req->new_len)
        return -EINVAL;
    if (req->addr + req->old_len > req->new_addr &&
        req->new_addr + req->new_len > req->addr)
        return -EINVAL;
    return 0;
}

static int check_request(struct mremap_request *req)
{
    if ((req->flags & ~KNOWN_FLAGS) != 0 || (req->addr & PAGE_MASK) != 0)
        return -EINVAL;
    if (names_address(req) && !(req->flags & MREMAP_MAYMOVE))
        return -EINVAL;
    req->old_len = ROUND_UP(req->old_len, PAGE_SIZE);
    req->new_len = ROUND_UP(req->new_len, PAGE_SIZE);
    if ((req->flags & MREMAP_DONTUNMAP) && req->old_len != req->new_len)
        return -EINVAL;
    if (req->new_len == 0 || req->new_len > USER_END)
        return -EINVAL;
    return names_address(req) ? check_address(req) : 0;
}

/* Where large pages are mapped, lengths are multiples of them, and nothing
 * grows: the reservation could not. */
static int check_hugetlb(const struct vma *vma, struct mremap_request *req)
{
    if ((vma->flags & VM_HUGETLB) == 0)
        return 0;
    req->old_len = ROUND_UP(req->old_len, HUGE_SIZE);
    req->new_len = ROUND_UP(req->new_len, HUGE_SIZE);
    if (req->flags & MREMAP_DONTUNMAP)
        return -EINVAL;
    if ((req->addr & (HUGE_SIZE - 1)) != 0 || req->new_len > req->old_len)
        return -EINVAL;
    if (names_address(req) && ((req->new_addr & (HUGE_SIZE - 1)) != 0 ||
                               req->new_addr + req->new_len > USER_END))
        return -EINVAL;
    return 0;
}

static struct vma *lookup(struct mm *mm, vaddr_t addr)
{
    struct vma *vma = vma_find(&mm->vmas, addr);

    return vma != NULL && vma->start <= addr ? vma : NULL;
}

/* May the part of an area at req->addr have the new length? */
static int check_resize(struct mm *mm, const struct vma *vma,
                        const struct mremap_request *req)
{
    const size_t more = req->new_len - req->old_len;

    if (req->old_len == 0 && !(vma->flags & (VM_SHARED | VM_MAYSHARE)))
        return -EINVAL;
    if ((req->flags & MREMAP_DONTUNMAP) && (vma->flags & VM_PFNMAP))
        return -EINVAL;
    if (req->old_len > vma->end - req->addr)
        return -EFAULT;
    if (req->new_len <= req->old_len)
        return 0;
    if (vma_pgoff(vma, req->addr) + (req->new_len >> PAGE_SHIFT) <
        vma_pgoff(vma, req->addr))
        return -EINVAL;
    if (vma->flags & VM_PFNMAP)
        return -EFAULT; /* as much of the device as mmap allowed */
    if (!mlock_allows(mm, vma->flags, more >> PAGE_SHIFT))
        return -EAGAIN;
    return limits_allow(mm, vma->flags, more >> PAGE_SHIFT) ? 0 : -ENOMEM;
}

/* ---- in place ---- */

static bool can_grow(struct mm *mm, const struct vma *vma, size_t more)
{
    const vaddr_t end = vma->end + more;

    return end > vma->end && end <= USER_END &&
           vma_find_overlap(&mm->vmas, vma->end, end) == NULL;
}

static int grow(struct mm *mm, struct vma *vma, size_t more)
{
    if ((vma->flags & VM_ACCOUNT) && !commit_charge(mm, more >> PAGE_SHIFT))
        return -ENOMEM;
    vma_set_range(&mm->vmas, vma, vma->start, vma->end + more);
    limits_account(mm, vma->flags, (long)(more >> PAGE_SHIFT));
    mmap_merge_next_locked(mm, vma);
    return 0;
}

/* ---- elsewhere ---- */

/* The new area's place in what it maps. Private memory that was never written
 * to has nothing that ties it to the old one. */
static uint64_t new_pgoff(const struct vma *vma,
                          const struct mremap_request *req)
{
    if (vma->file == NULL && vma->anon == 0)
        return req->new_addr >> PAGE_SHIFT;
    return vma_pgoff(vma, req->addr);
}

/* Adds the area and moves the entries to it. Cannot fail. */
static void commit_move(const struct move *move, const struct area *area,
                        const struct vma *old, struct vma *spare)
{
    const uint64_t anon = old->anon;
    const bool inherited = old->anon_inherited, has_huge = old->has_huge;
    struct vma *vma;

    if (has_huge) {
        huge_split_at(move->mm, move->from);
        huge_split_at(move->mm, move->from + move->len);
    }
    vma = mmap_add_area_locked(move->mm, area, spare);
    if (vma->anon == 0)
        vma->anon = anon;
    vma->anon_inherited |= inherited;
    vma->has_huge |= has_huge;
    move_entries(move);
}

/* The old place, where no entries are left. */
static void leave_locked(struct mm *mm, const struct mremap_request *req)
{
    const vaddr_t end = req->addr + req->old_len;
    struct vma *vma = lookup(mm, req->addr);
    int err;

    if (req->flags & MREMAP_DONTUNMAP) {
        limits_account(mm, vma->flags, -(long)vma_npages(vma));
        vma->flags &= ~VM_LOCK_FLAGS;
        limits_account(mm, vma->flags, (long)vma_npages(vma));
        if (vma->start == req->addr && vma->end == end) {
            vma->anon = 0;
            vma->anon_inherited = vma->has_huge = false;
        }
        return;
    }
    vma->flags &= ~(VM_LEAVING | VM_HUGETLB); /* the reservation went along */
    if (vma->flags & VM_ACCOUNT)
        commit_force(req->old_len >> PAGE_SHIFT); /* … and so did the promise */
    err = mmap_remove_locked(mm, req->addr, end);
    ASSERT(err == 0);
}

/* What the move maps, less what it unmaps, if that is charged for. */
static size_t pages_to_charge(const struct vma *vma,
                              const struct mremap_request *req)
{
    size_t more = req->new_len;

    if ((vma->flags & VM_ACCOUNT) == 0)
        return 0;
    if (!(req->flags & MREMAP_DONTUNMAP))
        more -= req->old_len;
    return more >> PAGE_SHIFT;
}

/* All of a move that can fail. */
static int prepare_move_locked(const struct move *move, bool leaves,
                               size_t charge)
{
    struct mm *mm = move->mm;
    int err;

    if (mm->vmas.count + MAPS_TO_SPARE >= limits_areas() ||
        !commit_charge(mm, charge))
        return -ENOMEM;
    pt_release_idle(mm, move->to, move->to + move->len);
    err = move_prepare(move);
    if (err == 0 && leaves) {
        err = mmap_isolate_locked(mm, move->from, move->from + move->len);
        if (err != 0)
            move_cancel(move);
    }
    if (err != 0)
        commit_uncharge(charge);
    return err;
}

/* Moves to req->new_addr, where nothing is mapped. */
static int move_locked(struct mm *mm, const struct mremap_request *req)
{
    const bool leaves = req->old_len != 0 && !(req->flags & MREMAP_DONTUNMAP);
    const struct move move = {mm, req->addr, req->new_addr, req->old_len};
    struct area area = {.start = req->new_addr,
                        .end = req->new_addr + req->new_len};
    const size_t peak = mm_peak_pages(mm);
    struct vma *vma, *spare;
    int err;

    spare = mmap_vma_alloc();
    if (spare == NULL)
        return -ENOMEM;
    err = prepare_move_locked(&move, leaves,
                              pages_to_charge(lookup(mm, req->addr), req));
    if (err != 0) {
        mmap_vma_free(spare);
        return err;
    }
    vma = lookup(mm, req->addr);
    area.flags = vma->flags;
    area.pgoff = new_pgoff(vma, req);
    area.file = vma->file;
    area.anon = vma->anon;
    area.anon_inherited = vma->anon_inherited;
    /* Were it to merge with the new area it might be the middle of one: to
     * unmap it would take memory. */
    if (leaves)
        vma->flags |= VM_LEAVING;
    commit_move(&move, &area, vma, spare);
    if (req->old_len != 0)
        leave_locked(mm, req);
    mm->peak_pages = peak; /* both places together do not count */
    return 0;
}

/* Unmaps what is behind the new length. */
static int cut_locked(struct mm *mm, const struct mremap_request *req)
{
    const vaddr_t start = req->addr + req->new_len;

    if (start > USER_END || req->old_len - req->new_len > USER_END - start)
        return -EINVAL;
    return mmap_remove_locked(mm, start, req->addr + req->old_len);
}

/* With FIXED or DONTUNMAP: to an address that the caller names. */
static int move_to_locked(struct mm *mm, struct mremap_request *req)
{
    struct mmap_request place = {.addr = req->new_addr, .len = req->new_len};
    struct vma *vma;
    int err;

    if (mm->vmas.count + 2 + MAPS_TO_SPARE >= limits_areas())
        return -ENOMEM;
    if (req->flags & MREMAP_FIXED) {
        place.flags = MAP_FIXED;
        err =
            mmap_remove_locked(mm, req->new_addr, req->new_addr + req->new_len);
        if (err != 0)
            return err;
    }
    if (req->old_len > req->new_len) {
        err = cut_locked(mm, req);
        if (err != 0)
            return err;
        req->old_len = req->new_len;
    }
    vma = lookup(mm, req->addr);
    if (vma == NULL)
        return -EFAULT;
    err = check_resize(mm, vma, req);
    if (err == 0 && (req->flags & MREMAP_DONTUNMAP) &&
        !limits_allow(mm, vma->flags, req->old_len >> PAGE_SHIFT))
        err = -ENOMEM;
    place.flags |= vma->flags & VM_HUGETLB ? MAP_HUGETLB : 0;
    if (err == 0)
        err = mmap_choose_place_locked(mm, &place, &req->new_addr);
    return err != 0 ? err : move_locked(mm, req);
}

static int grow_locked(struct mm *mm, struct mremap_request *req)
{
    struct mmap_request place = {.len = req->new_len};
    struct vma *vma = lookup(mm, req->addr);
    int err = check_resize(mm, vma, req);

    if (err != 0)
        return err;
    if (req->addr + req->old_len == vma->end &&
        can_grow(mm, vma, req->new_len - req->old_len)) {
        req->new_addr = req->addr;
        return grow(mm, vma, req->new_len - req->old_len);
    }
    if ((req->flags & MREMAP_MAYMOVE) == 0)
        return -ENOMEM;
    err = mmap_choose_place_locked(mm, &place, &req->new_addr);
    return err != 0 ? err : move_locked(mm, req);
}

static int remap_locked(struct mm *mm, struct mremap_request *req)
{
    struct vma *vma = lookup(mm, req->addr);
    int err;

    if (vma == NULL)
        return -EFAULT;
    err = check_hugetlb(vma, req);
    if (err != 0)
        return err;
    if (names_address(req))
        return move_to_locked(mm, req);
    if (req->old_len < req->new_len)
        return grow_locked(mm, req);
    req->new_addr = req->addr;
    if (req->old_len == req->new_len)
        return 0;
    return cut_locked(mm, req);
}

int mm_mremap(struct mm *mm, const struct mremap_request *req, vaddr_t *out)
{
    struct mremap_request r = *req;
    int err = check_request(&r);
    bool locked;

    if (err != 0)
        return err;
    rwsem_write_lock(&mm->mmap_lock);
    err = remap_locked(mm, &r);
    if (vmck_enabled)
        vmck_check_locked(mm);
    locked = err == 0 && (lookup(mm, r.new_addr)->flags & VM_LOCKED) != 0;
    rwsem_write_unlock(&mm->mmap_lock);
    if (locked && r.new_len > r.old_len)
        mm_populate(mm, r.new_addr + r.old_len, r.new_addr + r.new_len);
    *out = r.new_addr;
    return err;
}
