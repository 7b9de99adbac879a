/* SPDX-License-Identifier: MIT */
/*
 * brkdemo: the break, step by step: what moving it does and what it does not.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vmdemo.h>

#define NPAGES 16UL

static char *heap; /* the first whole page above the break at the start */

static void grow(void)
{
    char *end = sbrk(0);

    heap = (char *)(((uintptr_t)end + DEMO_PAGE - 1) & -DEMO_PAGE);
    demo_step("The break, where the heap ends, is at %p. Moving it up by %lu\n"
              "   pages: sbrk(%lu).",
              (void *)end, NPAGES, NPAGES * DEMO_PAGE);
    if (brk(heap + NPAGES * DEMO_PAGE) != 0)
        demo_check(0, "the break moves");
    demo_counted();
    demo_expect(VMCOUNT_FILLED, 0);
    demo_area("the heap", heap, NPAGES * DEMO_PAGE);
    demo_say("Only the end of an area was moved. No memory was taken: there\n"
             "   is a promise now, and a frame comes when a page is touched.");
}

static void touch(void)
{
    demo_step("A byte of its first page is read.");
    demo_check(demo_read(heap) == 0 && heap[0] == 0, "it is 0");
    demo_counted();
    demo_expect(VMCOUNT_ZERO_PAGE, 1);
    demo_say("It reads 0. All pages that are only read are one frame full of\n"
             "   zeroes, which everybody shares.");

    demo_step("The same byte is written.");
    demo_check(demo_write(heap, 1) == 0, "it can be written");
    demo_counted();
    demo_expect(VMCOUNT_FILLED, 1);
    demo_say("Now the page needs a frame of its own, cleared first.");

    demo_step("All %lu pages are written.", NPAGES);
    memset(heap, 7, NPAGES * DEMO_PAGE);
    demo_counted();
    demo_expect(VMCOUNT_FILLED, NPAGES - 1);
    demo_area("the heap", heap, NPAGES * DEMO_PAGE);
    demo_say("One fault for each page that had no frame yet.");
}

static void shrink(void)
{
    char *half = heap + NPAGES / 2 * DEMO_PAGE;

    demo_step("The break goes down by %lu pages: sbrk(-%lu).", NPAGES / 2,
              NPAGES / 2 * DEMO_PAGE);
    demo_check(brk(half) == 0, "the break moves down");
    demo_counted();
    demo_area("the heap", heap, NPAGES / 2 * DEMO_PAGE);
    demo_check(demo_write(half - 1, 2) == 0, "below the break is memory");
    demo_check(demo_write(half, 2) == SIGSEGV, "above it there is none");
    demo_say("The frames behind it are free again. The byte below the break "
             "is\n   there; the one at it is not: SIGSEGV at %p.",
             demo_address);

    demo_step("And up again.");
    demo_check(brk(heap + NPAGES * DEMO_PAGE) == 0, "the break moves up");
    demo_check(demo_read(half) == 0 && *half == 0, "the memory is new");
    demo_counted();
    demo_say("The bytes written before are gone: it is new memory, and reads "
             "0.");
}

static void refuse(void)
{
    struct rlimit limit, small;

    getrlimit(RLIMIT_DATA, &limit);
    small = limit;
    small.rlim_cur = 1 << 20;
    demo_step("With RLIMIT_DATA at 1 MiB, the break is to move by 2 MiB.");
    setrlimit(RLIMIT_DATA, &small);
    errno = 0;
    demo_check(sbrk(2 << 20) == (void *)-1 && errno == ENOMEM,
               "it fails with ENOMEM");
    demo_check(sbrk(0) == heap + NPAGES * DEMO_PAGE, "it stays");
    setrlimit(RLIMIT_DATA, &limit);
    demo_say("ENOMEM, and the break is where it was.");
}

static void allocate(void)
{
    char *end = sbrk(0), *small, *large;

    demo_step("malloc is built on this: 100 bytes, and 1 MiB.");
    small = malloc(100);
    large = malloc(1 << 20);
    demo_check(small != NULL && large != NULL, "there is memory");
    demo_check(small >= end && small < (char *)sbrk(0),
               "the small block is below the break");
    demo_say("The small block is at %p: malloc moved the break to\n"
             "   %p and cut it from there. The large one, at\n"
             "   %p, is a mapping of its own.",
             (void *)small, sbrk(0), (void *)large);
    free(large);
    free(small);
}

int main(void)
{
    demo_title("brkdemo: the end of the heap");
    grow();
    touch();
    shrink();
    refuse();
    allocate();
    return demo_end();
}
