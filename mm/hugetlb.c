/* SPDX-License-Identifier: MIT */
/*
 * The pool of large pages, and the unnamed files that MAP_HUGETLB maps: see
 * hugetlb.h.
 *
 * Invariants:
 *   I1  reserved <= nfree: whoever holds a reservation finds a block
 *   I2  a shared file's page has a reference of the file's; it stays until the
 *       file goes
 *   I3  file->reserved of the pool's reserved blocks are this file's
 *
 * Locks: pool_lock guards the pool; a file's lock its pages. Order: a file's
 * mutex > pool_lock > the page allocator's.
 */
#include "mm/hugetlb.h"
#include "boot/bootinfo.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/cpu/cpu.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/string.h"
#include "mm/pagecache.h"
#include "mm/slab.h"

static struct spinlock pool_lock = SPINLOCK_INIT;
static struct list pool = LIST_INIT(pool); /* L: free blocks, by link */
static struct hugetlb_counts counts;       /* L */
static size_t wanted;                      /* L: what total should be */
/* L: pool_lock */

struct hugetlb_file {
    struct mapped_file file; /* first */
    struct atomic refs;
    struct mutex lock;
    size_t npages;          /* C */
    bool shared;            /* C */
    bool promised;          /* C: the pool kept npages for it from the start */
    const struct mm *owner; /* C: a private file's: whose the reservation is */
    struct atomic64 reserved; /* A: blocks that the pool keeps for it */
    struct page **pages;      /* F: shared: by index; NULL: not touched yet */
};                            /* C: constant; A: atomic; F: lock */

static struct hugetlb_file *file_of(struct mapped_file *mf)
{
    return container_of(mf, struct hugetlb_file, file);
}

/* ---- the pool ---- */

struct hugetlb_counts hugetlb_counts(void)
{
    struct hugetlb_counts now;

    spin_lock(&pool_lock);
    now = counts;
    now.surplus = counts.total - MIN(wanted, counts.total);
    spin_unlock(&pool_lock);
    return now;
}

/* The block becomes ordinary free memory. => no reference is left, it is in no
 * list and not counted */
static void release_block(struct page *block)
{
    atomic_store(&block->refs, 1);
    page_split_block(block);
    for (size_t i = 0; i < HUGE_PAGES; i++)
        page_put(block + i);
}

/* The last reference on a block is gone. */
static void take_back(struct page *block)
{
    struct mapped_file *promised = block->hugetlb.promised;
    bool surplus;

    spin_lock(&pool_lock);
    surplus = promised == NULL && counts.total > wanted &&
              counts.free >= counts.reserved;
    if (surplus) {
        counts.total--;
    } else {
        list_push_front(&pool, &block->link);
        counts.free++;
        counts.reserved += promised != NULL;
    }
    spin_unlock(&pool_lock);
    if (surplus)
        release_block(block);
    if (promised != NULL)
        atomic64_add(&file_of(promised)->reserved, 1);
}

/* A block that the pool has too many and can spare; NULL: there is none. */
static struct page *take_surplus(void)
{
    struct page *block = NULL;

    spin_lock(&pool_lock);
    if (counts.total > wanted && counts.free > counts.reserved) {
        block = list_first(&pool, struct page, link);
        list_remove(&block->link);
        counts.free--;
        counts.total--;
    }
    spin_unlock(&pool_lock);
    return block;
}

/* Adds a block if one is wanting; false: none is, or memory has none. */
static bool add_block(void)
{
    struct page *block;
    bool wanting;

    if (page_alloc_order(PAGE_HUGETLB, PT_ENTRY_BITS, &block) != 0)
        return false;
    spin_lock(&pool_lock);
    wanting = counts.total < wanted;
    counts.total += wanting;
    spin_unlock(&pool_lock);
    block->hugetlb.promised = NULL;
    if (wanting)
        page_put(block); /* into the pool */
    else
        release_block(block);
    return wanting;
}

static void give_surplus(void)
{
    struct page *block;

    while ((block = take_surplus()) != NULL)
        release_block(block);
}

void hugetlb_resize(size_t n)
{
    spin_lock(&pool_lock);
    wanted = n;
    spin_unlock(&pool_lock);
    while (hugetlb_counts().total < n && add_block())
        continue;
    give_surplus();
    spin_lock(&pool_lock);
    wanted = MIN(wanted, counts.total);
    spin_unlock(&pool_lock);
}

void hugetlb_init(void)
{
    char text[24];
    uint64_t n = 0;

    page_set_take_back(take_back);
    if (boot_option("hugepages", text, sizeof(text)))
        (void)parse_u64(text, 10, &n);
    hugetlb_resize(n);
}

bool hugetlb_reserve(size_t n)
{
    bool enough;

    spin_lock(&pool_lock);
    enough = n <= counts.free - counts.reserved;
    if (enough)
        counts.reserved += n;
    spin_unlock(&pool_lock);
    return enough;
}

void hugetlb_unreserve(size_t n)
{
    spin_lock(&pool_lock);
    ASSERT(n <= counts.reserved);
    counts.reserved -= n;
    spin_unlock(&pool_lock);
    give_surplus();
}

struct page *hugetlb_alloc(bool reserved)
{
    struct page *block = NULL;

    spin_lock(&pool_lock);
    if (reserved || counts.free > counts.reserved) {
        block = list_first(&pool, struct page, link);
        list_remove(&block->link);
        counts.free--;
        counts.reserved -= reserved;
    }
    spin_unlock(&pool_lock);
    if (block == NULL)
        return NULL;
    block->hugetlb.in_file = false;
    block->hugetlb.promised = NULL;
    atomic_store(&block->refs, 1);
    for (size_t i = 0; i < HUGE_PAGES; i++)
        page_zero(page_address(block + i));
    return block;
}

/* ---- files ---- */

static void file_get(struct mapped_file *mf)
{
    atomic_inc(&file_of(mf)->refs);
}

static void file_put(struct mapped_file *mf)
{
    struct hugetlb_file *file = file_of(mf);

    if (!atomic_dec_and_test(&file->refs))
        return;
    for (size_t i = 0; file->pages != NULL && i < file->npages; i++) {
        if (file->pages[i] == NULL)
            continue;
        file->pages[i]->hugetlb.in_file = false;
        page_put(file->pages[i]);
    }
    hugetlb_unreserve((size_t)atomic64_load(&file->reserved));
    kfree(file->pages);
    kfree(file);
}

static void file_describe(struct mapped_file *mf __unused, char *path,
                          size_t size, uint64_t *dev, uint64_t *ino)
{
    strlcpy(path, "/anon_hugepage (deleted)", size);
    *dev = 1;
    *ino = 0;
}

static const struct mapped_file_ops file_ops = {
    .get = file_get, .put = file_put, .describe = file_describe};

static int create_file(size_t npages, bool shared, struct hugetlb_file **out)
{
    struct hugetlb_file *file = kzalloc(sizeof(*file));

    if (file == NULL)
        return -ENOMEM;
    if (shared) {
        file->pages = kzalloc(npages * sizeof(*file->pages));
        if (file->pages == NULL) {
            kfree(file);
            return -ENOMEM;
        }
    }
    mutex_init(&file->lock);
    file->file = (struct mapped_file){
        .ops = &file_ops, .mappable = true, .readable = true, .writable = true};
    file->npages = npages;
    file->shared = shared;
    atomic_store(&file->refs, 1);
    *out = file;
    return 0;
}

/* Takes one page out of the file's reservation: true if there was one. */
static bool use_reserved(struct hugetlb_file *file)
{
    int64_t left = atomic64_load(&file->reserved);

    while (left > 0)
        if (__atomic_compare_exchange_n(&file->reserved.v, &left, left - 1,
                                        false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

struct page *hugetlb_file_page(struct mapped_file *mf, size_t index)
{
    struct hugetlb_file *file = file_of(mf);
    struct page *page;

    mutex_lock(&file->lock);
    ASSERT(file->shared && index < file->npages);
    page = file->pages[index];
    if (page == NULL) {
        page = hugetlb_alloc(use_reserved(file));
        if (page != NULL)
            page->hugetlb.in_file = true;
        file->pages[index] = page;
    }
    if (page != NULL)
        page_get(page);
    mutex_unlock(&file->lock);
    return page;
}

struct page *hugetlb_private_page(struct vma *vma)
{
    struct hugetlb_file *file = file_of(vma->file);

    return hugetlb_alloc(file->owner == vma->mm && use_reserved(file));
}

struct page *hugetlb_private_copy(struct vma *vma)
{
    struct page *page = hugetlb_alloc(false);

    return page != NULL ? page : hugetlb_private_page(vma);
}

void hugetlb_lock_file(struct mapped_file *mf)
{
    mutex_lock(&file_of(mf)->lock);
}

void hugetlb_unlock_file(struct mapped_file *mf)
{
    mutex_unlock(&file_of(mf)->lock);
}

/* The last reference turns into the promise as it goes. A block that others
 * have stays with them. */
void hugetlb_promise_again(struct vma *vma, struct page *block)
{
    struct hugetlb_file *file = file_of(vma->file);

    if (!file->promised || file->shared || file->owner != vma->mm)
        return;
    if (atomic_load(&block->refs) == 1)
        block->hugetlb.promised = vma->file;
    else if (hugetlb_reserve(1))
        atomic64_add(&file->reserved, 1);
}

void hugetlb_file_unreserve(struct mapped_file *mf, const struct mm *mm,
                            size_t n)
{
    struct hugetlb_file *file = file_of(mf);

    if (file->shared || file->owner != mm)
        return;
    for (; n > 0 && use_reserved(file); n--)
        hugetlb_unreserve(1);
}

/* ---- mmap ---- */

/* The page size that the flags ask for, as log2; 0: the usual one. */
static int check_size(int flags)
{
    const unsigned log2 = (unsigned)flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;

    if (log2 == 0 || log2 == MAP_HUGE_2MB >> MAP_HUGE_SHIFT)
        return 0;
    /* As with an empty pool of those. */
    if (log2 == MAP_HUGE_1GB >> MAP_HUGE_SHIFT && cpu_features.pages_1g)
        return -ENOMEM;
    return -EINVAL;
}

int hugetlb_prepare(struct mm *mm, struct mmap_request *req)
{
    const int type = req->flags & MAP_TYPE;
    struct hugetlb_file *file;
    size_t npages;
    int err = check_size(req->flags);

    if (req->file != NULL || err != 0)
        return err != 0 ? err : -EINVAL;
    if (req->len == 0 || (type != MAP_SHARED && type != MAP_PRIVATE))
        return -EINVAL;
    if (req->len > USER_END)
        return -ENOMEM;
    req->len = ROUND_UP(req->len, HUGE_SIZE);
    npages = req->len / HUGE_SIZE;
    err = create_file(npages, type == MAP_SHARED, &file);
    if (err != 0)
        return err;
    if ((req->flags & MAP_NORESERVE) == 0) {
        if (!hugetlb_reserve(npages)) {
            file_put(&file->file);
            return -ENOMEM;
        }
        file->promised = true;
        atomic64_store(&file->reserved, (int64_t)npages);
    }
    file->owner = mm;
    req->file = &file->file;
    req->offset = 0;
    return 0;
}
