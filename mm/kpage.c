/* SPDX-License-Identifier: MIT */
/*
 * Frames as Linux's flags describe them: see kpage.h. What Quire does not
 * record of a frame (locked, active, referenced) is not shown.
 */
#include "mm/kpage.h"
#include "boot/bootinfo.h"
#include "mm/anon.h"
#include "mm/counts.h"
#include "mm/huge.h"
#include "mm/pagetree.h"

#define KPF(bit) (1UL << (bit))
#define KPF_UPTODATE KPF(3)
#define KPF_DIRTY KPF(4)
#define KPF_LRU KPF(5)
#define KPF_SLAB KPF(7)
#define KPF_BUDDY KPF(10)
#define KPF_MMAP KPF(11)
#define KPF_ANON KPF(12)
#define KPF_SWAPBACKED KPF(14)
#define KPF_COMPOUND_HEAD KPF(15)
#define KPF_COMPOUND_TAIL KPF(16)
#define KPF_HUGE KPF(17)
#define KPF_NOPAGE KPF(20)
#define KPF_THP KPF(22)
#define KPF_ZERO_PAGE KPF(24)
#define KPF_PGTABLE KPF(26)
#define KPF_RESERVED KPF(32)

static bool is_ram(uint64_t pfn)
{
    for (size_t i = 0; i < boot_info.nregions; i++) {
        const struct boot_region *region = &boot_info.regions[i];

        if (region->type != BOOT_RESERVED &&
            pfn >= region->start >> PAGE_SHIFT &&
            pfn < region->end >> PAGE_SHIFT)
            return true;
    }
    return false;
}

/* The first frame of a large page that this one may be a part of. */
static const struct page *first_of(const struct page *page)
{
    return pfn_to_page(ROUND_DOWN(page_to_pfn(page), HUGE_PAGES));
}

/* The frame whose references count for this one. */
static const struct page *counted(const struct page *page)
{
    bool part = (page->use == PAGE_ANON || page->use == PAGE_HUGETLB) &&
                page->order == PAGE_NO_ORDER;

    return part ? first_of(page) : page;
}

static uint32_t mappings(const struct page *page)
{
    switch (page->use) {
    case PAGE_ANON:
    case PAGE_FILE:
    case PAGE_HUGETLB: return page_mappings(counted(page));
    default: return 0;
    }
}

static uint64_t block_flags(const struct page *page)
{
    if (page->order == 0)
        return 0;
    return page->order == PAGE_NO_ORDER ? KPF_COMPOUND_TAIL : KPF_COMPOUND_HEAD;
}

static uint64_t anon_flags(const struct page *page)
{
    uint64_t flags = KPF_UPTODATE | KPF_LRU | KPF_ANON | KPF_SWAPBACKED;

    return page->order == 0 ? flags : flags | KPF_THP | block_flags(page);
}

static uint64_t file_flags(const struct page *page)
{
    uint64_t flags = KPF_UPTODATE | KPF_LRU;

    return page->flags & PAGETREE_DIRTY ? flags | KPF_DIRTY : flags;
}

static uint64_t hugetlb_flags(const struct page *page)
{
    const struct page *first = counted(page);
    uint64_t flags = KPF_HUGE | block_flags(page);

    if (atomic_load(&first->refs) == 0)
        return flags;
    return flags | KPF_UPTODATE | (first->hugetlb.in_file ? 0 : KPF_ANON);
}

static uint64_t use_flags(const struct page *page)
{
    if (page == anon_zero_page)
        return KPF_ZERO_PAGE;
    switch (page->use) {
    case PAGE_FREE: return KPF_BUDDY;
    case PAGE_RESERVED:
        return is_ram(page_to_pfn(page)) ? KPF_RESERVED : KPF_NOPAGE;
    case PAGE_SLAB: return KPF_SLAB | block_flags(page);
    case PAGE_TABLE: return KPF_PGTABLE;
    case PAGE_ANON: return anon_flags(page);
    case PAGE_FILE: return file_flags(page);
    case PAGE_HUGETLB: return hugetlb_flags(page);
    default: return block_flags(page);
    }
}

uint64_t kpage_flags(uint64_t pfn)
{
    const struct page *page = pfn_to_page(pfn);

    return use_flags(page) | (mappings(page) > 0 ? KPF_MMAP : 0);
}

uint64_t kpage_count(uint64_t pfn)
{
    return mappings(pfn_to_page(pfn));
}
