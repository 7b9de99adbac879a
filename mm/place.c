/* SPDX-License-Identifier: MIT */
/*
 * Where an area goes: the second step of mmap. The caller names the address, or
 * gives a hint, or leaves it to be found.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "mm/huge.h"
#include "mm/mmap.h"

/* MAP_32BIT, mmap(2): the first 2 GiB, of which Linux uses the upper half. */
#define MAP_32BIT_LOW 0x40000000UL
#define MAP_32BIT_HIGH 0x80000000UL
#define MAP_ABOVE4G_LOW 0x100000000UL

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
    vaddr_t low, high;

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
    low = req->flags & MAP_ABOVE4G ? MAP_ABOVE4G_LOW : MMAP_MIN_ADDR;
    if (vma_find_hole_below(&mm->vmas, req->len, low, mm->mmap_top, out) == 0)
        return 0;
    return vma_find_hole_above(
        &mm->vmas, req->len, ROUND_UP(USER_END / 3, PAGE_SIZE), USER_END, out);
}
