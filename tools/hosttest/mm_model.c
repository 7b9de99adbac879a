/* SPDX-License-Identifier: MIT */
/*
 * The model of mm_test.c, and accesses checked against it.
 */
#include "tools/hosttest/mm_model.h"

#include <string.h>

#include "kernel/abi/mman.h"
#include "tools/hosttest/mm_host.h"
#include "tools/hosttest/test.h"

struct object objects[OBJECTS];
struct space spaces[SPACES];
struct space *current;
bool may_fail;

vaddr_t page_va(size_t i)
{
    return i < AREA_PAGES ? AREA_BASE + i * PAGE_SIZE
                          : HEAP_BASE + (i - AREA_PAGES) * PAGE_SIZE;
}

void tell_to_fail(unsigned one_in)
{
    may_fail = rnd_once_in(one_in);
    ram_fail_after(may_fail ? 1 + rnd_below(6) : 0);
}

/* ---- files ---- */

static struct object *object_of(struct mapped_file *mf)
{
    return container_of(mf, struct object, file);
}

static void file_get(struct mapped_file *mf)
{
    object_of(mf)->refs++;
}

static void file_put(struct mapped_file *mf)
{
    CHECK(object_of(mf)->refs-- > 0);
}

static const struct mapped_file_ops file_ops = {.get = file_get,
                                                .put = file_put};

static int read_page(struct page_cache *cache, uint64_t index,
                     struct page *page)
{
    struct object *object = container_of(cache, struct object, cache);
    char *data = memset(page_address(page), 0, PAGE_SIZE);

    for (size_t k = 0; k < WORDS; k++)
        memcpy(data + k * WORD_STEP, &object->store[index].words[k], 8);
    return 0;
}

static const struct page_cache_ops cache_ops = {read_page};

void cut_object(struct object *object)
{
    for (size_t i = 0; i < OBJECT_PAGES * WORDS; i++)
        if (i * WORD_STEP >= object->size)
            object->now[i / WORDS].words[i % WORDS] = 0;
}

void create_files(void)
{
    for (size_t i = 0; i < FILES; i++) {
        struct object *object = &objects[i];

        object->size = rnd_below(OBJECT_PAGES) * PAGE_SIZE + 100;
        for (size_t k = 0; k < OBJECT_PAGES * WORDS; k++)
            object->store[k / WORDS].words[k % WORDS] = rnd();
        memcpy(object->now, object->store, sizeof(object->now));
        cut_object(object);
        pagecache_create(&object->cache, &cache_ops, object->size, true);
        object->file = (struct mapped_file){.ops = &file_ops,
                                            .cache = &object->cache,
                                            .mappable = true,
                                            .readable = true,
                                            .writable = i != 1};
    }
}

static bool is_object_used(int object)
{
    for (size_t s = 0; s < SPACES; s++)
        for (size_t i = 0; spaces[s].mm != NULL && i < PAGES; i++)
            if (spaces[s].pages[i].mapped &&
                spaces[s].pages[i].object == object)
                return true;
    return false;
}

int find_unused_object(void)
{
    for (int i = FILES; i < OBJECTS; i++)
        if (!is_object_used(i))
            return i;
    return -1;
}

void check_file_refs(void)
{
    int refs[FILES] = {0};

    for (size_t s = 0; s < SPACES; s++) {
        struct vma *vma;

        if (spaces[s].mm == NULL)
            continue;
        vma_for_each (vma, &spaces[s].mm->vmas)
            for (size_t f = 0; f < FILES; f++)
                refs[f] += vma->file == &objects[f].file;
    }
    for (size_t f = 0; f < FILES; f++)
        CHECK_EQ(objects[f].refs, refs[f]);
}

/* ---- accesses ---- */

static bool is_past_end(const struct model_page *page)
{
    return page->object >= 0 && !page->own &&
           page->index * PAGE_SIZE >= objects[page->object].size;
}

static enum mm_fault_result expected_result(const struct model_page *page,
                                            enum mm_access access)
{
    static const int needs[] = {[MM_READ] = PROT_READ | PROT_WRITE | PROT_EXEC,
                                [MM_WRITE] = PROT_WRITE,
                                [MM_EXEC] = PROT_EXEC};

    if (!page->mapped)
        return MM_FAULT_MAPERR;
    if ((page->prot & needs[access]) == 0)
        return MM_FAULT_ACCERR;
    return is_past_end(page) ? MM_FAULT_BUS : MM_FAULT_OK;
}

/* Where the page's words live in the model. */
static struct content *content_of(struct model_page *page)
{
    if (page->object < 0 || page->own)
        return &page->content;
    return &objects[page->object].now[page->index];
}

static void model_write(struct model_page *page, size_t k, uint64_t word)
{
    if (!page->shared && !page->own) {
        page->content = *content_of(page);
        page->own = true;
    }
    content_of(page)->words[k] = word;
}

/* By the CPU; or by the kernel, for any address space. */
static enum mm_fault_result do_access(struct space *space, vaddr_t va,
                                      enum mm_access access, uint64_t *word,
                                      enum mm_fault_result expected)
{
    size_t done;

    if (space == current && !rnd_once_in(8))
        return mm_host_access(va, access, word);
    done = mm_access(space->mm, va, word, sizeof(*word), access);
    if (done == sizeof(*word))
        return MM_FAULT_OK;
    CHECK_EQ(done, 0);
    return may_fail && expected == MM_FAULT_OK ? MM_FAULT_OOM : expected;
}

void access_page(struct space *space, size_t i, enum mm_access access)
{
    struct model_page *page = &space->pages[i];
    enum mm_fault_result expected = expected_result(page, access), result;
    size_t k = rnd_below(WORDS);
    vaddr_t va = page_va(i) + k * WORD_STEP;
    uint64_t word = rnd();

    result = do_access(space, va, access, &word, expected);
    if (result == MM_FAULT_OOM && may_fail)
        return;
    if (result != expected)
        FAIL("access %d to %#lx gives %d, expected %d (prot %d, object %d)",
             access, va, result, expected, page->prot, page->object);
    if (result != MM_FAULT_OK)
        return;
    if (access == MM_WRITE)
        model_write(page, k, word);
    else if (word != content_of(page)->words[k])
        FAIL("%#lx reads as %#lx, expected %#lx (prot %d, object %d, own %d)",
             va, word, content_of(page)->words[k], page->prot, page->object,
             page->own);
}

void check_space(struct space *space)
{
    may_fail = false;
    ram_fail_after(0);
    for (size_t i = 0; i < PAGES; i++)
        access_page(space, i, MM_READ);
}
