/* SPDX-License-Identifier: MIT */
/*
 * The model of mm_test.c: what address spaces hold, page by page, without a
 * thought of page tables.
 */
#ifndef TOOLS_HOSTTEST_MM_MODEL_H
#define TOOLS_HOSTTEST_MM_MODEL_H

#include "mm/mm.h"
#include "mm/pagecache.h"

#define SPACES 4
#define OBJECTS 40 /* the first FILES are files, the others shared memory */
#define FILES 4
#define OBJECT_PAGES 64
#define WORDS 2 /* looked at in each page, WORD_STEP apart */
#define WORD_STEP (PAGE_SIZE / WORDS)

/* The area: it starts in one table and ends in another. */
#define AREA_PAGES 1400
#define AREA_BASE (0x40000000UL - 150 * PAGE_SIZE)
/* The heap. */
#define HEAP_PAGES 60
#define HEAP_BASE 0x10000000UL
#define PAGES (AREA_PAGES + HEAP_PAGES)

struct content {
    uint64_t words[WORDS];
};

/* What is shared: a file, or anonymous shared memory. */
struct object {
    struct mapped_file file; /* files only; else mm/ has its own */
    struct page_cache cache;
    int refs;
    size_t size; /* bytes */
    struct content now[OBJECT_PAGES], store[OBJECT_PAGES];
};

struct model_page {
    bool mapped, shared;
    int prot;
    int object;   /* -1: anonymous private */
    size_t index; /* in the object */
    bool own;     /* private: it has its own content by now */
    struct content content;
};

struct space {
    struct mm *mm; /* NULL: none */
    vaddr_t brk;
    struct model_page pages[PAGES];
};

extern struct object objects[OBJECTS];
extern struct space spaces[SPACES];
extern struct space *current; /* loaded by the CPU */
extern bool may_fail;         /* an allocation was told to fail */

vaddr_t page_va(size_t i);

/* Once in so many times: makes an allocation of what follows fail. */
void tell_to_fail(unsigned one_in);

/* ---- files ---- */

void create_files(void);

/* The model's words beyond the file's size become zero. */
void cut_object(struct object *object);

/* For new shared memory; -1: all are in use. */
int find_unused_object(void);

/* Each file has a reference for each area that maps it. */
void check_file_refs(void);

/* ---- accesses ---- */

/* Accesses a word of page i and checks what comes of it. */
void access_page(struct space *space, size_t i, enum mm_access access);

/* Every page is as it should be, by reading. */
void check_space(struct space *space);

#endif
