/* SPDX-License-Identifier: MIT */
/*
 * The picture: each area is a run of cells, a cell so many pages, the same for
 * all areas, so lengths can be compared. The gaps between cannot be to scale
 * (they are a million times as long): they are a line with their size.
 *
 * What a cell holds comes from pagemap, eight bytes a page:
 *     bit 63  present      bit 61  a file's page, or shared memory's
 *     bit 56  nobody else maps it
 * see Linux's Documentation/admin-guide/mm/pagemap.rst.
 */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "user/bin/vmmap/vmmap.h"

#define ROW_CELLS 60UL
#define MAX_CELLS 900UL /* 15 rows */

#define PRESENT (1ULL << 63)
#define OF_FILE (1ULL << 61)
#define EXCLUSIVE (1ULL << 56)
#define BATCH 512

/* The pages of a cell, counted. */
struct cell {
    unsigned long own, shared, file, absent;
};

static unsigned long cells_of(const struct vmarea *area, unsigned long pages)
{
    unsigned long npages = (area->end - area->start) / PAGE_SIZE;

    return (npages + pages - 1) / pages;
}

/* How many pages a cell stands for: as few as the room allows. */
static unsigned long choose_scale(const struct space *space)
{
    unsigned long pages = 1, cells;
    size_t i;

    for (;; pages *= 2) {
        cells = 0;
        for (i = 0; i < space->count; i++)
            cells += cells_of(&space->areas[i], pages);
        if (cells <= MAX_CELLS || pages >= USER_END / PAGE_SIZE)
            return pages;
    }
}

static void count_pages(const struct space *space, unsigned long from,
                        unsigned long to, struct cell *cell)
{
    static uint64_t entries[BATCH];
    unsigned long page = from / PAGE_SIZE, end = to / PAGE_SIZE, n, i;
    ssize_t got;

    while (page < end) {
        n = end - page < BATCH ? end - page : BATCH;
        got = pread(space->pagemap, entries, n * sizeof(*entries),
                    (off_t)(page * sizeof(*entries)));
        if (got <= 0)
            return;
        n = (unsigned long)got / sizeof(*entries);
        for (i = 0; i < n; i++) {
            if (!(entries[i] & PRESENT))
                cell->absent++;
            else if (entries[i] & OF_FILE)
                cell->file++;
            else if (entries[i] & EXCLUSIVE)
                cell->own++;
            else
                cell->shared++;
        }
        page += n;
    }
}

/* The letter of what there is most of; small: some pages are missing. */
static char cell_letter(const struct cell *cell)
{
    char letter = 'F';

    if (cell->own + cell->shared + cell->file == 0)
        return '.';
    if (cell->own >= cell->shared && cell->own >= cell->file)
        letter = 'A';
    else if (cell->shared >= cell->file)
        letter = 'S';
    return cell->absent > 0 ? (char)(letter + 'a' - 'A') : letter;
}

static void print_area(const struct space *space, const struct vmarea *area,
                       unsigned long pages)
{
    unsigned long count = cells_of(area, pages), i;

    for (i = 0; i < count; i++) {
        unsigned long from = area->start + i * pages * PAGE_SIZE;
        unsigned long to = from + pages * PAGE_SIZE;
        struct cell cell = { 0, 0, 0, 0 };

        if (i % ROW_CELLS == 0)
            printf("%s%14lx  ", i > 0 ? "\n" : "", from);
        count_pages(space, from, to < area->end ? to : area->end, &cell);
        putchar(cell_letter(&cell));
    }
    /* What it is, behind the last row if that leaves room. */
    if (count % ROW_CELLS == 0 || count % ROW_CELLS > 30)
        printf("\n%16s", "");
    printf("  %s %s\n", area->perms, backing_text(area));
}

void picture_print(const struct space *space)
{
    unsigned long pages = choose_scale(space), end = 0;
    char text[16];
    size_t i;

    if (space->pagemap < 0) {
        puts("\nNo picture: /proc/PID/pagemap cannot be read.");
        return;
    }
    printf("\nThe picture, one cell for %s:\n",
           size_text(pages * PAGE_SIZE, text));
    puts("  A own memory   S shared with another process   F a file's page\n"
         "  . nothing there yet; small letters: only some of its pages are\n");
    for (i = 0; i < space->count; i++) {
        const struct vmarea *area = &space->areas[i];

        if (area->start > end)
            printf("%14s  ~ %s free ~\n", "",
                   size_text(area->start - end, text));
        print_area(space, area, pages);
        end = area->end;
    }
    printf("%14s  ~ %s free ~\n", "", size_text(USER_END - end, text));
}
