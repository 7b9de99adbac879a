/* SPDX-License-Identifier: MIT */
/*
 * mmapdemo: mappings, step by step: what backs them, and how areas split.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vmdemo.h>

#define NPAGES 16UL
#define LEN (NPAGES * DEMO_PAGE)

static const char path[] = "/tmp/mmapdemo.file";

/* The areas of this process within [start, start + len). */
static void print_areas(const char *start, size_t len)
{
    FILE *areas = fopen("/proc/self/smaps", "r");
    struct vmarea area;

    if (areas == NULL)
        err(1, "/proc/self/smaps");
    while (vmareas_next(areas, &area))
        if (area.end > (unsigned long)start &&
            area.start < (unsigned long)start + len)
            printf("      %lx-%lx %s %4lu KiB, %lu resident\n", area.start,
                   area.end, area.perms, (area.end - area.start) / 1024,
                   area.resident);
    fclose(areas);
}

static void anonymous(void)
{
    char *mem;

    demo_step("%lu pages of anonymous memory are mapped.", NPAGES);
    mem = demo_island(NPAGES);
    demo_counted();
    demo_expect(VMCOUNT_FILLED, 0);
    print_areas(mem, LEN);
    demo_say("An area more in the list, and no memory yet.");

    demo_step("Three of its pages are written.");
    mem[0] = mem[5 * DEMO_PAGE] = mem[9 * DEMO_PAGE] = 1;
    demo_counted();
    demo_expect(VMCOUNT_FILLED, 3);
    demo_area("the area", mem, LEN);

    demo_step("mprotect makes pages 4 to 7 read-only.");
    mprotect(mem + 4 * DEMO_PAGE, 4 * DEMO_PAGE, PROT_READ);
    demo_counted();
    print_areas(mem, LEN);
    demo_check(demo_write(mem + 5 * DEMO_PAGE, 2) == SIGSEGV,
               "a write to them is refused");
    demo_say("One area became three, as rights belong to whole areas. Writing\n"
             "   to page 5 now gives SIGSEGV, though its frame is there.");

    demo_step("mprotect gives the right back.");
    mprotect(mem + 4 * DEMO_PAGE, 4 * DEMO_PAGE, PROT_READ | PROT_WRITE);
    print_areas(mem, LEN);
    demo_say("Neighbours that are alike are one area again.");

    demo_step("munmap takes pages 8 to 11 out of the middle.");
    munmap(mem + 8 * DEMO_PAGE, 4 * DEMO_PAGE);
    demo_counted();
    print_areas(mem, LEN);
    demo_check(demo_read(mem + 9 * DEMO_PAGE) == SIGSEGV, "they are gone");
    demo_say("Page 9 had a frame, which is free now; there is nothing at its\n"
             "   address: SIGSEGV.");

    demo_step("MAP_FIXED puts new memory over pages 0 to 3.");
    demo_check(mmap(mem, 4 * DEMO_PAGE, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == mem &&
                   mem[0] == 0,
               "page 0 is new and reads 0");
    errno = 0;
    demo_check(mmap(mem, DEMO_PAGE, PROT_READ,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
                    0) == MAP_FAILED &&
                   errno == EEXIST,
               "MAP_FIXED_NOREPLACE fails with EEXIST");
    demo_say("What was there is replaced without a question. "
             "MAP_FIXED_NOREPLACE\n   at the same place fails: EEXIST.");
}

static int make_file(void)
{
    char page[DEMO_PAGE];
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), i;

    if (fd < 0)
        err(1, "%s", path);
    for (i = 0; i < 3; i++) {
        memset(page, 'a' + i, sizeof(page));
        if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page))
            err(1, "%s", path);
    }
    return fd;
}

static char *map_file(int fd, int flags)
{
    char *mem = mmap(NULL, 4 * DEMO_PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (mem == MAP_FAILED)
        err(1, "mmap");
    return mem;
}

static void private_file(int fd)
{
    char *mem = map_file(fd, MAP_PRIVATE), byte = 0;

    demo_step("A file of 3 pages is mapped, private. Its first page is read.");
    demo_check(demo_read(mem) == 0 && mem[0] == 'a', "it is the file's");
    demo_counted();
    demo_say("No byte was copied: the page of the file that the kernel has in\n"
             "   memory is mapped, read-only.");

    demo_step("That page is written.");
    demo_check(demo_write(mem, 'X') == 0, "it can be written");
    demo_counted();
    demo_expect(VMCOUNT_COPIED, 1);
    demo_check(pread(fd, &byte, 1, 0) == 1 && byte == 'a',
               "the file does not change");
    demo_say("Private: the page was copied first. The mapping reads `%c', the\n"
             "   file still `%c'.",
             mem[0], byte);
    munmap(mem, 4 * DEMO_PAGE);
}

static void shared_file(int fd)
{
    char *mem = map_file(fd, MAP_SHARED), byte = 0;

    demo_step("The same file is mapped, shared, and its second page written.");
    demo_check(demo_write(mem + DEMO_PAGE, 'Y') == 0, "it can be written");
    demo_counted();
    demo_expect(VMCOUNT_COPIED, 0);
    demo_check(pread(fd, &byte, 1, DEMO_PAGE) == 1 && byte == 'Y',
               "read sees what was written to memory");
    demo_say("Shared: the file's own page was mapped and written. read() sees\n"
             "   `%c' at once, as it looks at the same frame.",
             byte);

    demo_step("The mapping has 4 pages, the file 3. The fourth is read.");
    demo_check(demo_read(mem + 3 * DEMO_PAGE) == SIGBUS, "it is SIGBUS");
    demo_say("SIGBUS at %p: there is an area, but nothing\n"
             "   behind it.",
             demo_address);
    munmap(mem, 4 * DEMO_PAGE);
}

int main(void)
{
    int fd;

    demo_title("mmapdemo: areas and what backs them");
    anonymous();
    fd = make_file();
    private_file(fd);
    shared_file(fd);
    close(fd);
    unlink(path);
    return demo_end();
}
