/* SPDX-License-Identifier: MIT */
/*
 * The array of struct pages: how it comes to be, and checks on free frames.
 *
 *   physical:  | firmware | RAM | kernel | RAM | ... | RAM      [page_array] |
 *
 * The array has an entry for every frame up to the end of RAM, holes included,
 * so that a frame number is an index. It lies at the top of a RAM region.
 */
#include "mm/page.h"
#include "boot/bootinfo.h"
#include "kernel/cpu/cpu.h"
#include "mm/buddy.h"
#include "mm/early.h"
#include "mm/tlbdebt.h"

struct page *page_array __ro_after_init;
size_t page_array_len __ro_after_init;
size_t page_managed __ro_after_init;
bool page_fail_used;

/* A range of frame numbers, half open. */
struct frames {
    uint64_t start, end;
};

/* The array's own frames; constant after page_init. */
static struct frames array_frames;

/* One past the last frame of RAM. */
static uint64_t ram_end(void)
{
    uint64_t end = 0;

    for (size_t i = 0; i < boot_info.nregions; i++)
        if (boot_info.regions[i].type != BOOT_RESERVED)
            end = MAX(end, boot_info.regions[i].end);
    return end >> PAGE_SHIFT;
}

/* The frames of region i that the allocator may have; empty if none. */
static struct frames free_frames(size_t i)
{
    const struct boot_region *region = &boot_info.regions[i];
    struct frames frames = {early_region_start(i) >> PAGE_SHIFT,
                            region->end >> PAGE_SHIFT};

    if (frames.end == array_frames.end)
        frames.end = array_frames.start;
    if (region->type != BOOT_RAM || frames.start > frames.end)
        frames.end = frames.start;
    return frames;
}

/* Room for the array at the top of the highest region that is large enough. */
static void place_array(void)
{
    size_t n = ROUND_UP(ram_end() * sizeof(struct page), PAGE_SIZE);

    n >>= PAGE_SHIFT;
    for (size_t i = boot_info.nregions; i-- > 0;) {
        struct frames frames = free_frames(i);

        if (frames.end - frames.start < n)
            continue;
        array_frames = (struct frames){frames.end - n, frames.end};
        page_array_len = ram_end();
        page_array = phys_to_virt(PADDR(array_frames.start << PAGE_SHIFT));
        return;
    }
    panic("no room in RAM for the %zu pages of the array of frames", n);
}

/* Early page tables are among these: the locks in their struct pages must be
 * free. */
static void mark_reserved(uint64_t start, uint64_t end)
{
    for (uint64_t pfn = start; pfn < end; pfn++)
        page_array[pfn] = (struct page){
            .head = PAGE_HEAD(1, PAGE_RESERVED, PAGE_NO_ORDER, 0)};
}

static void mark_free(uint64_t start, uint64_t end)
{
    for (uint64_t pfn = start; pfn < end; pfn++) {
        page_array[pfn].head = PAGE_HEAD_FREE;
        page_array[pfn].check = 0;
    }
}

void page_init(void)
{
    uint64_t next = 0;

    buddy_init();
    percpu_pages_init();
    place_array();
    for (size_t i = 0; i < boot_info.nregions; i++) {
        struct frames frames = free_frames(i);

        if (frames.start == frames.end)
            continue;
        mark_reserved(next, frames.start);
        mark_free(frames.start, frames.end);
        next = frames.end;
        page_managed += frames.end - frames.start;
    }
    mark_reserved(next, page_array_len);
    for (size_t i = 0; i < boot_info.nregions; i++) {
        struct frames frames = free_frames(i);

        buddy_add(frames.start, frames.end - frames.start);
    }
}

void page_mark_poisoned(struct page *page)
{
    tlbdebt_check_frame(page);
    page_fill(page_address(page), PAGE_POISON);
    page->head = PAGE_HEAD_FREE | PAGE_HEAD(0, 0, 0, PAGE_FLAG_POISONED);
}

void page_check_taken(const struct page *page)
{
    const uint64_t *words = page_address(page);
    uint64_t pfn = page_to_pfn(page);
    size_t i;

    if (page->head != (PAGE_HEAD_FREE | PAGE_HEAD(0, 0, 0, PAGE_FLAG_POISONED)))
        panic("frame %#lx is among the free ones, but its state is: %d "
              "references, use %d, order %d, flags %#x (freed twice, or used "
              "after it was freed)",
              pfn, page->refs.v, page->use, page->order, page->flags);
    i = page_find_other(words, PAGE_POISON);
    if (i < PAGE_SIZE / sizeof(*words))
        panic("frame %#lx was written to after it was freed: at offset %#zx "
              "is %#lx",
              pfn, i * sizeof(*words), words[i]);
}

size_t page_total(void)
{
    return page_managed;
}

void page_fail_after(struct thread_head *thread, uint32_t n)
{
    WRITE_ONCE(page_fail_used, true);
    __atomic_store_n(&thread->fail_nth, n, __ATOMIC_RELAXED);
}

uint32_t page_fail_left(const struct thread_head *thread)
{
    return READ_ONCE(thread->fail_nth);
}

/* Another thread may set it anew between any two steps. */
bool page_fail_count(void)
{
    struct thread_head *thread = (struct thread_head *)current_thread();
    uint32_t left = READ_ONCE(thread->fail_nth);

    while (left != 0)
        if (__atomic_compare_exchange_n(&thread->fail_nth, &left, left - 1,
                                        false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return left == 1;
    return false;
}
