/* SPDX-License-Identifier: MIT */
/*
 * The address-space checker's look at frames: every reference to a frame of a
 * program's is an entry of a page table, or its page cache's.
 */
#include "kernel/lib/assert.h"
#include "kernel/lib/mutex.h"
#include "mm/anon.h"
#include "mm/commit.h"
#include "mm/pagecache.h"
#include "mm/pagetable.h"
#include "mm/vmck.h"

/*
 * Frames are counted while others may run: a thread at work on another CPU, or
 * preempted, holds references that no entry shows yet. An error stays; so a
 * frame is wrong if it is so, in the same way, at many looks in a row. If there
 * is no quiet moment in LOOKS_MAX looks, nothing is said.
 */
#define LOOKS_MAX 1000
#define LOOKS_SURE 100

/* What a look found. */
struct look {
    struct page *odd; /* NULL: all is well */
    int32_t refs;
    uint32_t found;
    int64_t stray; /* pages promised, but not to any area or file */
    bool complete; /* no address space was being changed */
};

static bool look_complete;                               /* V */
static size_t look_promised;                             /* V */
static struct mutex vmck_mutex = MUTEX_INIT(vmck_mutex); /* V, page.check */
/* V: vmck_mutex */

/* n entries, or one that maps a large page. */
static void count_mapped(const struct pt_cursor *cur, size_t n)
{
    const pte_t *entry = cur->entry[cur->level];

    if (cur->level != 0)
        n = 1;
    for (; n > 0; n--, entry++)
        if (!pte_none(*entry) && !pte_device(*entry) &&
            pte_page(*entry) != anon_zero_page)
            pte_page(*entry)->check++;
}

/* Adds the references that mm's entries hold to their frames' count. */
static void count_entries(struct mm *mm)
{
    struct pt_cursor cur;
    struct vma *vma;
    vaddr_t va, stop;

    if (!rwsem_read_trylock(&mm->mmap_lock)) {
        look_complete = false;
        return;
    }
    vma_for_each (vma, &mm->vmas)
        for (va = vma->start; pt_next_mapped(mm, &va, vma->end, &cur, &stop);
             va = stop)
            count_mapped(&cur, (stop - va) >> PAGE_SHIFT);
    look_promised += mm->committed_pages;
    rwsem_read_unlock(&mm->mmap_lock);
}

/* Its cache holds the page, and may have promised it. */
static void count_cached(struct page *page)
{
    const struct page_cache *cache = READ_ONCE(page->file.cache);

    if (cache == NULL)
        return;
    page->check++;
    look_promised += pagecache_counts_pages(cache);
}

/* The first frame whose references are not those that were found; NULL: all
 * are. */
static struct page *find_odd_frame(void)
{
    for (size_t pfn = 0; pfn < page_array_len; pfn++) {
        struct page *page = &page_array[pfn];

        if (page->use == PAGE_FILE)
            count_cached(page);
        else if (page->use == PAGE_HUGETLB)
            page->check +=
                atomic_load(&page->refs) > 0 && page->hugetlb.in_file;
        else if (page->use != PAGE_ANON)
            continue;
        if ((uint32_t)atomic_load(&page->refs) != page->check)
            return page;
    }
    return NULL;
}

/* => vmck_mutex held */
static struct look look_at_frames(void)
{
    struct look look = {.complete = true};

    preempt_disable();
    look_complete = true;
    look_promised = pagecache_promised();
    for (size_t pfn = 0; pfn < page_array_len; pfn++)
        page_array[pfn].check = 0;
    mm_visit_all(count_entries);
    look.complete = look_complete;
    look.odd = find_odd_frame();
    look.stray = (int64_t)(commit_total() - look_promised);
    if (look.odd != NULL) {
        look.refs = atomic_load(&look.odd->refs);
        look.found = look.odd->check;
    }
    preempt_enable();
    return look;
}

static bool is_same(const struct look *a, const struct look *b)
{
    return a->odd == b->odd && a->refs == b->refs && a->found == b->found &&
           a->stray == b->stray;
}

static void check_frames(void)
{
    struct look last = look_at_frames(), look;
    int sure = 0;

    for (int i = 0; i < LOOKS_MAX && sure < LOOKS_SURE; i++) {
        if (last.complete && last.odd == NULL && last.stray == 0)
            return;
        preempt_schedule();
        look = look_at_frames();
        sure = look.complete && is_same(&look, &last) ? sure + 1 : 0;
        last = look;
    }
    if (sure < LOOKS_SURE)
        return;
    if (last.odd == NULL)
        panic("vmck: %ld pages are promised to nobody", last.stray);
    panic("vmck: frame %#lx of use %u has %d references, but %u entries "
          "and caches hold it",
          page_to_pfn(last.odd), last.odd->use, last.refs, last.found);
}

void vmck_check_all(void)
{
    for (struct mm *mm = mm_next(NULL); mm != NULL; mm = mm_next(mm)) {
        rwsem_write_lock(&mm->mmap_lock);
        vmck_check_locked(mm);
        rwsem_write_unlock(&mm->mmap_lock);
    }
    mutex_lock(&vmck_mutex);
    check_frames();
    mutex_unlock(&vmck_mutex);
}
